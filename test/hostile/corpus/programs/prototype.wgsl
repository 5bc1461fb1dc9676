override __proto__: u32 = 1;
override constructor: u32 = 2;
@compute @workgroup_size(constructor) fn toString() {}
