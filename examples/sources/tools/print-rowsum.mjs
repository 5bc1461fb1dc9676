// Prints sums of rows in WGSL for one configuration: node print-rowsum.mjs TILE VEC UNROLL COLS
const [tile, vec, unroll, cols] = process.argv.slice(2).map(Number);
const type = vec === 1 ? 'f32' : `vec${vec}f`;
const sum = { 1: 'v', 2: 'v.x + v.y', 4: 'v.x + v.y + v.z + v.w' }[vec];

const adds = Array.from(
  { length: unroll },
  (_, i) => `    if (c + ${i}u * TILE < COLUMNS) { part += sum_of(x[row * COLUMNS + c + ${i}u * TILE]); }`,
);

console.log(`const TILE = ${tile}u;
const COLUMNS = ${cols / vec}u;

@group(0) @binding(0) var<storage, read> x: array<${type}>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
var<workgroup> parts: array<f32, TILE>;

fn sum_of(v: ${type}) -> f32 { return ${sum}; }

@compute @workgroup_size(TILE)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let row = group.x;
  var part = 0.0;
  for (var c = local; c < COLUMNS; c += ${unroll}u * TILE) {
${adds.join('\n')}
  }
  parts[local] = part;
  for (var half = TILE / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local < half) { parts[local] += parts[local + half]; }
  }
  if (local == 0u) { y[row] = parts[0]; }
}`);
