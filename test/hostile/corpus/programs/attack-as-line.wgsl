@compute @workgroup_size(1)
::error::owned
fn main() {}
##[error]x
