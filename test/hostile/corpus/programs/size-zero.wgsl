const Z = 0;
@compute @workgroup_size(1 / Z) fn main() {}
