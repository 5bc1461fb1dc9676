import { describe, expect, it } from 'vitest';
import { createVariantBuilder, extensionsNamed, reachedExtensions } from '../../src/kernel/index.ts';
import { buffer, expression, failureOf, kernelOf, limits, pass, programOf } from './support.ts';

const body = `@group(0) @binding(0) var<storage, read_write> data: array<f32>;
@compute @workgroup_size(32) fn main() { data[0] = 1.0; }
`;

function builderWith(files: Readonly<Record<string, string>>, features?: readonly string[]) {
  const kernel = kernelOf({ files, tunables: [{ name: 'HALF', values: [false, true] }] });
  const workload = kernel.workloads[0] as never;
  return createVariantBuilder({ kernel: { ...kernel, tunables: [] }, workload, limits, features });
}

const matrices = `// enable f16;
enable subgroups, chromium_experimental_subgroup_matrix;
enable chromium_disable_uniformity_analysis;
requires packed_4x8_integer_dot_product;
${body}`;

describe('an extension', () => {
  it('is asked for by its feature, if it has one', async () => {
    const program = programOf(await builderWith({ 'a.wgsl': matrices }).build({}));
    expect(program.requiredFeatures).toEqual(['chromium-experimental-subgroup-matrix', 'subgroups']);
  });

  it('that the device does not have is named, with its place', async () => {
    const builder = builderWith({ 'a.wgsl': matrices }, ['subgroups']);
    const message =
      'the program enables `chromium_experimental_subgroup_matrix`, and the device does not have the feature chromium-experimental-subgroup-matrix';
    expect(failureOf(await builder.build({}))).toEqual({
      kind: 'unsupported',
      message,
      file: 'a.wgsl',
      line: 2,
      column: 1,
    });
    expect(await builder.refusal({})).toBe(message);
    const all = builderWith({ 'a.wgsl': matrices }, ['chromium-experimental-subgroup-matrix', 'subgroups']);
    expect(await all.refusal({})).toBeNull();
  });

  it('that no device has is refused before there is one', async () => {
    const failure = failureOf(await builderWith({ 'a.wgsl': `enable subgroup;\n${body}` }).build({}));
    expect(failure).toMatchObject({
      kind: 'unsupported',
      message: 'the program enables `subgroup`, which no device has; did you mean `subgroups`?',
      line: 1,
    });
  });
});

describe('what a kernel enables', () => {
  const kernel = kernelOf({
    files: {
      'k/a.wesl': `import package::b::one;\n/* enable primitive_index; */ @if(HALF) enable f16;\n${body.replace('1.0', 'one()')}`,
      'k/b.wesl': 'enable\n  subgroups ,clip_distances;\nfn one() -> f32 { return 1.0; }\n',
      'k/other.wesl': 'enable atomic_vec2u_min_max;\nfn two() -> f32 { return 2.0; }\n',
    },
    buffers: [buffer('data', 0, { length: expression(64) })],
    reference: { passes: [pass({ 'r.wgsl': `enable dual_source_blending;\n${body}` }, 'r.wgsl')] },
  });
  const places = (named: readonly { file: string; line: number; column: number; feature: string | null }[]) =>
    named.map(({ file, line, column, feature }) => `${file}:${line}:${column} ${feature}`);
  const reached = [
    'k/a.wesl:2:48 shader-f16',
    'k/b.wesl:2:3 subgroups',
    'k/b.wesl:2:14 clip-distances',
    'r.wgsl:1:8 dual-source-blending',
  ];

  it('is read off all its files, under conditions too, and off no comment', () => {
    expect(places(extensionsNamed(kernel))).toEqual([
      ...reached.slice(0, 3),
      'k/other.wesl:1:8 atomic-vec2u-min-max',
      ...reached.slice(3),
    ]);
  });

  it('is told of the files that it is linked from', async () => {
    expect(places(await reachedExtensions(kernel))).toEqual(reached);
  });
});

describe('a configuration that the device forbids', () => {
  const wide = {
    path: 'w.wesl',
    files: {
      'w.wesl': `import constants::{WG, TILE};
var<workgroup> tile: array<f32, TILE>;
@group(0) @binding(0) var<storage, read_write> data: array<f32>;
@compute @workgroup_size(WG) fn main(@builtin(local_invocation_index) i: u32) { tile[i] = 1.0; data[i] = tile[0]; }`,
      'w.wgsl': `override WG: u32; override TILE: u32;
var<workgroup> tile: array<f32, TILE>;
@group(0) @binding(0) var<storage, read_write> data: array<f32>;
@compute @workgroup_size(WG) fn main(@builtin(local_invocation_index) i: u32) { tile[i] = 1.0; data[i] = tile[0]; }`,
    },
    tunables: [
      { name: 'WG', values: [64, 288] },
      { name: 'TILE', values: [4096, 4097] },
      { name: 'ROWS', values: [65535, 65536] },
      { name: 'LENGTH', values: [2 ** 25, 2 ** 25 + 1] },
    ],
    buffers: [buffer('data', 0, { length: expression('LENGTH') })],
    dispatch: [expression('ROWS'), expression(1), expression(1)],
  } as const;

  it.each([
    ['w.wesl', false],
    ['w.wgsl', true],
  ])('is known without a trial, of %s', async (path, buildsToTell) => {
    const kernel = kernelOf({ ...wide, path });
    const builder = createVariantBuilder({ kernel, workload: kernel.workloads[0] as never, limits });
    expect(builder.buildsToTell).toBe(buildsToTell);
    const least = { WG: 64, TILE: 4096, ROWS: 65535, LENGTH: 2 ** 25 };
    expect(await builder.refusal(least)).toBeNull();
    expect(await builder.refusal({ ...least, WG: 288 })).toBe(
      'the workgroup size in x is 288, the device allows 256',
    );
    expect(await builder.refusal({ ...least, TILE: 4097 })).toBe(
      'the workgroup memory in bytes is 16400, the device allows 16384',
    );
    expect(await builder.refusal({ ...least, ROWS: 65536 })).toBe(
      'the number of workgroups in x is 65536, the device allows 65535',
    );
    expect(await builder.refusal({ ...least, LENGTH: 2 ** 25 + 1 })).toBe(
      'the size of buffer `data` in bytes is 134217732, the device allows 134217728',
    );
  });
});
