// Euclidean norm of every row of a ROWS x COLS matrix (the scale of the RMS norm). One workgroup per row.
// Activations stay below 1e4, and the squares of a whole row far below the largest f32: no scaling is needed,
// one pass over the row and one tree in workgroup memory.
//
// WORKGROUP    invocations that share a row
// UNROLL       values an invocation takes per step
// INTERLEAVED  neighbouring invocations take neighbouring columns; otherwise each has a stretch of its own

override ROWS: u32 = 32;
override COLS: u32 = 8192;
override WORKGROUP: u32 = 32;
override UNROLL: u32 = 1;
override INTERLEAVED: bool = true;

@group(0) @binding(0) var<storage, read> values: array<f32>;
@group(0) @binding(1) var<storage, read_write> norms: array<f32>;

var<workgroup> tree: array<f32, WORKGROUP>;

// Value `i` of the invocation's share of the row.
fn value(row: u32, lane: u32, i: u32) -> f32 {
  return values[row * COLS + select(lane * (COLS / WORKGROUP) + i, i * WORKGROUP + lane, INTERLEAVED)];
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  let lane = local.x;

  var sum = 0.0;
  for (var i = 0u; i < COLS / WORKGROUP; i += UNROLL) {
    for (var u = 0u; u < UNROLL; u++) {
      let v = value(group.x, lane, i + u);
      sum += v * v;
    }
  }
  tree[lane] = sum;
  workgroupBarrier();
  for (var width = WORKGROUP / 2u; width > 0u; width >>= 1u) {
    if (lane < width) {
      tree[lane] += tree[lane + width];
    }
    workgroupBarrier();
  }
  if (lane == 0u) {
    norms[group.x] = sqrt(tree[0]);
  }
}
