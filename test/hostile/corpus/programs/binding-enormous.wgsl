@group(4294967295) @binding(99999999999999999999) var<storage> a: array<f32>;
@compute @workgroup_size(1) fn main() { _ = a[0]; }
