import { describe, expect, it } from 'vitest';
import { featureNames } from '../../src/kernel/index.ts';
import { buffer, builderOf, expression } from './support.ts';

const declarations = `
struct Sizes { n: u32, m: u32 }
@group(0) @binding(0) var<storage, read> input: array<u32>;
@group(0) @binding(1) var<storage, read_write> output: array<f32>;
@group(0) @binding(2) var<uniform> sizes: Sizes;
var<private> turns: u32;
fn ceilDiv(a: u32, b: u32) -> u32 { if (b == 0u) { return 0u; } return (a + b - 1u) / b; }
fn logOf(n: u32) -> u32 { var log = 0u; var rest = n; while (rest > 1u) { rest >>= 1u; log++; } return log; }
fn work(n: u32) { for (var k = 0u; k < n; k++) { output[0] *= 2.0; } }
`;

/** How often \`output[0] *= 2.0\` runs: n is 1000, m is 7, there are 16 workgroups of 64 invocations. */
async function multiplications(body: string): Promise<number> {
  const source = `${declarations}
@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(global_invocation_id) id: vec3u,
        @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  ${body}
}`;
  const values = [expression(1000), expression(7)];
  const builder = builderOf({
    files: { 'a.wgsl': source },
    dispatch: [expression(16), expression(1), expression(1)],
    buffers: [
      buffer('input', 0, { type: 'u32', length: expression(4096) }),
      buffer('output', 1, { length: expression(1024), check: { relative: 0, absolute: 0 } }),
      buffer('sizes', 2, { kind: 'uniform', type: 'u32', length: expression(2), values }),
    ],
  });
  const built = await builder.build({});
  if (!built.ok) throw new Error(built.failure.message);
  const features = builder.features(built.value);
  return 2 ** (features[featureNames.indexOf('floatMul')] as number) - 1;
}

const tick = 'output[0] *= 2.0;';

describe('how often loops run', () => {
  it.each<[string, number]>([
    [`var i = 0u; for (; i < 50u; i = i + 1u) { ${tick} if (output[1] > 4.0) { break; } }`, 50],
    [`var i = 7u; i = 2u; for (; i < 50u; i = 1u + i) { ${tick} }`, 48],
    [`var i: u32; i = sizes.m; while (i > 0u) { ${tick} i -= 1u; }`, 7],
    [`var i = 0u; while (i < 4u) { ${tick} i++; } while (i < 10u) { ${tick} i++; }`, 10],
    [`var s = 32u; while (s > 0u) { ${tick} s = s >> 1u; }`, 6],
    [`for (var s = 256u / 2u; s != 0u; s /= 2u) { ${tick} }`, 8],
    [`for (var k = 2u; k <= 64u; k <<= 1u) { for (var j = k >> 1u; j > 0u; j >>= 1u) { ${tick} } }`, 21],
    [`for (var i = 0u; i < 5u; i++) { for (var j = 0u; j <= i; j++) { ${tick} } }`, 15],
    [`for (var k = 0u; k < 10u; k++) { ${tick} k++; }`, 5],
    [`var end = sizes.n; if (end > 16u) { end = 16u; } for (var i = 0u; i < end; i++) { ${tick} }`, 16],
    [
      `var end = id.x + 16u; if (end > sizes.n) { end = sizes.n; } for (var i = id.x; i < end; i++) { ${tick} }`,
      16,
    ],
    [`let end = min(sizes.n, id.x + 16u); for (var i = id.x; i < end; i++) { ${tick} }`, 16],
    [`let end = clamp(sizes.m, 2u, 5u); for (var i = 0u; i < end; i++) { ${tick} }`, 5],
    [`for (var i = 0u; i < arrayLength(&input); i += 1024u) { ${tick} }`, 4],
    [`let log = countTrailingZeros(64u); for (var i = 0u; i < (256u >> log); i++) { ${tick} }`, 4],
    [`for (var i = 0u; i < firstLeadingBit(sizes.n) + countOneBits(7u); i++) { ${tick} }`, 12],
    [`for (var i = 0u; i < ceilDiv(sizes.n, 64u); i++) { ${tick} }`, 16],
    [`for (var i = 0u; i < logOf(256u); i++) { ${tick} }`, 8],
    [`var n = sizes.m; n = n * 2u; work(n); work(3u);`, 17],
    [`for (var i = 0u; i < 4u; i++) { work(i); }`, 6],
    [`turns = 3u; for (var i = 0u; i < turns; i++) { ${tick} } turns += 2u; work(turns);`, 8],
    [`var v = vec2u(0u, sizes.m); v.y -= 2u; for (; v.x < v.y; v.x++) { ${tick} }`, 5],
    [`var i = 0u; loop { if (i >= 9u) { break; } ${tick} i += 2u; }`, 5],
    [`var i = 0u; loop { ${tick} i += 2u; if (i >= 9u) { break; } }`, 5],
    [`var i = 0u; loop { ${tick} if (i >= 8u) { break; } i += 2u; }`, 5],
    [`var i = 0u; loop { ${tick} continuing { i += 1u; break if i >= sizes.m; } }`, 7],
    [`var i = 20u; loop { ${tick} continuing { i += 1u; break if i >= sizes.m; } }`, 1],
    [`for (var i = 0u; i < 100u; i++) { ${tick} if (i == 6u) { break; } }`, 7],
    [`var n = 0u; switch (sizes.m) { case 7u: { n = 4u; } default: { n = 9u; } } work(n);`, 4],
    // A turn that ends before it has done anything is none.
    [`var i = 0u; while (true) { if (i >= 5u) { break; } ${tick} i++; }`, 5],
    [`for (var i = 0u; true; i++) { if (i > 9u) { break; } if (i == 5u) { break; } ${tick} }`, 5],
    [`for (var i = 0u; i < 3u; i++) { for (var j = i; j < 9u; j++) { if (j == 4u) { break; } ${tick} } }`, 9],
    [
      `var end = false; for (var i = 0u; i < 9u; i++) {
        for (var j = 0u; j < 9u; j++) { if (i * 9u + j == 15u) { end = true; break; } ${tick} } if (end) { break; } }`,
      15,
    ],
    [`var end = false; for (var j = 0u; j < 5u && !end; j++) { ${tick} end = j == 1u; }`, 2],
    // What a share of the turns comes by counts for that share, once.
    [`for (var i = 0u; i < 5u; i++) { if (i == 2u) { continue; } work(i); }`, 8],
    [`for (var i = 0u; i < 8u; i++) { if (i % 2u == 1u) { work(i); } }`, 16],
    [`for (var i = 0u; i < 8u; i++) { if (output[i] > 1.0) { work(i); } }`, 28],
    [
      `for (var i = 0u; i < 8u; i++) { switch (i) { case 1u, 5u: { work(i); } case 7u: {} default: { ${tick} } } }`,
      11,
    ],
    [`switch (sizes.m) { case 7u: { work(2u); } default: { work(9u); } }`, 2],
    [`switch (input[0]) { case 7u: { work(2u); } default: { work(9u); } }`, 9],
    // One of several ends that is known is enough, and data that ends a loop early is taken not to.
    [`for (var i = 0u; i < 12u && output[1] < 4.0; i++) { ${tick} }`, 12],
    [`var x = 0.0; var i = 0u; while (x < 4.0 && i < 30u) { x = x + output[i]; ${tick} i++; }`, 30],
    // What invocations share counts by the mean.
    [`var i = lane; loop { if (i >= sizes.n) { break; } ${tick} i = i + 64u; }`, 15.625],
    [
      `var i = lane; while (i < 32u) { ${tick} i += 64u; } i = lane; while (i < 96u) { ${tick} i += 64u; }`,
      2,
    ],
    [`for (var i = group.x; i < 40u; i += groups.x) { ${tick} }`, 2.5],
    // Only other invocations come to it.
    [`if (lane > 0u) { var i = 0u; i = 1u; while (i < 5u) { ${tick} i++; } }`, 4],
    [`if (lane == 0u) { return; } var i = 2u; i = 1u; while (i < 5u) { ${tick} i++; }`, 4],
  ])('%s', async (body, expected) => {
    expect(await multiplications(body)).toBeCloseTo(expected, 6);
  });

  it.each([
    `var i = 0u; while (input[i] != 0u) { ${tick} i = input[i]; }`,
    `var i = 0u; loop { ${tick} i++; if (input[i] == 0u) { break; } }`,
    `var n = sizes.n; if (input[0] > 3u) { n = 5u; } for (var i = 0u; i < n; i++) { ${tick} }`,
    `var n = 1u; for (var i = 0u; i < input[0]; i++) { n++; } work(n);`,
    `var n = 4u; let p = &n; *p = input[0]; for (var i = 0u; i < n; i++) { ${tick} }`,
    `for (var i = 0u; i < 4u; ) { ${tick} }`,
    `var i = 1u; while (i != 0u) { ${tick} i *= 3u; }`,
  ])('is unknown of %s', async (body) => {
    expect(await multiplications(body)).toBeNaN();
  });

  it('of subgroups is that of what the program asks for, else of the usual size', async () => {
    const loops = (head: string) => `enable subgroups; ${head}
      @group(0) @binding(0) var<storage, read_write> output: array<f32>;
      fn main(@builtin(subgroup_size) size: u32, @builtin(num_subgroups) count: u32) {
        for (var s = size / 2u; s > 0u; s >>= 1u) { ${tick} } for (var i = 0u; i < count; i++) { output[0] += 1.0; } }`;
    const counts = async (head: string) => {
      const source = loops(head).replace('fn main', '@compute @workgroup_size(64) fn main');
      const builder = builderOf({ files: { 'a.wgsl': source }, buffers: [buffer('output', 0)] });
      const built = await builder.build({});
      if (!built.ok) throw new Error(built.failure.message);
      const features = builder.features(built.value);
      return ['floatMul', 'floatAdd'].map(
        (name) => 2 ** (features[featureNames.indexOf(name)] as number) - 1,
      );
    };
    const [halvings, additions] = await counts('');
    expect(halvings).toBeCloseTo(5);
    expect(additions).toBeCloseTo(2);
  });
});

it('takes `<` for an operator where a bracket closes before the next `>`', async () => {
  expect(await multiplications(`let n = select(3u, 9u, lane < 5u) >> 1u; work(min(n, 4u));`)).toBeCloseTo(4);
  expect(await multiplications(`if ((lane < 5u) == (sizes.m > 3u)) { work(8u); }`)).toBeCloseTo(4); // by half of the subgroups
});

it('reads a blank text of any length', async () => {
  // What was a comment is spaces by the time the program is parsed.
  const blank = `/*${' '.repeat(2_000_000)}*/`;
  expect(await multiplications(`${blank} if (lane < 5u) { work(8u); }`)).toBeCloseTo(4);
});
