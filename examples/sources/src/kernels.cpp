#include <string_view>

// Applications give TILE and COLS their values when they make the pipeline.
constexpr std::string_view kRowSum = R"wgsl(
override TILE: u32 = 64;
override COLS: u32;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
var<workgroup> parts: array<f32, 256>;

@compute @workgroup_size(TILE)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  var part = 0.0;
  for (var c = local; c < COLS; c += TILE) { part += x[group.x * COLS + c]; }
  parts[local] = part;
  for (var half = TILE / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local < half) { parts[local] += parts[local + half]; }
  }
  if (local == 0u) { y[group.x] = parts[0]; }
}
)wgsl";
