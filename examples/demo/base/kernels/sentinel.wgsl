// The sentinel: nobody tunes it and no pull request touches it. If it moves between base and head,
// the machine moved, and Joulegate blames nobody. It mixes what the real kernels are made of:
// memory traffic, arithmetic and a special function.

const STEPS = 16u;

@group(0) @binding(0) var<storage, read> input: array<f32>;
@group(0) @binding(1) var<storage, read_write> output: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= arrayLength(&output)) { return; }
  var v = input[id.x];
  for (var step = 0u; step < STEPS; step++) {
    v = fma(v, 0.75, 0.25 * sqrt(abs(v) + 1.0));
  }
  output[id.x] = v;
}
