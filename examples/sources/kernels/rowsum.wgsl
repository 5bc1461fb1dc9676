#include "vector.wgsl.inc"

#ifndef TILE
#define TILE 64 // what ships, where nothing else is said
#endif
#define COLUMNS (COLS / VEC)

@group(0) @binding(0) var<storage, read> x: array<VECTOR>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
var<workgroup> parts: array<f32, TILE>;

@compute @workgroup_size(TILE)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  var part = 0.0;
  for (var c = local; c < COLUMNS; c += TILE) {
    part += sum_of(x[group.x * COLUMNS + c]);
  }
  parts[local] = part;
  for (var half = TILE / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local < half) { parts[local] += parts[local + half]; }
  }
  if (local == 0u) { y[group.x] = parts[0]; }
}
