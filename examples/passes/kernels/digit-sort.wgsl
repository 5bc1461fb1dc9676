// One pass of a radix sort: keys by their lowest four bits, those with the same in their order.
override N: u32 = 2048u;
override WORKGROUP: u32 = 64u;

@group(0) @binding(0) var<storage, read> keys: array<u32>;
@group(0) @binding(1) var<storage, read_write> histogram: array<atomic<u32>, 16>;
@group(0) @binding(2) var<storage, read_write> starts: array<u32, 16>;
@group(0) @binding(3) var<storage, read_write> sorted: array<u32>;

@compute @workgroup_size(WORKGROUP)
fn count(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < N) { atomicAdd(&histogram[keys[id.x] & 15u], 1u); }
}

@compute @workgroup_size(1)
fn prefix() {
  var sum = 0u;
  for (var digit = 0u; digit < 16u; digit++) {
    starts[digit] = sum;
    sum += atomicLoad(&histogram[digit]);
  }
}

@compute @workgroup_size(16)
fn scatter(@builtin(local_invocation_index) digit: u32) {
  var at = starts[digit];
  for (var i = 0u; i < N; i++) {
    if ((keys[i] & 15u) != digit) { continue; }
    sorted[at] = keys[i];
    at++;
  }
}
