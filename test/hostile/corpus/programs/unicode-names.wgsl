@compute @workgroup_size(1) fn маin() { let  x = 1; }
