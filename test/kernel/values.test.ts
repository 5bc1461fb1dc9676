import { describe, expect, it } from 'vitest';
import { bufferContents, createVariantBuilder, featureNames } from '../../src/kernel/index.ts';
import { kernelOf } from '../manifest/support.ts';
import { failureOf, limits, programOf } from './support.ts';

const manifest = (buffer: string, workload = 'ROWS: 6, COLS: 64') => `version: 1
kernels:
  k:
    source: k.wgsl
    workloads: [{ ${workload} }]
    buffers:
      shape: { binding: 0, ${buffer} }
      out: { binding: 1, type: f32, length: 64, check: { absolute: 0 } }
    dispatch: [1]
`;

const program = (declarations: string, variable = 'var<uniform> shape: Shape') => `
${declarations}
@group(0) @binding(0) ${variable};
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) { _ = &shape; out[id.x] = 1.0; }
`;

function built(wgsl: string, text: string) {
  const kernel = kernelOf(text, { files: { 'k.wgsl': wgsl } });
  const [workload] = kernel.workloads;
  if (workload === undefined) throw new Error('no workload');
  return createVariantBuilder({ kernel, workload, limits }).build(kernel.defaults);
}

async function shapeOf(wgsl: string, text: string) {
  const [shape] = programOf(await built(wgsl, text)).buffers;
  if (shape === undefined) throw new Error('no buffer');
  return { ...shape, view: new DataView(bufferContents(shape).buffer) };
}

const mixed = 'struct Shape { rows: u32, cols: i32, scale: f32 }';

describe('values', () => {
  it('have the types of the program’s members', async () => {
    const { view, byteLength, kind } = await shapeOf(
      program(mixed),
      manifest('values: [ROWS, -COLS, 1.0 / sqrt(COLS)]'),
    );
    expect([view.getUint32(0, true), view.getInt32(4, true), view.getFloat32(8, true)]).toEqual([
      6, -64, 0.125,
    ]);
    expect({ byteLength, kind }).toEqual({ byteLength: 16, kind: 'uniform' });
  });

  it.each(['u32', 'f32'])('have them whatever type is written: %s', async (type) => {
    const { view } = await shapeOf(
      program(mixed),
      manifest(`kind: uniform, type: ${type}, values: [ROWS, COLS, 0.5]`),
    );
    expect([view.getUint32(0, true), view.getInt32(4, true), view.getFloat32(8, true)]).toEqual([6, 64, 0.5]);
  });

  it('need none for padding, in the layout or by name', async () => {
    const { view, byteLength } = await shapeOf(
      program(
        'struct Shape { n: u32, at: vec3f, m: mat2x2f, _pad0: u32, _pad1: u32, last: array<vec4u, 2> }',
      ),
      manifest('values: [ROWS, 1.5, 2.5, 3.5, 4, 5, 6, 7, 1, 2, 3, 4, 5, 6, 7, 8]'),
    );
    expect(byteLength).toBe(96);
    expect([0, 80, 92].map((offset) => view.getUint32(offset, true))).toEqual([6, 5, 8]);
    expect([16, 24, 32, 44].map((offset) => view.getFloat32(offset, true))).toEqual([1.5, 3.5, 4, 7]);
    expect([4, 48, 52].map((offset) => view.getUint32(offset, true))).toEqual([0, 0, 0]);
  });

  it('need one for what is only called like padding', async () => {
    const used = program('struct Shape { n: u32, scale: f32, padding: u32, _pad: u32 }').replace(
      /(fn main\([^{]*\{)/,
      '$1 let used = shape.padding;',
    );
    const { view } = await shapeOf(used, manifest('values: [ROWS, 0.5, 3]'));
    expect(view.getUint32(8, true)).toBe(3);
    await expect(shapeOf(used, manifest('values: [ROWS, 0.5]'))).rejects.toThrow('padding: u32');
  });

  it('may be listed as words, those of padding included', async () => {
    const { view, byteLength } = await shapeOf(
      program('struct Shape { n: u32, scale: f32, at: vec4u }'),
      manifest('kind: uniform, type: u32, values: [ROWS, 0.25, 0, 0, 1, 2, 3, 4]'),
    );
    expect(byteLength).toBe(32);
    expect([view.getUint32(0, true), view.getFloat32(4, true), view.getUint32(28, true)]).toEqual([
      6, 0.25, 4,
    ]);
  });

  it('mean bits where a list of whole numbers has a literal for a float, and say so', async () => {
    const { view, remark } = await shapeOf(
      program(mixed),
      manifest('kind: uniform, type: u32, values: [ROWS, COLS, 1065353216]'),
    );
    expect(view.getFloat32(8, true)).toBe(1);
    expect(remark).toBe(
      "`scale` of buffer `shape` is f32, and 1065353216 is taken for the bits of 1; write that number, and leave out 'type'",
    );
    const plain = await shapeOf(program(mixed), manifest('values: [ROWS, COLS, 1065353216]'));
    expect([plain.view.getFloat32(8, true), plain.remark]).toEqual([1065353216, undefined]);
  });

  it('fill storage buffers as well, of any length', async () => {
    const pair = await shapeOf(
      program('', 'var<storage, read> shape: vec2u'),
      manifest('values: [ROWS, COLS]'),
    );
    expect([pair.kind, pair.byteLength, pair.view.getUint32(4, true)]).toEqual(['read-only-storage', 8, 64]);
    const list = await shapeOf(
      program('', 'var<storage, read_write> shape: array<f32>'),
      manifest(`values: [${Array.from({ length: 1000 }, (_, i) => `${i}.5`).join(', ')}]`),
    );
    expect([list.kind, list.byteLength, list.view.getFloat32(3996, true)]).toEqual(['storage', 4000, 999.5]);
  });

  it('leave the names of programs as they were where members follow each other', async () => {
    const declarations = 'struct Shape { rows: u32, cols: u32 }';
    const text = manifest('kind: uniform, type: u32, values: [ROWS, COLS]');
    const { type, length, slots } = await shapeOf(program(declarations), text);
    expect({ type, length, slots }).toEqual({ type: 'u32', length: 2, slots: undefined });
    const names = await Promise.all(
      [text, manifest('values: [ROWS, COLS]')].map((one) => built(program(declarations), one)),
    );
    expect(new Set(names.map((one) => programOf(one).identity)).size).toBe(1);
    // The same bits of another type are other work.
    const reals = program('struct Shape { rows: f32, cols: f32 }');
    expect(programOf(await built(reals, text)).identity).not.toBe(programOf(names[0] as never).identity);
  });

  it.each([
    ['[0.125, COLS, 1]', 7, 37, '`rows` (u32) of buffer `shape` is 0.125, which is no whole number'],
    [
      '[-1, COLS, 1]',
      7,
      37,
      '`rows` (u32) of buffer `shape` is -1, which is outside of u32, 0 to 4294967295',
    ],
    ['[1, 3000000000, 1]', 7, 40, '`cols` (i32) of buffer `shape` is 3000000000, which is outside of i32'],
    ['[1, 2, 1.0e30 * 1.0e9]', 7, 43, 'e+39, which f32 cannot hold'],
    ['[1, 2, 1.0 / 0.0]', 7, 43, '`scale` (f32) of buffer `shape` is Infinity, which f32 cannot hold'],
    ['[1, 2, sqrt(0 - ROWS)]', 7, 43, '`scale` (f32) of buffer `shape` has no value: `sqrt(0 - ROWS)`'],
    [
      '[1, 2]',
      7,
      36,
      'buffer `shape` has 3 members in the program (rows: u32, cols: i32, scale: f32), and the manifest gives 2 values',
    ],
    ['[1, 2, 3, 4, 5]', 7, 36, 'buffer `shape` has 3 members in the program'],
  ])('are checked against it, a fault with its place: %s', async (values, line, column, message) => {
    const failure = failureOf(await built(program(mixed), manifest(`values: ${values}`)));
    expect(failure).toMatchObject({ kind: 'validation', file: 'joulegate.yaml', line, column });
    expect(failure.message).toContain(message);
  });

  it('take a half for what it can hold', async () => {
    const halves = `enable f16;\n${program('struct Shape { scale: f16, other: f16, n: u32 }')}`;
    const { view } = await shapeOf(halves, manifest('values: [0.5, 2, ROWS]'));
    expect([view.getUint16(0, true), view.getUint16(2, true), view.getUint32(4, true)]).toEqual([
      0x3800, 0x4000, 6,
    ]);
    const failure = failureOf(await built(halves, manifest('values: [0.5, 70000, ROWS]')));
    expect(failure.message).toContain('`other` (f16) of buffer `shape` is 70000, which f16 cannot hold');
  });

  it('are known to the features of a configuration, built or not', async () => {
    const loop = `${mixed}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  for (var k = 0; k < shape.cols; k++) { out[id.x] *= shape.scale; }
}
`;
    const kernel = kernelOf(manifest('values: [ROWS, COLS, 0.5]'), { files: { 'k.wgsl': loop } });
    const builder = createVariantBuilder({ kernel, workload: kernel.workloads[0] as never, limits });
    const variant = await builder.build({});
    if (!variant.ok) throw new Error(variant.failure.message);
    const features = builder.features(variant.value);
    expect(await builder.featuresOf({})).toEqual(features);
    expect(2 ** (features[featureNames.indexOf('floatMul')] ?? 0) - 1).toBeCloseTo(64);
  });
});
