override WORKGROUP: u32 = 64u;
override PER_THREAD: u32 = 1u;

struct Parameters {
  factor: f32,
  count: f32,
}

@group(0) @binding(0) var<storage, read> values: array<f32>;
@group(0) @binding(1) var<storage, read_write> results: array<f32>;
@group(0) @binding(2) var<uniform> parameters: Parameters;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  for (var i = 0u; i < PER_THREAD; i++) {
    let at = id.x * PER_THREAD + i;
    if (f32(at) < parameters.count) { results[at] = parameters.factor * values[at]; }
  }
}
