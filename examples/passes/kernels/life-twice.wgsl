// Two generations at once, each cell by itself; then they take the place of the first.
override N: u32 = 128u;

@group(0) @binding(0) var<storage, read> before: array<u32>;
@group(0) @binding(1) var<storage, read_write> after: array<u32>;
@group(0) @binding(0) var<storage, read_write> cells: array<u32>;
@group(0) @binding(1) var<storage, read> result: array<u32>;

fn alive(x: u32, y: u32) -> u32 { return before[(y % N) * N + x % N] & 1u; }

fn next(x: u32, y: u32) -> u32 {
  var neighbours = 0u;
  for (var j = 0u; j < 3u; j++) {
    for (var i = 0u; i < 3u; i++) { neighbours += alive(x + i + N - 1u, y + j + N - 1u); }
  }
  let own = alive(x, y);
  return select(0u, 1u, neighbours - own == 3u || (neighbours - own == 2u && own == 1u));
}

@compute @workgroup_size(64)
fn twice(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= N * N) { return; }
  let x = id.x % N;
  let y = id.x / N;
  var neighbours = 0u;
  for (var j = 0u; j < 3u; j++) {
    for (var i = 0u; i < 3u; i++) { neighbours += next(x + i + N - 1u, y + j + N - 1u); }
  }
  let own = next(x, y);
  after[id.x] = select(0u, 1u, neighbours - own == 3u || (neighbours - own == 2u && own == 1u));
}

@compute @workgroup_size(64)
fn keep(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < N * N) { cells[id.x] = result[id.x]; }
}
