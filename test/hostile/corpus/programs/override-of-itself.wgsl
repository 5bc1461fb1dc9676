override A: u32 = A;
@compute @workgroup_size(A) fn main() {}
