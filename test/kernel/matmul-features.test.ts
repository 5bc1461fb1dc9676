import { expect, it } from 'vitest';
import { featureNames } from '../../src/kernel/index.ts';
import { buffer, builderOf, expression } from './support.ts';

/** A 64 x 64 product in tiles of 16 x 16, one element of the result per invocation. */
const source = `
@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> c: array<f32>;
var<workgroup> tile_a: array<f32, 256>;
var<workgroup> tile_b: array<f32, 256>;
@compute @workgroup_size(16, 16)
fn main(@builtin(local_invocation_id) lid: vec3u, @builtin(workgroup_id) group: vec3u) {
  let row = group.y * 16u + lid.y;
  let column = group.x * 16u + lid.x;
  var sum = 0.0;
  for (var k = 0u; k < 64u; k += 16u) {
    tile_a[lid.y * 16u + lid.x] = a[row * 64u + k + lid.x];
    tile_b[lid.y * 16u + lid.x] = b[(k + lid.y) * 64u + column];
    workgroupBarrier();
    for (var i = 0u; i < 16u; i++) {
      sum += tile_a[lid.y * 16u + i] * tile_b[i * 16u + lid.x];
    }
    workgroupBarrier();
  }
  c[row * 64u + column] = sum;
}`;

/** Per invocation, counted by hand. `k` takes 4 values, `i` 16 for each of them. */
const sizes: Readonly<Record<string, number>> = {
  workgroups: 4 * 4,
  invocations: 64 * 64,
  workgroupSize: 256,
  workgroupSizeX: 16,
  workgroupSizeY: 16,
  // 16 workgroups of 8 subgroups each.
  waves: 16 * 8,
  workgroupBytes: 2 * 256 * 4,
  // By 256 invocations.
  zeroedBytes: (2 * 256 * 4) / 256,
  privateBytes: 0,
  floatAdd: 64,
  floatMul: 64,
  floatDiv: 0,
  floatFma: 0,
  special: 0,
  exp: 0,
  log: 0,
  pow: 0,
  sin: 0,
  tanh: 0,
  sqrt: 0,
  // row and column; the steps of k; for each k three a tile and, for each i, its step and two indices; the result's index.
  intAdd: 2 + 4 + 4 * (3 + 3 + 16 * (1 + 2)) + 1,
  intMul: 2 + 4 * (2 + 2 + 16 * 2) + 1,
  intDiv: 0,
  // Each loop tests once more than it runs.
  compare: 5 + 4 * 17,
  convert: 0,
  storageLoads: 4 * 2,
  storageLoadBytes: 4 * 2 * 4,
  storageStores: 1,
  storageStoreBytes: 4,
  // Neighbours in x read neighbouring elements of rows of a, b and c.
  contiguousBytes: 4 * 2 * 4 + 4,
  broadcastBytes: 0,
  stridedBytes: 0,
  irregularBytes: 0,
  workgroupLoads: 64 * 2,
  workgroupLoadBytes: 64 * 2 * 4,
  workgroupStores: 4 * 2,
  workgroupStoreBytes: 4 * 2 * 4,
  privateLoads: 0,
  privateStores: 0,
  uniformLoads: 0,
  atomics: 0,
  contendedAtomics: 0,
  barriers: 4 * 2,
  subgroupOps: 0,
  branches: 0,
  divergentBranches: 0,
  iterations: 4 + 4 * 16,
  totalFlops: 2 * 64 ** 3,
  totalIntegerOps: (223 + 147) * 64 ** 2,
  totalStorageBytes: 36 * 64 ** 2,
  totalWorkgroupTraffic: 544 * 64 ** 2,
  uniqueBytes: 3 * 64 * 64 * 4,
  // Every element of a and b is read by the 4 workgroups in its row or column, every element of c is written once.
  reuse: (4 + 4 + 1) / 3,
  arithmeticIntensity: 128 / 36,
  workgroupIntensity: 128 / 544,
  loadWidth: 4,
  storeWidth: 4,
  workgroupWidth: 4,
  outputsPerInvocation: 1,
};

/** Features that are not in log scale. */
const shares: Readonly<Record<string, number>> = {
  subgroupWaste: 0,
  halfShare: 0,
  bankConflicts: 1,
  impliedBarriers: 1,
  loopDepth: 2,
};

it('every feature of a tiled matrix product is what it is by hand', async () => {
  const length = expression(64 * 64);
  const builder = builderOf({
    files: { 'matmul.wgsl': source },
    buffers: [
      buffer('a', 0, { length }),
      buffer('b', 1, { length }),
      buffer('c', 2, { length, check: { relative: 0, absolute: 0 } }),
    ],
    dispatch: [expression(4), expression(4), expression(1)],
  });
  const built = await builder.build({});
  if (!built.ok) throw new Error(built.failure.message);
  const vector = builder.features(built.value);
  const expected = featureNames.map((name) => [
    name,
    name in shares ? shares[name] : Math.log2(1 + (sizes[name] ?? Number.NaN)),
  ]);
  const actual = featureNames.map((name, index) => [name, vector[index]]);
  const rounded = (rows: readonly (readonly unknown[])[]) =>
    Object.fromEntries(rows.map(([name, value]) => [name, Math.round((value as number) * 1e9) / 1e9]));
  expect(rounded(actual)).toEqual(rounded(expected));
});
