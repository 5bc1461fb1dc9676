import { describe, expect, it } from 'vitest';
import { featureNames } from '../../src/kernel/index.ts';
import type { BufferDefinition } from '../../src/manifest/index.ts';
import { buffer, builderOf, expression, type KernelOptions } from './support.ts';

/** Features by name. */
async function featuresOf(options: KernelOptions): Promise<Record<string, number>> {
  const builder = builderOf(options);
  const built = await builder.build(options.defaults ?? {});
  if (!built.ok) throw new Error(`${built.failure.kind}: ${built.failure.message}`);
  const vector = builder.features(built.value);
  expect(vector).toHaveLength(featureNames.length);
  return Object.fromEntries(featureNames.map((name, index) => [name, vector[index] as number]));
}

/** Features that are log2(1 + x), as x again. */
const plain = (value: number) => 2 ** value - 1;

const buffers = [
  buffer('input', 0, { length: expression(4096) }),
  buffer('output', 1, { length: expression(1024), check: { relative: 0, absolute: 0 } }),
  buffer('words', 2, { type: 'u32', length: expression(1024) }),
];

const declarations = `
@group(0) @binding(0) var<storage, read> input: array<f32>;
@group(0) @binding(1) var<storage, read_write> output: array<f32>;
@group(0) @binding(2) var<storage, read_write> words: array<u32>;
var<workgroup> tile: array<f32, 256>;
struct Point { position: vec3f, weight: f32 }
fn work(x: f32) -> f32 { return x * x + 1.0; }
fn index(row: u32, column: u32) -> u32 { let start = row * 64u; return start + column; }
fn put(target_tile: ptr<workgroup, array<f32, 256>>, at: u32) { (*target_tile)[at] = 1.0; }
`;

const head = `@compute @workgroup_size(64)
fn main(@builtin(local_invocation_id) lid: vec3u, @builtin(workgroup_id) group: vec3u,
        @builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {`;

/** Counts of a body with the buffers above and a few values of unknown content. */
function countsOf(body: string, more: Partial<KernelOptions> = {}) {
  const unknowns = 'let f = input[0]; let g = input[1]; let i = words[0]; let j = bitcast<i32>(i);';
  const source = `${declarations}\n${head}\n${unknowns}\n${body}\n}`;
  return featuresOf({ files: { 'a.wgsl': source }, buffers, dispatch: sixteen, ...more });
}

const sixteen = [expression(16), expression(1), expression(1)] as const;

/** What `body` adds to a kernel that only loads `f`, `g` and `i`. */
async function added(body: string, more: Partial<KernelOptions> = {}): Promise<Record<string, number>> {
  const [without, with_] = [await countsOf('', more), await countsOf(body, more)];
  const difference: Record<string, number> = {};
  for (const name of countNames) {
    const amount = plain(with_[name] as number) - plain(without[name] as number);
    if (Math.abs(amount) > 1e-9 || Number.isNaN(amount)) difference[name] = Math.round(amount * 1e6) / 1e6;
  }
  return difference;
}

const countNames = (
  'floatAdd floatMul floatDiv floatFma special exp log pow sin tanh sqrt intAdd intMul intDiv compare convert storageLoads storageLoadBytes ' +
  'storageStores storageStoreBytes contiguousBytes broadcastBytes stridedBytes irregularBytes workgroupLoads ' +
  'workgroupLoadBytes workgroupStores workgroupStoreBytes privateLoads privateStores uniformLoads atomics contendedAtomics barriers ' +
  'subgroupOps branches divergentBranches iterations'
).split(' ');

describe('operations, counted by hand', () => {
  it.each<[string, Record<string, number>]>([
    ['let x = f + g * 2.0 - f / g;', { floatAdd: 2, floatMul: 1, floatDiv: 1 }],
    ['let x = -f;', { floatAdd: 1 }],
    ['let x = vec4f(f) * g + vec4f(g, f, f, f);', { floatMul: 4, floatAdd: 4 }],
    ['let x = fma(vec2f(f), vec2f(g), vec2f());', { floatFma: 2 }],
    ['let x = dot(vec4f(f), vec4f(g));', { floatMul: 4, floatAdd: 3 }],
    ['let x = mat2x3f(f, f, f, g, g, g) * vec2f(f, g);', { floatMul: 6, floatAdd: 3 }],
    [
      'let x = exp(f) + sqrt(g) * pow(f, 2.0);',
      { special: 3, exp: 1, sqrt: 1, pow: 1, floatAdd: 1, floatMul: 1 },
    ],
    ['let x = log2(f) + cos(vec2f(f)).x + tanh(f);', { special: 4, log: 1, sin: 2, tanh: 1, floatAdd: 2 }],
    ['let x = atan2(f, g);', { special: 1 }],
    ['let x = normalize(vec3f(f));', { floatMul: 6, floatAdd: 2, special: 1, sqrt: 1 }],
    ['let x = i * 3u + (i << 2u) - i / 7u % 5u;', { intMul: 3, intAdd: 5 }],
    ['let x = i / words[1];', { intDiv: 1, storageLoads: 1, storageLoadBytes: 4, broadcastBytes: 4 }],
    ['let x = i / 64u + i % 8u;', { intAdd: 3 }],
    ['var x = i; x /= 16u;', { intAdd: 1 }],
    ['const N = 3u * 4u; let x = i % N;', { intMul: 1, intAdd: 1 }],
    ['let x = vec3u(i) & vec3u(7u);', { intAdd: 3 }],
    ['let x = f < g && i != 3u;', { compare: 3 }],
    ['let x = select(f, g, f < g) + max(f, g) + clamp(f, 0.0, g);', { compare: 5, floatAdd: 2 }],
    ['let x = f32(i) + f32(j); let y = vec2f(vec2u(i));', { convert: 4, floatAdd: 1 }],
    ['let x = 2.0 * 3.0 + f32(4u);', {}],
    ['const N = 4u; let x = i + N * 2u;', { intAdd: 1 }],
    ['var x = f; x += g; x *= 2.0;', { floatAdd: 1, floatMul: 1 }],
    ['var x = i; x++; x--;', { intAdd: 2 }],
    ['let x = work(f) + work(g);', { floatMul: 2, floatAdd: 3 }],
    ['workgroupBarrier(); storageBarrier();', { barriers: 2 }],
    ['_ = f * g;', { floatMul: 1 }],
  ])('%s', async (body, expected) => {
    expect(await added(body)).toEqual(expected);
  });

  it('unknown functions are unknown, not free', async () => {
    const difference = await added('let x = somethingNew(f);').catch((error: Error) => error.message);
    expect(difference).toEqual({ special: Number.NaN });
  });

  it('half precision has its share', async () => {
    const source = `enable f16;\n${declarations}\n${head} let h = f16(input[0]); output[0] = f32(h * h + h) * 2.0; }`;
    const features = await featuresOf({ files: { 'a.wgsl': source }, buffers });
    expect(features.halfShare).toBeCloseTo(2 / 3);
  });
});

describe('memory, counted by hand', () => {
  const load = { storageLoads: 1, storageLoadBytes: 4 };
  const store = { storageStores: 1, storageStoreBytes: 4 };
  it.each<[string, Record<string, number>]>([
    ['let x = input[gid.x];', { ...load, contiguousBytes: 4 }],
    ['let x = input[group.x];', { ...load, broadcastBytes: 4 }],
    ['let x = input[lid.x * 2u];', { ...load, stridedBytes: 4, intMul: 1 }],
    ['let x = input[i];', { ...load, irregularBytes: 4 }],
    ['let x = input[index(lid.x, group.x)];', { ...load, stridedBytes: 4, intMul: 1, intAdd: 1 }],
    ['let x = input[index(group.x, lid.x)];', { ...load, contiguousBytes: 4, intMul: 1, intAdd: 1 }],
    ['output[gid.x] = f;', { ...store, contiguousBytes: 4 }],
    ['output[lid.x] += f;', { ...load, ...store, contiguousBytes: 8, floatAdd: 1 }],
    ['let p = &output[lid.x]; *p = f;', { ...store, contiguousBytes: 4 }],
    [
      'tile[lid.x] = tile[lid.x + 1u];',
      {
        workgroupLoads: 1,
        workgroupLoadBytes: 4,
        workgroupStores: 1,
        workgroupStoreBytes: 4,
        intAdd: 1,
      },
    ],
    ['put(&tile, lid.x);', { workgroupStores: 1, workgroupStoreBytes: 4 }],
    [
      'var a: array<f32, 4>; a[1] = f; let x = a[i] + a[2];',
      { privateStores: 1, privateLoads: 2, floatAdd: 1 },
    ],
    ['var v = vec4f(f); v.x = g; v[1] = g; let x = v.y;', {}],
    ['let x = arrayLength(&input);', {}],
  ])('%s', async (body, expected) => {
    expect(await added(body)).toEqual(expected);
  });

  const kernel = (variables: string, body: string, definitions: readonly BufferDefinition[]) =>
    featuresOf({ files: { 'a.wgsl': `${variables}\n${head}\n${body}\n}` }, buffers: definitions });

  it('has vectors and structures of their size', async () => {
    const features = await kernel(
      `struct Point { position: vec3f, weight: f32 }
       @group(0) @binding(0) var<storage, read> points: array<Point>;
       @group(0) @binding(1) var<storage, read_write> sums: array<vec4f>;`,
      'sums[lid.x] = vec4f(points[lid.x].position, points[lid.x].weight);',
      [buffer('points', 0), buffer('sums', 1)],
    );
    expect(plain(features.storageLoads!)).toBeCloseTo(2);
    expect(plain(features.storageLoadBytes!)).toBeCloseTo(16);
    expect(plain(features.storageStoreBytes!)).toBeCloseTo(16);
    // Points are 16 bytes apart, of which 12 and 4 are read.
    expect(plain(features.stridedBytes!)).toBeCloseTo(16);
    expect(plain(features.contiguousBytes!)).toBeCloseTo(16);
    expect(plain(features.loadWidth!)).toBeCloseTo(8);
  });

  it('knows atomics and uniforms', async () => {
    const features = await kernel(
      `struct Sizes { rows: u32, columns: u32 }
       @group(0) @binding(0) var<storage, read_write> total: atomic<u32>;
       @group(0) @binding(1) var<uniform> sizes: Sizes;`,
      'atomicAdd(&total, sizes.columns); let x = atomicLoad(&total);',
      [
        buffer('total', 0, { type: 'u32', length: expression(1) }),
        buffer('sizes', 1, {
          kind: 'uniform',
          type: 'u32',
          length: expression(2),
          values: [expression(3), expression(4)],
        }),
      ],
    );
    expect(plain(features.atomics!)).toBeCloseTo(1);
    expect(plain(features.storageLoads!)).toBeCloseTo(1);
    expect(plain(features.uniformLoads!)).toBeCloseTo(1);
  });

  it.each([
    ['tile[lid.x]', 1],
    ['tile[lid.x * 2u]', 2],
    ['tile[lid.x * 33u]', 1],
    ['tile[lid.x * 32u]', 32],
    ['tile[group.x]', 1],
  ])('sees the bank conflicts of %s', async (place, expected) => {
    const features = await countsOf(`${place} = f;`);
    expect(features.bankConflicts).toBeCloseTo(expected);
  });
});

describe('loops multiply', () => {
  const fourTimes = { floatMul: 4, iterations: 4, compare: 5, intAdd: 4 };
  it.each<[string, Record<string, number>]>([
    ['for (var k = 0u; k < 4u; k++) { let x = f * g; }', fourTimes],
    ['for (var k = 0; k <= 9; k += 3) { let x = f * g; }', fourTimes],
    ['for (var k = 7; k >= 1; k -= 2) { let x = f * g; }', fourTimes],
    ['for (var k = 0u; 4u > k; k = k + 1u) { let x = f * g; }', fourTimes],
    ['var k: u32; for (k = 4u; k != 0u; k--) { let x = f * g; }', fourTimes],
    ['for (var s = 8u; s > 0u; s >>= 1u) { let x = f * g; }', fourTimes],
    ['let n = groups.x / 4u; for (var k = 0u; k < n; k++) { let x = f * g; }', { ...fourTimes, intAdd: 5 }],
    ['let n = arrayLength(&words); for (var k = 0u; k < n; k += 256u) { let x = f * g; }', fourTimes],
    ['for (var k = lid.x; k < 256u; k += 64u) { let x = f * g; }', fourTimes],
    // 64 invocations share 32 iterations.
    [
      'for (var k = lid.x; k < 32u; k += 64u) { let x = f * g; }',
      { floatMul: 0.5, iterations: 0.5, compare: 1.5, intAdd: 0.5 },
    ],
    ['var k = 0u; while (k < 4u) { let x = f * g; k++; }', fourTimes],
    [
      'var k = 0u; loop { if (k >= 4u) { break; } let x = f * g; continuing { k++; } }',
      {
        ...fourTimes,
        compare: 4,
        branches: 4,
      },
    ],
    [
      'var k = 0u; loop { let x = f * g; continuing { k++; break if k == 4u; } }',
      { ...fourTimes, compare: 4 },
    ],
    [
      'for (var a = 0; a < 2; a++) { for (var b = 0; b < 3; b++) { let x = f * g; } }',
      {
        floatMul: 6,
        iterations: 8,
        compare: 11,
        intAdd: 8,
      },
    ],
    ['for (var k = 0u; k < 0u; k++) { let x = f * g; }', { compare: 1 }],
  ])('%s', async (body, expected) => {
    expect(await added(body)).toEqual(expected);
  });

  it('by their depth', async () => {
    const deep =
      'for (var a = 0; a < 2; a++) { for (var b = 0; b < 3; b++) { if (f > g) { while (true) {} } } }';
    expect((await countsOf(deep)).loopDepth).toBe(3);
    expect((await countsOf('')).loopDepth).toBe(0);
  });

  it.each([
    ['an unknown bound', 'for (var k = 0u; k < i; k++) { let x = f * g; }'],
    ['a variable that the body makes unknown', 'for (var k = 0u; k < 4u; k++) { let x = f * g; k += i; }'],
    ['a bound that changes', 'var n = 4u; n = i; for (var k = 0u; k < n; k++) { let x = f * g; }'],
    ['a step that is not known', 'for (var k = 0u; k < 4u; k += i) { let x = f * g; }'],
    ['no visible end', 'loop { let x = f * g; if (f > g) { return; } }'],
  ])('by an unknown number with %s', async (_what, body) => {
    const difference = await added(body);
    expect(difference.floatMul).toBeNaN();
    expect(difference.iterations).toBeNaN();
    expect(difference.floatDiv).toBeUndefined();
    expect(difference.storageStores).toBeUndefined();
  });

  it('by bounds from uniform structures and from constants of the workload', async () => {
    const source = `override N: u32 = 3u;
      struct Sizes { rows: u32, columns: u32 }
      @group(0) @binding(0) var<storage, read_write> data: array<f32>;
      @group(0) @binding(1) var<uniform> sizes: Sizes;
      ${head} let x = data[0];
        for (var k = 0u; k < sizes.columns; k++) { data[k] = x * x; }
        for (var k = 0u; k < N; k++) { data[k] = x + x; } }`;
    const values = [expression(2), expression('COLS')];
    const features = await featuresOf({
      files: { 'a.wgsl': source },
      parameters: { COLS: 40, N: 5 },
      buffers: [
        buffer('data', 0),
        buffer('sizes', 1, { kind: 'uniform', type: 'u32', length: expression(2), values }),
      ],
    });
    expect(plain(features.floatMul!)).toBeCloseTo(40);
    expect(plain(features.floatAdd!)).toBeCloseTo(5);
  });
});

describe('branches', () => {
  it.each<[string, Record<string, number>]>([
    ['if (f > g) { let x = f * g; }', { compare: 1, branches: 1, floatMul: 1 }],
    [
      'if (f > g) { let x = f * g; } else { let x = f + g + f; }',
      { compare: 1, branches: 1, floatMul: 1, floatAdd: 2 },
    ],
    [
      'if (f > g) { let x = f * g * f; } else if (f < g) { let x = f * g; }',
      { compare: 2, branches: 2, floatMul: 2 },
    ],
    // One of a workgroup's two subgroups.
    ['if (lid.x == 0u) { let x = f * g; }', { compare: 1, branches: 1, divergentBranches: 1, floatMul: 0.5 }],
    // Through a name, a call, a part of a vector, the place of a load, beside what is unknown.
    ['let l = lid.x * 2u; if (l < 3u) {}', { compare: 1, branches: 1, divergentBranches: 1, intMul: 1 }],
    [
      'if (index(lid.x, 1u) < 3u) {}',
      { compare: 1, branches: 1, divergentBranches: 1, intMul: 1, intAdd: 1 },
    ],
    ['if (f > g && lid.y == 0u) {}', { compare: 3, branches: 1, divergentBranches: 1 }],
    [
      'if (work(f32(lid.x)) > f) {}',
      { compare: 1, branches: 1, divergentBranches: 1, convert: 1, floatMul: 1, floatAdd: 1 },
    ],
    // The same for a workgroup: nobody goes another way than its neighbour.
    ['if (group.x + i > 3u) {}', { compare: 1, branches: 1, intAdd: 1 }],
    ['const ON = false; if (ON) { let x = f * g; } else { let x = f + g; }', { floatAdd: 1 }],
    ['if (groups.x > 100u) { let x = f * g; }', { compare: 1 }],
    [
      'switch (i) { case 1u, 2u: { let x = f * g; } default: { let x = f * g * g; } }',
      { branches: 1, floatMul: 2 },
    ],
  ])('count their most expensive arm unless it is known: %s', async (body, expected) => {
    expect(await added(body)).toEqual(expected);
  });

  // Sixteen workgroups of 64 invocations, 32 of which run in step.
  it.each<[string, Record<string, number>]>([
    // Workgroups that return at once.
    ['if (gid.x >= 256u) { return; } let x = f * g;', { floatMul: 0.25 }],
    [
      'if (group.x < 4u) { let x = f * g; } else { return; } let y = f + g;',
      { floatMul: 0.25, floatAdd: 0.25 },
    ],
    ['let last = 3u; if (group.x > last) { return; } workgroupBarrier();', { barriers: 0.25 }],
    // Both ways are taken by a subgroup whose invocations part.
    ['if (lid.x < 16u) { let x = f * g; } else { let x = f + g; }', { floatMul: 0.5, floatAdd: 1 }],
    // Nobody runs what follows a return that all take, everybody what follows one that data decides on.
    ['const ON = true; if (ON) { return; } let x = f * g;', {}],
    ['if (f > g) { return; } let x = f * g;', { floatMul: 1 }],
    // Turns of loops that are skipped.
    ['for (var t = 0u; t < 12u; t++) { if (t % 4u != 0u) { continue; } let x = f * g; }', { floatMul: 3 }],
    ['for (var t = 0u; t < 240u; t++) { if (t % 5u == 0u) { let x = f * g; } }', { floatMul: 48 }],
    ['for (var t = 0u; t < 12u; t++) { if (t >= 9u) { let x = f * g; } }', { floatMul: 3 }],
    ['for (var w = 32u; w > 0u; w >>= 1u) { if (lid.x < 2u * w) { let x = f * g; } }', { floatMul: 3.5 }],
    ['for (var t = lid.x; t < 256u; t += 64u) { if (t < 128u) { let x = f * g; } }', { floatMul: 2 }],
    [
      'for (var r = 0u; r < 4u; r++) { for (var c = 0u; c < 4u; c++) { if (c > r) { continue; } let x = f * g; } }',
      { floatMul: 10 },
    ],
    [
      'var t = 0u; loop { if (t < 2u) { continue; } let x = f * g; continuing { t++; break if t == 8u; } }',
      { floatMul: 6 },
    ],
    // Through a call that is given a loop's variable.
    ['for (var t = 0u; t < 4u; t++) { if (index(t, 0u) < 64u) { let x = f * g; } }', { floatMul: 1 }],
  ])('count for the share of subgroups and turns that take them: %s', async (body, expected) => {
    const { floatMul, floatAdd, barriers } = await added(body);
    expect(JSON.parse(JSON.stringify({ floatMul, floatAdd, barriers }))).toEqual(expected);
  });

  it('are counted in large launches to a few percent', async () => {
    const groups = [expression(1000), expression(3), expression(2)] as const;
    const { floatMul } = await added('if (group.x + 500u * group.z >= 900u) { return; } let x = f * g;', {
      dispatch: groups,
    });
    // 900 of the 1,000 in one half, 400 in the other.
    expect(Math.abs((floatMul as number) - 0.65)).toBeLessThan(0.07);
  });
});

describe('the launch', () => {
  it('counts workgroups, invocations and memory', async () => {
    const features = await countsOf('var a: array<vec4f, 3>; tile[lid.x] = a[0].x;');
    expect(plain(features.workgroups!)).toBeCloseTo(16);
    expect(plain(features.invocations!)).toBeCloseTo(1024);
    expect(plain(features.workgroupSize!)).toBeCloseTo(64);
    expect(plain(features.workgroupBytes!)).toBeCloseTo(1024);
    expect(plain(features.privateBytes!)).toBeCloseTo(48);
    expect(plain(features.uniqueBytes!)).toBeCloseTo(4 * (4096 + 1024 + 1024));
    expect(plain(features.outputsPerInvocation!)).toBeCloseTo(1);
    expect(features.subgroupWaste).toBe(0);
  });

  it('derives totals and ratios', async () => {
    const features = await countsOf('output[gid.x] = input[gid.x] * f + g;');
    expect(plain(features.totalFlops!)).toBeCloseTo(2 * 1024);
    expect(plain(features.totalStorageBytes!)).toBeCloseTo(5 * 4 * 1024);
    expect(plain(features.arithmeticIntensity!)).toBeCloseTo(0.1);
    expect(plain(features.reuse!)).toBeCloseTo((5 * 4 * 1024) / (4 * 6144));
  });

  it('wastes lanes where a workgroup does not fill its subgroups', async () => {
    const source = `@group(0) @binding(0) var<storage, read_write> data: array<f32>;
      @compute @workgroup_size(8, 5) fn main() { data[0] = 1.0; }`;
    expect((await featuresOf({ files: { 'a.wgsl': source } })).subgroupWaste).toBeCloseTo(1 - 40 / 64);
  });
});

describe('robustness', () => {
  it('an edit of the source at equal tunables shows', async () => {
    const before = await countsOf('output[lid.x] = f * g;');
    const after = await countsOf('output[lid.x] = f * g / 2.0;');
    expect(after).not.toEqual(before);
  });

  it('calls within calls end', async () => {
    const levels = Array.from(
      { length: 30 },
      (_, level) => `fn f${level + 1}() -> f32 { return f${level}() + f${level}(); }`,
    );
    const source = `@group(0) @binding(0) var<storage, read_write> data: array<f32>;
      fn f0() -> f32 { return data[0] * 2.0; } ${levels.join('\n')}
      @compute @workgroup_size(1) fn main() { data[1] = f30(); }`;
    const features = await featuresOf({ files: { 'a.wgsl': source } });
    expect(features.floatMul).toBeNaN();
    expect(plain(features.workgroups!)).toBeCloseTo(1);
  });

  it('a replayed variant has no features', () => {
    const variant = { kernel: 'k', workload: 'w', configuration: {}, id: 'k/w/', program: null };
    const features = builderOf({ files: { 'a.wgsl': '' } }).features(variant);
    expect([...features].every(Number.isNaN)).toBe(true);
  });

  it('names are unique', () => {
    expect(new Set(featureNames).size).toBe(featureNames.length);
    expect(featureNames.length).toBeGreaterThanOrEqual(25);
  });
});
