// Collects what there is to do, then does that and no more.
override N: u32 = 4096u;
override WORKGROUP: u32 = 64u;

@group(0) @binding(0) var<storage, read> items: array<f32>;
@group(0) @binding(1) var<storage, read_write> kept: array<u32>;
@group(0) @binding(1) var<storage, read> todo: array<u32>;
@group(0) @binding(2) var<storage, read_write> size: array<u32, 3>;
@group(0) @binding(3) var<storage, read_write> results: array<f32>;

@compute @workgroup_size(1)
fn collect() {
  var count = 0u;
  for (var i = 0u; i < N; i++) {
    if (items[i] <= 0.0) { continue; }
    count++;
    kept[count] = i;
  }
  kept[0] = count;
  size[0] = (count + WORKGROUP - 1u) / WORKGROUP;
  size[1] = 1u;
  size[2] = 1u;
}

@compute @workgroup_size(WORKGROUP)
fn work(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= todo[0]) { return; }
  let at = todo[id.x + 1u];
  results[at] = sqrt(items[at]);
}
