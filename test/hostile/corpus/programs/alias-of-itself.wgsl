alias A = B;
alias B = A;
@group(0) @binding(0) var<storage> a: A;
@compute @workgroup_size(1) fn main() { _ = a; }
