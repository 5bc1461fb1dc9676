struct S { s: S }
@group(0) @binding(0) var<storage> a: S;
@compute @workgroup_size(1) fn main() { _ = a.s; }
