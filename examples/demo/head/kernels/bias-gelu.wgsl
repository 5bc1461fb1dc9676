// The activation between the two halves of the feed-forward block: y = gelu(x + bias).
//
// gelu is taken by its tanh approximation,
//   gelu(v) = 0.5 v (1 + tanh(sqrt(2 / pi) (v + 0.044715 v^3))),
// which is what the trained weights expect.

override ROWS: u32 = 128;
override COLS: u32 = 1024;

override WORKGROUP: u32 = 64;
override PER_THREAD: u32 = 1;

@group(0) @binding(0)
var<storage, read> x: array<f32>;
@group(0) @binding(1)
var<storage, read> bias: array<f32>;
@group(0) @binding(2)
var<storage, read_write> y: array<f32>;

fn gelu(v: f32) -> f32 {
  let inner = 0.7978845608 * (v + 0.044715 * v * v * v); // sqrt(2 / pi) = 0.797...

  // Some drivers compute tanh() through exp() and overflow: nothing is lost beyond +-10.
  return 0.5 * v * (1.0 + tanh(clamp(inner, -10.0, 10.0)));
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_id) local: vec3<u32>
) {
  let start = group.x * WORKGROUP * PER_THREAD + local.x;
  for (var i = 0u; i < PER_THREAD; i++)
  {
    let at = start + i * WORKGROUP;
    if (at < ROWS * COLS)
    {
      y[at] = gelu(x[at] + bias[at % COLS]);
    }
  }
}
