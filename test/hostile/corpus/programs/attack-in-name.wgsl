@group(0) @binding(0) var<storage> [2J: array<f32>;
@compute @workgroup_size(1) fn main() {}
