import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createVariantBuilder, featureNames, type VariantBuilder } from '../../src/kernel/index.ts';
import type { Configuration } from '../../src/space/index.ts';
import { largeLimits } from '../operators/support.ts';
import { operatorSamples, sampleConfigurations } from '../support/operator-samples.ts';
import { buffer, builderOf, expression, failureOf, limits } from './support.ts';

const named = (features: Float64Array | null) =>
  features && Object.fromEntries(featureNames.map((name, index) => [name, features[index]]));

/** Features without building must be those of the program that is built, linked and parsed. */
async function compare(builder: VariantBuilder, configuration: Configuration): Promise<void> {
  const quick = await builder.featuresOf(configuration);
  const built = await builder.build(configuration);
  const linked = built.ok ? builder.features(built.value) : null;
  expect(named(quick), JSON.stringify(configuration)).toEqual(named(linked));
}

describe('features of configurations that are not built are those of the built program', () => {
  it.each(operatorSamples)('%s %o', async (...sample) => {
    const device = { ...largeLimits, has_f16: true };
    const { kernel, workload, configurations } = sampleConfigurations(sample, device, 8);
    const builder = createVariantBuilder({ kernel, workload, limits: device });
    expect(configurations.length).toBeGreaterThan(0);
    for (const configuration of configurations) await compare(builder, configuration);
  });
});

/** All that conditions can change, at once. */
const files = {
  'k/main.wesl': `
import constants::{WIDTH, COUNT, DEEP};
import package::parts::{load as fetch, Row};
@if(EXTRA) import package::extra::weigh;
@else import package::parts::weigh;
@if(WIDTH_1) alias Pack = f32;
@elif(WIDTH_2) alias Pack = vec2f;
@else alias Pack = vec4f;
struct Cell { first: Pack, @if(EXTRA) second: Pack, last: u32 }
@group(0) @binding(0) var<storage, read_write> data: array<f32>;
var<workgroup> rows: array<array<Row, WIDTH>, COUNT>;
@if(EXTRA) var<workgroup> cells: array<Cell, COUNT * 2>;
const FITS: bool = 64 % (COUNT * WIDTH) == 0;
const HALF = COUNT / 2 + 1;
@if(EXTRA) fn pick(i: u32) -> u32 { let twice = i * 2; return twice; }
@else fn pick(i: u32) -> u32 { return i; }
fn store(at: u32, value: f32) {
  if (FITS || at + COUNT * 2 < 61) { data[at] = value; }
}
fn fill(target_rows: ptr<workgroup, array<array<Row, WIDTH>, COUNT>>, at: u32) {
  (*target_rows)[at % COUNT][0] = Row(f32(at));
}
@compute @workgroup_size(COUNT * 4, WIDTH)
fn main(@builtin(local_invocation_id) lid: vec3u, @builtin(workgroup_id) group: vec3u) {
  var sums: array<Pack, COUNT>;
  var limit = 4u;
  @if(EXTRA) limit = lid.x;
  @if(DEEP) let step = 2u;
  @else let step = 1u;
  for (var i = 0u; i < limit; i += step) {
    @if(DEEP) { for (var j = lid.x; j < 64; j += COUNT * 4) { store(j, weigh(fetch(pick(j)))); } }
    sums[i % COUNT] += Pack(data[lid.x * WIDTH + i]);
  }
  var k = HALF;
  while (k > 0) { k = k >> 1; rows[k][0] = Row(1.0); }
  fill(&rows, lid.x);
  workgroupBarrier();
  @if(EXTRA) { cells[lid.x % COUNT].last = pick(group.x); }
  if (DEEP && WIDTH == 2) { store(lid.x, exp(data[0])); } else { store(lid.y, data[lid.y] * 2); }
}`,
  'k/parts.wesl': `
import package::main::data;
@if(EXTRA) alias Row = f32;
@else alias Row = vec2f;
fn load(i: u32) -> f32 { return data[i]; }
fn weigh(x: f32) -> f32 { return x; }`,
  'k/extra.wesl': `
import constants::COUNT;
fn weigh(x: f32) -> f32 { var far: array<f32, COUNT>; far[u32(x) % COUNT] = x; return sqrt(x) + far[0]; }`,
};

const tunables = [
  { name: 'WIDTH', values: [1, 2, 4] },
  { name: 'COUNT', values: [1, 3, 8, 16] },
  { name: 'DEEP', values: [true, false] },
  { name: 'EXTRA', values: [true, false] },
];

describe('conditions decide on names, types, members, imports and what is assigned', () => {
  const options = {
    files,
    tunables,
    defaults: { WIDTH: 1, COUNT: 1, DEEP: true, EXTRA: true },
    buffers: [buffer('data', 0, { length: expression(1024), check: { relative: 0, absolute: 0 } })],
    dispatch: [expression(7), expression(1), expression(1)] as const,
  };
  const configurations = fc.record({
    WIDTH: fc.constantFrom(1, 2, 4),
    COUNT: fc.constantFrom(1, 3, 8, 16),
    DEEP: fc.boolean(),
    EXTRA: fc.boolean(),
  });

  it('in whatever order configurations are asked for', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(configurations, { minLength: 1, maxLength: 12 }), async (asked) => {
        const builder = builderOf(options);
        for (const configuration of asked) await compare(builder, configuration);
      }),
      { numRuns: 15, seed: 3 },
    );
  });

  it('so that they tell configurations apart', async () => {
    const builder = builderOf(options);
    const seen = new Set<string>();
    for (const WIDTH of [1, 2]) {
      for (const DEEP of [true, false]) {
        for (const EXTRA of [true, false]) {
          const built = await builder.build({ WIDTH, COUNT: 3, DEEP, EXTRA });
          expect(built.ok || built.failure).toBe(true);
          seen.add(String(await builder.featuresOf({ WIDTH, COUNT: 3, DEEP, EXTRA })));
        }
      }
    }
    expect(seen.size).toBe(8);
  });
});

it('changes under a condition concern the variable that is changed, and no other of its name', async () => {
  const source = `import constants::{N, EXTRA};
@group(0) @binding(0) var<storage, read_write> data: array<f32>;
var<private> count: u32 = 2;
fn steps() -> u32 { var count = 3u; @if(EXTRA) count = data_size(); return count; }
fn data_size() -> u32 { return arrayLength(&data); }
@compute @workgroup_size(N) fn main(@builtin(local_invocation_index) index: u32) {
  var limit = 4u;
  var place = vec2u(1, 2);
  var fixed = vec2u(3, 4);
  { @if(EXTRA) limit = index; let limit = 5u; for (var i = 0u; i < limit; i++) { data[i] = 1; } }
  for (var i = 0u; i < limit; i++) { data[i + index * 2] = 1; }
  { @if(EXTRA) place.x = index; }
  { @if(EXTRA) fixed.y = index; }
  for (var i = 0u; i < place.x; i++) { data[i] *= 2; }
  for (var i = 0u; i < fixed.x; i++) { data[i] += 2; }
  place.y = 7;
  @if(N_2) { var step = 1u; @if(EXTRA) step = 2u; for (var i = 0u; i < 8; i += step) { data[i] = 3; } }
  { @if(EXTRA) count = index; var count = 1u; count += steps(); data[count] = 4; }
  data[count] = f32(count);
}`;
  const options = {
    files: { 'a.wesl': source },
    tunables: [
      { name: 'N', values: [1, 2] },
      { name: 'EXTRA', values: [true, false] },
    ],
    defaults: { N: 1, EXTRA: true },
  };
  for (const order of [
    [true, false],
    [false, true],
  ]) {
    const builder = builderOf(options);
    for (const EXTRA of order) for (const N of [1, 2]) await compare(builder, { N, EXTRA });
    expect(await builder.featuresOf({ N: 1, EXTRA: true })).not.toBeNull();
    expect(await builder.featuresOf({ N: 1, EXTRA: true })).not.toEqual(
      await builder.featuresOf({ N: 1, EXTRA: false }),
    );
  }
});

describe('there are no features', () => {
  const head = '@group(0) @binding(0) var<storage, read_write> data: array<f32>;\n@compute';

  it('of what the device cannot run', async () => {
    const source = `import constants::N;\n${head} @workgroup_size(N) fn main() { data[0] = 1; }`;
    const builder = builderOf({
      files: { 'a.wesl': source },
      tunables: [{ name: 'N', values: [256, 512] }],
      defaults: { N: 256 },
    });
    expect(limits.max_invocations).toBe(256);
    expect(await builder.featuresOf({ N: 256 })).not.toBeNull();
    expect(await builder.featuresOf({ N: 512 })).toBeNull();
  });

  it('of what cannot be linked, under the conditions where it cannot', async () => {
    const source = `import constants::N;\n@if(N_2) import package::nowhere::f;
${head} @workgroup_size(N) fn main() { @if(N_2) { data[0] = f(); } @else { data[0] = 1; } }`;
    const builder = builderOf({
      files: { 'a.wesl': source },
      tunables: [{ name: 'N', values: [1, 2, 3] }],
      defaults: { N: 1 },
    });
    expect(await builder.featuresOf({ N: 1 })).not.toBeNull();
    expect(await builder.featuresOf({ N: 2 })).toBeNull();
    expect(failureOf(await builder.build({ N: 2 })).kind).toBe('compile');
    expect(await builder.featuresOf({ N: 3 })).not.toBeNull();
  });
});

it('operators bind as WGSL has it', async () => {
  // `true || a + b < c` is true whatever a, b and c are; the comparison is not `(true || a + b) < c`.
  const body = (condition: string) => `
@group(0) @binding(0) var<storage, read_write> data: array<u32>;
@compute @workgroup_size(1) fn main() {
  let a = data[0];
  if (${condition}) { data[1] = 1; } else { data[2] = a * a; }
}`;
  const branches = async (condition: string) => {
    const builder = builderOf({ files: { 'a.wgsl': body(condition) } });
    return named(await builder.featuresOf({}));
  };
  expect(await branches('true || a + 2 * a < 3')).toMatchObject({ branches: 0, compare: 0, intMul: 0 });
  expect(await branches('false || a + 2 * a < 3')).toMatchObject({ branches: 1 });
  expect(await branches('((1 + 2 * 3) << 2u) - 1 == 7 + 20')).toMatchObject({ branches: 0, compare: 0 });
});
