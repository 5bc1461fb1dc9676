// Where each key belongs: behind those with a lower digit, and those before it with the same.
override N: u32 = 2048u;

@group(0) @binding(0) var<storage, read> keys: array<u32>;
@group(0) @binding(3) var<storage, read_write> sorted: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= N) { return; }
  let digit = keys[id.x] & 15u;
  var rank = 0u;
  for (var i = 0u; i < N; i++) {
    let other = keys[i] & 15u;
    if (other < digit || (other == digit && i < id.x)) { rank++; }
  }
  sorted[rank] = keys[id.x];
}
