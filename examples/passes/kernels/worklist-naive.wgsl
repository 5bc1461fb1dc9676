override N: u32 = 4096u;

@group(0) @binding(0) var<storage, read> items: array<f32>;
@group(0) @binding(3) var<storage, read_write> results: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < N) { results[id.x] = sqrt(max(items[id.x], 0.0)); }
}
