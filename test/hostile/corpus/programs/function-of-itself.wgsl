fn f() -> u32 { return f(); }
@compute @workgroup_size(1) fn main() { _ = f(); }
