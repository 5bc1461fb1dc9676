import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalTokens, featureNames, mapDiagnostic } from '../../src/kernel/index.ts';
import { describeOnAdapter } from '../support/adapter.ts';
import {
  buffer,
  build,
  builderOf,
  expression,
  failureOf,
  type KernelOptions,
  kernelOf,
  programOf,
} from './support.ts';

const buffers = [buffer('data', 0, { fill: 'normal', seed: 1, check: { relative: 0, absolute: 0 } })];

const head = `@group(0) @binding(0) var<storage, read_write> data: array<f32>;
@compute @workgroup_size(1) fn main() {`;

const wgsl = (body: string) => `${head}\n${body}\n}`;

/** The final WGSL of a body, in one line. */
async function unrolled(body: string, options: Partial<KernelOptions> = {}): Promise<string> {
  const program = programOf(await build({ files: { 'a.wgsl': wgsl(body) }, buffers, ...options }));
  const text = canonicalTokens(program.wgsl).join(' ');
  const start = canonicalTokens(head).join(' ').length;
  return text.slice(start + 1, -2);
}

const tidy = (text: string) => canonicalTokens(text).join(' ');

describe('a loop is unrolled', () => {
  it.each<[string, string, string]>([
    [
      'in full',
      '/* @unroll */ for (var k = 0u; k < 3u; k++) { data[k] = 1.0; }',
      '{ let k = 0u; data[k] = 1.0; } { let k = 1u; data[k] = 1.0; } { let k = 2u; data[k] = 1.0; }',
    ],
    [
      'by a factor that divides its trips',
      '// @unroll(2)\nfor (var k = 0u; k < 8u; k++) { data[k] = 1.0; }',
      `for (var k_0 = 0u; k_0 < 8u; k_0 += 2u) {
         { let k = k_0; data[k] = 1.0; } { let k = k_0 + 1u; data[k] = 1.0; } }`,
    ],
    [
      'by a factor that leaves one trip over',
      '// @unroll(2)\nfor (var k: i32 = 6; k >= 2; k -= 1) { data[k] = 1.0; }',
      `for (var k_0 = 6i; k_0 > 2i; k_0 -= 2i) {
         { let k = k_0; data[k] = 1.0; } { let k = k_0 - 1i; data[k] = 1.0; } }
       { let k = 2i; data[k] = 1.0; }`,
    ],
    [
      'by a factor that leaves several trips over',
      '// @unroll(3)\nfor (var k = 0u; k < 16u; k += 2u) { data[k] = 1.0; }',
      `for (var k_0 = 0u; k_0 < 12u; k_0 += 6u) {
         { let k = k_0; data[k] = 1.0; } { let k = k_0 + 2u; data[k] = 1.0; } { let k = k_0 + 4u; data[k] = 1.0; } }
       for (var k = 12u; k < 16u; k += 2u) { data[k] = 1.0; }`,
    ],
    ['that never runs', '/*@unroll*/ for (var k = 3; k < 0; k++) { data[k] = 1.0; }', ''],
    [
      'not at all by the factor 1',
      '// @unroll(1)\nfor (var k = 0u; k < 3u; k++) { data[k] = 1.0; }',
      'for (var k = 0u; k < 3u; k++) { data[k] = 1.0; }',
    ],
    [
      'whatever the form of its condition and step',
      'let n = 4; /* @unroll */ for (var k = n; (-2 < k); k = k - 3) { data[k] = 1.0; }',
      'let n = 4; { let k = 4i; data[k] = 1.0; } { let k = 1i; data[k] = 1.0; }',
    ],
    [
      'whose body hides its variable',
      '/* @unroll */ for (var k = 0u; k < 2u; k++) { let k = 7; data[k] = 1.0; }',
      '{ let k = 0u; { let k = 7; data[k] = 1.0; } } { let k = 1u; { let k = 7; data[k] = 1.0; } }',
    ],
    [
      'inside another whose variable it depends on',
      `/* @unroll */ for (var k = 0u; k < 2u; k++) {
         /* @unroll */ for (var j = 0u; j <= k; j++) { data[j] = 1.0; } }`,
      `{ let k = 0u; { let j = 0u; data[j] = 1.0; } }
       { let k = 1u; { let j = 0u; data[j] = 1.0; } { let j = 1u; data[j] = 1.0; } }`,
    ],
    [
      'with loops of its own that are left early',
      '/* @unroll */ for (var k = 0u; k < 1u; k++) { while (true) { if (data[k] > 0.0) { continue; } break; } }',
      '{ let k = 0u; while (true) { if (data[k] > 0.0) { continue; } break; } }',
    ],
    [
      'with a switch of its own',
      '/* @unroll */ for (var k = 0u; k < 1u; k++) { switch (k) { case 1u: { break; } default: { } } }',
      '{ let k = 0u; switch (k) { case 1u: { break; } default: { } } }',
    ],
  ])('%s', async (_what, source, expected) => {
    expect(await unrolled(source)).toBe(tidy(expected));
  });

  it('by an override', async () => {
    const files = {
      'a.wgsl': `override N = 4u; override U = 1; override ALL = false;
        ${wgsl(`// @unroll(U * 2)
        for (var k = 0u; k < N; k++) { data[k] = 1.0; }
        // @unroll(ALL)
        for (var k = 0u; k < N; k++) { data[k] = 2.0; }`)}`,
    };
    const tunables = [
      { name: 'U', values: [1, 2] },
      { name: 'ALL', values: [false, true] },
    ];
    const builder = builderOf({ files, buffers, tunables });
    const copies = async (U: number, ALL: boolean) =>
      programOf(await builder.build({ U, ALL })).wgsl.split('data[k]').length - 1;
    expect(await copies(1, false)).toBe(2 + 1);
    expect(await copies(2, false)).toBe(4 + 1);
    expect(await copies(1, true)).toBe(2 + 4);
  });

  it('by a tunable that only the directive names, in a module of its own', async () => {
    const files = {
      'k/main.wesl': 'import package::fill::fill;\n@compute @workgroup_size(1) fn main() { fill(); }',
      'k/fill.wesl': `import constants::{N, UNROLL, UNUSED};
@group(0) @binding(0) var<storage, read_write> data: array<f32>;
fn fill() {
  // @unroll(UNROLL)
  for (var k = 0; k < N; k++) {
    data[k] = 1.0;
  }
}`,
    };
    const tunables = [{ name: 'UNROLL', values: [1, 2] }];
    const builder = builderOf({ files, buffers, tunables, parameters: { N: 6, UNUSED: 1 } });
    const one = programOf(await builder.build({ UNROLL: 1 }));
    const two = programOf(await builder.build({ UNROLL: 2 }));
    expect(two.wgsl).toContain('for (var k_0 = 0i; k_0 < 6i; k_0 += 2i)');
    expect(two.identity).not.toBe(one.identity);
    // Every copy goes back to the line it was made of.
    const line = two.wgsl.split('\n').findLastIndex((text) => text.includes('data[k]')) + 1;
    expect(mapDiagnostic(two, line, 5)).toMatchObject({ file: 'k/fill.wesl', line: 6 });
  });

  it('the same as without a directive where the factor is 1', async () => {
    const loop = 'for (var k = 0u; k < 3u; k++) { data[k] = 1.0; }';
    const identity = async (body: string) =>
      programOf(await build({ files: { 'a.wgsl': wgsl(body) }, buffers })).identity;
    expect(await identity(`/* @unroll(1) */ ${loop}`)).toBe(await identity(loop));
  });
});

describe('what cannot be unrolled is refused where it stands', () => {
  const inLoop = (body: string) => `\n  // @unroll\n  for (var k = 0u; k < 3u; k++) {\n    ${body}\n  }`;
  it.each<[string, RegExp, number]>([
    ['\n  // @unroll\n  for (var k = 0u; k < u32(data[0]); k++) { }', /its end is no constant/, 5],
    ['\n  // @unroll\n  for (var k = u32(data[0]); k < 9u; k++) { }', /first value of `k` is no constant/, 5],
    ['\n  // @unroll\n  for (var k = 1u; k < 9u; k *= 2u) { }', /step `k` by a constant/, 5],
    ['\n  // @unroll\n  for (var k = 0u; k < 9u;) { k++; }', /step `k` by a constant/, 5],
    ['\n  // @unroll\n  for (var k = 0.0; k < 9.0; k += 1.0) { }', /`k` must be i32 or u32/, 5],
    ['\n  // @unroll\n  for (var k = 9u; k >= 0u; k--) { }', /never reaches its end within u32/, 5],
    ['\n  // @unroll\n  for (var k = 0; k != 9; k += 2) { }', /never reaches its end within i32/, 5],
    ['\n  // @unroll\n  for (var k = 0; k > -1; k++) { }', /never reaches its end within i32/, 5],
    ['\n  var k = 0;\n  // @unroll\n  for (; k < 9; k++) { }', /declared in the loop/, 6],
    [inLoop('if (data[k] > 0.0) { break; }'), /has a `break` of this loop/, 6],
    [inLoop('if (data[k] > 0.0) { continue; }'), /has a `continue` of this loop/, 6],
    [inLoop('switch (k) { default: { continue; } }'), /has a `continue` of this loop/, 6],
    [inLoop('k += 1u;'), /changes `k` or takes its address/, 5],
    [inLoop('let p = &k; *p = 1u;'), /changes `k` or takes its address/, 5],
    ['\n  // @unroll(0)\n  for (var k = 0; k < 9; k++) { }', /factor of `@unroll` must be a constant/, 5],
    ['\n  // @unroll(i32(data[0]))\n  for (var k = 0; k < 9; k++) { }', /factor of `@unroll`/, 5],
    ['\n  // @unroll\n  while (true) { }', /directly before a `for`/, 4],
    ['\n  // @unroll 4\n  for (var k = 0; k < 9; k++) { }', /write `@unroll` or `@unroll\(FACTOR\)`/, 4],
  ])('%s', async (body, message, line) => {
    const failure = failureOf(await build({ files: { 'a.wgsl': wgsl(body) }, buffers }));
    expect(failure.message).toMatch(message);
    expect(failure).toMatchObject({ file: 'a.wgsl', line });
  });

  it('at once where it would become too long', async () => {
    const body = '/* @unroll */ for (var k = 0u; k < 4000000000u; k++) { data[k] = 1.0; }';
    const failure = failureOf(await build({ files: { 'a.wgsl': wgsl(body) }, buffers }));
    expect(failure.kind).toBe('unsupported');
    expect(failure.message).toMatch(/unrolled 4000000000 times.*longer than 200000.*smaller factor/);
  });

  it('nor may an @if stand between the directive and its loop', async () => {
    const files = { 'a.wesl': wgsl('@if(ON)\n// @unroll\nfor (var k = 0u; k < 3u; k++) { }') };
    const failure = failureOf(await build({ files, buffers, parameters: { ON: true } }));
    expect(failure).toMatchObject({ kind: 'compile', file: 'a.wesl', line: 4 });
    expect(failure.message).toMatch(/put both into braces/);
  });
});

describe('features of an unrolled loop', () => {
  const body = (directive: string) =>
    wgsl(
      `var sum = 0.0;\n${directive}\nfor (var k = 0u; k < 12u; k++) { sum += data[k * 2u] * 3.0; }\ndata[0] = sum;`,
    );
  async function features(directive: string): Promise<Record<string, number>> {
    const builder = builderOf({ files: { 'a.wgsl': body(directive) }, buffers });
    const built = await builder.build({});
    if (!built.ok) throw new Error(built.failure.message);
    const vector = builder.features(built.value);
    return Object.fromEntries(featureNames.map((name, index) => [name, vector[index] as number]));
  }
  const loopOnly = new Set(['iterations', 'compare', 'intAdd', 'loopDepth', 'totalIntegerOps']);

  it.each(['// @unroll', '// @unroll(4)', '// @unroll(5)'])(
    'are those of the loop, with less of what the loop itself costs: %s',
    async (directive) => {
      const [plain, with_] = [await features(''), await features(directive)];
      for (const name of featureNames) {
        if (!loopOnly.has(name)) expect(with_[name], name).toBeCloseTo(plain[name] as number, 10);
      }
      expect(with_.iterations).toBeLessThan(plain.iterations as number);
      expect(with_.compare).toBeLessThan(plain.compare as number);
    },
  );

  it('in full have no iterations', async () => {
    expect(await features('// @unroll')).toMatchObject({
      iterations: 0,
      compare: 0,
      intAdd: 0,
      loopDepth: 0,
    });
  });
});

describe('any counting loop', () => {
  it('runs its body for the same values in the same order', async () => {
    const value = fc.integer({ min: -6, max: 12 });
    const step = fc.integer({ min: 1, max: 4 });
    const upwards = fc.boolean();
    const factor = fc.integer({ min: 2, max: 6 });
    await fc.assert(
      fc.asyncProperty(value, value, step, upwards, factor, async (start, end, size, up, by) => {
        const [test, advance] = up ? ['<', '+='] : ['>', '-='];
        const text = await unrolled(
          `/* @unroll(${by}) */ for (var k = ${start}; k ${test} ${end}; k ${advance} ${size}) { use(k); }`,
        );
        const expected: number[] = [];
        for (let k = start; up ? k < end : k > end; k += up ? size : -size) expected.push(k);
        expect(valuesUsed(text)).toEqual(expected);
      }),
      { numRuns: 60, seed: 1 },
    );
  });
});

/** What `use(k)` is called with, by running the unrolled text as JavaScript. */
function valuesUsed(text: string): number[] {
  const script = text
    .replaceAll(/(?<digits>\d)i\b/g, '$<digits>')
    .replaceAll('for ( var', 'for ( let')
    .replaceAll('+ =', '+=')
    .replaceAll('- =', '-=');
  const used: number[] = [];
  new Function('use', script)((k: number) => used.push(k));
  return used;
}

describeOnAdapter('results of unrolled loops', (adapter) => {
  const source = (directive: string) => `override N = 1u;
@group(0) @binding(0) var<storage, read> input: array<f32>;
@group(0) @binding(1) var<storage, read_write> output: array<f32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  var sums: array<f32, 4>;
  ${directive}
  for (var k = 0u; k < N; k++) {
    var square = input[(id.x + k) % 256u];
    square *= square;
    ${directive}
    for (var j = 3; j >= 0; j--) { sums[j] = sums[j] * 0.5 + square * f32(j); }
  }
  output[id.x] = sums[0] + sums[1] + sums[2] + sums[3];
}`;
  const options = (directive: string) => ({
    files: { 'a.wgsl': source(directive) },
    parameters: { N: 11 },
    dispatch: [expression(4), expression(1), expression(1)] as const,
    buffers: [
      buffer('input', 0, { fill: 'normal', seed: 3 }),
      buffer('output', 1, { check: { relative: 1e-6, absolute: 1e-6 } }),
    ],
  });

  it('are those of the loops', async () => {
    const device = await adapter.open();
    try {
      const builder = builderOf(options(''));
      const plain = await builder.build(kernelOf(options('')).defaults);
      if (!plain.ok) throw new Error(plain.failure.message);
      for (const directive of ['/* @unroll */', '/* @unroll(2) */', '/* @unroll(3) */']) {
        const built = await build(options(directive));
        if (!built.ok) throw new Error(built.failure.message);
        expect(built.value.program?.identity).not.toBe(plain.value.program?.identity);
        expect(await device.verify(built.value, plain.value), directive).toEqual({ ok: true, value: null });
      }
    } finally {
      await device.close();
    }
  });
});
