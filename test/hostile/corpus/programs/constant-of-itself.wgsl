const A = B;
const B = A + 1;
@compute @workgroup_size(A) fn main() {}
