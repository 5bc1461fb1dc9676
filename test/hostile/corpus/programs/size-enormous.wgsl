@group(0) @binding(0) var<storage, read_write> a: array<array<f32, 4294967295>, 4294967295>;
@compute @workgroup_size(4294967295, 4294967295, 4294967295) fn main() { a[0][0] = 1; }
