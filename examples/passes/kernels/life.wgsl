// One generation of Conway's game of life on a torus. A cell lives if its lowest bit is set.
override N: u32 = 128u;
override WORKGROUP: u32 = 64u;

@group(0) @binding(0) var<storage, read> before: array<u32>;
@group(0) @binding(1) var<storage, read_write> after: array<u32>;

fn alive(x: u32, y: u32) -> u32 { return before[(y % N) * N + x % N] & 1u; }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= N * N) { return; }
  let x = id.x % N + N;
  let y = id.x / N + N;
  let neighbours = alive(x - 1u, y - 1u) + alive(x, y - 1u) + alive(x + 1u, y - 1u) + alive(x - 1u, y) +
    alive(x + 1u, y) + alive(x - 1u, y + 1u) + alive(x, y + 1u) + alive(x + 1u, y + 1u);
  after[id.x] = select(0u, 1u, neighbours == 3u || (neighbours == 2u && alive(x, y) == 1u));
}
