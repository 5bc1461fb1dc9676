import { describe, expect, it } from 'vitest';
import { bufferContents, createVariantBuilder } from '../../src/kernel/index.ts';
import type { BlockFormat, ScalarType } from '../../src/manifest/index.ts';
import { kernelOf, parse } from '../manifest/support.ts';
import { binding, failureOf, limits, programOf } from './support.ts';

const wgsl = `
@group(0) @binding(0) var<storage, read> data: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@compute @workgroup_size(1) fn main() { out[0] = f32(data[0]); }
`;

const manifest = (fill: string, more = 'type: u32, length: N') => `version: 1
kernels:
  k:
    source: k.wgsl
    workloads: [{ N: 8, VOCAB: 3 }]
    buffers:
      data: { binding: 0, ${more}, fill: ${fill} }
      out: { binding: 1, type: f32, length: 1, check: { absolute: 0 } }
    dispatch: [1]
`;

const files = { 'k.wgsl': wgsl, 'data/eight.bin': '\x01\0\0\0\x02\0\0\0', 'tools/rows.py': 'print()' };

async function built(text: string, more: Readonly<Record<string, string>> = {}) {
  const kernel = kernelOf(text, { files: { ...files, ...more } });
  const [workload] = kernel.workloads;
  if (workload === undefined) throw new Error('no workload');
  return createVariantBuilder({ kernel, workload, limits }).build(kernel.defaults);
}

async function contentsOf(text: string): Promise<number[]> {
  const [data] = programOf(await built(text)).buffers;
  if (data === undefined) throw new Error('no buffer');
  const bytes = bufferContents(data);
  return [...(data.type === 'i32' ? new Int32Array(bytes.buffer) : new Uint32Array(bytes.buffer))];
}

const faultOf = async (text: string) => failureOf(await built(text));

describe('fills with a meaning', () => {
  it('are whole numbers from the first to below the second', async () => {
    expect(await contentsOf(manifest('{ integers: [0, VOCAB] }'))).toEqual([1, 1, 2, 1, 2, 0, 2, 1]);
    expect(await contentsOf(manifest('{ integers: [-2, -VOCAB + 4] }', 'type: i32, length: N'))).toEqual([
      -1, -1, 0, -1, 0, -2, 0, -1,
    ]);
    const many = bufferContents(binding({ length: 3000, type: 'u32', fill: { integers: [5, 8] } }));
    expect(new Set(new Uint32Array(many.buffer))).toEqual(new Set([5, 6, 7]));
  });

  it('are each number once, in an order of the seed', async () => {
    const order = await contentsOf(manifest('{ permutation: N }'));
    expect(order).toEqual([4, 5, 6, 2, 7, 1, 0, 3]);
    expect(await contentsOf(manifest('{ permutation: N }, seed: 9'))).not.toEqual(order);
    const twice = await contentsOf(manifest('{ permutation: N / 2 }'));
    for (const half of [twice.slice(0, 4), twice.slice(4)]) expect(half.toSorted()).toEqual([0, 1, 2, 3]);
    const long = bufferContents(
      binding({ length: 1_100_000, type: 'u32', fill: { permutation: 1_100_000 } }),
    );
    expect(new Set(new Uint32Array(long.buffer)).size).toBe(1_100_000);
  });

  it('are row starts, which never fall', async () => {
    expect(await contentsOf(manifest('{ cumulative: [0, VOCAB] }'))).toEqual([0, 1, 2, 4, 5, 7, 7, 9]);
    expect(await contentsOf(manifest('{ cumulative: [2, VOCAB] }'))).toEqual([0, 2, 4, 6, 8, 10, 12, 14]);
  });

  it('are what is listed', async () => {
    const text = manifest('{ values: [0, 1, N, N * N, 2, 2, 2, 4294967295] }');
    expect(await contentsOf(text)).toEqual([0, 1, 8, 64, 2, 2, 2, 2 ** 32 - 1]);
  });

  it('may be half-precision numbers, and of uniforms', async () => {
    const half = bufferContents(binding({ length: 3, type: 'f16', fill: { cumulative: [1, 2] } }));
    expect([...new Uint16Array(half.buffer)]).toEqual([0, 0x3c00, 0x4000, 0]);
    const uniform = 'kind: uniform, type: u32, length: 4';
    const text = manifest('{ integers: [1, 2] }', uniform);
    const program = wgsl.replace('var<storage, read> data: array<u32>', 'var<uniform> data: vec4u');
    const [data] = programOf(await built(text, { 'k.wgsl': program })).buffers;
    expect(data).toMatchObject({ kind: 'uniform', byteLength: 16, fill: { integers: [1, 2] } });
  });

  it.each([
    ['{ integers: [0, 0] }', 'has no number from 0 to below 0; write [least, most + 1]', '[0, 0]'],
    [
      '{ integers: [0, 4294967297] }',
      'goes from 0 to 4294967296; u32 holds all whole numbers only from 0 to 4294967295',
      '[0, 4',
    ],
    ['{ integers: [-1, 4] }', 'goes from -1 to 3; u32 holds', '[-1'],
    ['{ integers: [0, N / (VOCAB - 3)] }', 'has no value: ', 'N / '],
    ['{ permutation: VOCAB - 3 }', 'is a permutation of 0 numbers; it must be at least 1', 'VOCAB'],
    ['{ cumulative: [-1, 4] }', 'has steps from -1; row starts never fall', '-1'],
    ['{ cumulative: [0, 1000000000] }', 'goes from 0 to 6999999993; u32 holds', '[0'],
    ['{ values: [1, 2, 3] }', 'gives 3 values, and the buffer has 8 elements', '[1'],
    ['{ values: [0, 1, 2, 3, 4, 5, 6, 7, 9] }', 'gives 9 values, and the buffer has 8 elements', '9]'],
    ['{ values: [0, 1, 2, 3, 4, 5, 6, -1] }', 'is -1, which is outside of u32', '-1]'],
    ['{ values: [0, 1, 2, 3, 4, 5, 6, 0.5] }', 'is 0.5, which is no whole number', '0.5'],
    [
      '{ blocks: q4_0 }',
      "is q4_0, blocks of 18 bytes, and the buffer's 32 bytes are no whole number of them",
      'q4_0',
    ],
    ['{ blocks: VOCAB }', 'is 3, which is no format of quantised weights', 'VOCAB'],
    ['{ file: data/eight.bin }', 'is data/eight.bin of 8 bytes; 8 u32 are 32', 'data/'],
  ])('refuse %s', async (fill, message, at) => {
    const failure = await faultOf(manifest(fill));
    expect(failure).toMatchObject({ kind: 'validation', file: 'joulegate.yaml', line: 7 });
    expect(failure.message).toContain(`the fill of buffer \`data\` ${message}`);
    const [, , , , , , line = ''] = manifest(fill).split('\n');
    expect(line.slice((failure.column ?? 0) - 1, (failure.column ?? 0) - 1 + at.length)).toBe(at);
  });

  it('are refused while reading where they are no fill at all', () => {
    const messages = (fill: string) =>
      parse(manifest(fill), { files }).problems.map(({ message }) => message);
    expect(messages('{ integers: [0, 5], permutation: 5 }')).toEqual(["'fill' must have at most 1 keys"]);
    expect(messages('{ integers: [5] }')).toEqual(["'integers' must have at least 2 items"]);
    expect(messages('{ blocks: q4_1 }')).toEqual([
      "'q4_1' is no format of quantised weights and no workload parameter",
    ]);
    expect(messages('{ file: ../../etc/passwd }')).toEqual([
      "the path '../../etc/passwd' leads out of the repository",
    ]);
    expect(messages('{ file: data/nine.bin }')).toEqual(["there is no file 'data/nine.bin'"]);
    expect(messages('{ file: data }')).toEqual(["'data' is a folder"]);
    expect(messages('normals')).toEqual(["'fill' must be zeros, ones, normal, uniform or index"]);
    expect(messages('{ generate: { run: [python3, "{M}"], sources: [tools/rows.py] } }')).toEqual([
      "there is no tunable or workload parameter 'M'",
    ]);
  });
});

describe('contents that come from elsewhere', () => {
  const text = manifest('{ file: data/eight.bin }', 'type: u32, length: 2');
  const generated = (argument: string) =>
    manifest(`{ generate: { run: [python3, tools/rows.py, "${argument}"], sources: [tools/rows.py] } }`);

  it('are those of a file, and make another program when it changes', async () => {
    const one = programOf(await built(text));
    const other = programOf(await built(text, { 'data/eight.bin': '\x01\0\0\0\x03\0\0\0' }));
    expect(one.identity).not.toBe(other.identity);
    const [data] = one.buffers;
    if (data?.content === undefined || typeof data.fill === 'string' || !('file' in data.fill))
      throw new Error('no file');
    const known = new Map([[data.fill.file, data.content()]]);
    expect([...new Uint32Array(bufferContents(data, known).buffer)]).toEqual([1, 2]);
    expect(() => bufferContents(data)).toThrow('the contents of buffer data are not there');
  });

  it('are what a program prints, by its files and arguments', async () => {
    const programs = await Promise.all([
      built(generated('{N}')),
      built(generated('{N}')),
      built(generated('{VOCAB}')),
      built(generated('{N}'), { 'tools/rows.py': 'print(1)' }),
    ]);
    const [one, same, argument, file] = programs.map((outcome) => programOf(outcome));
    expect(one?.buffers[0]?.generator).toMatchObject({ run: ['python3', 'tools/rows.py', '8'], folder: '' });
    expect(same?.identity).toBe(one?.identity);
    expect(new Set([one, argument, file].map((program) => program?.identity)).size).toBe(3);
  });
});

const half = (bits: number) => (1 + (bits & 0x3ff) / 1024) * 2 ** (((bits >> 10) & 0x1f) - 15);

describe('blocks', () => {
  const blocks = (format: BlockFormat, type: ScalarType, length: number) =>
    bufferContents(binding({ length, type, fill: { blocks: format }, seed: 3 }));

  it.each<[BlockFormat, number, readonly [number, number]]>([
    ['q4_0', 18, [2 ** -6, 2 ** -5]],
    ['q8_0', 34, [2 ** -10, 2 ** -9]],
    ['q4_k', 144, [2 ** -12, 2 ** -11]],
  ])('of %s have %i bytes and begin with a finite scale', (format, bytes, [least, most]) => {
    const count = 70_000;
    const view = new DataView(blocks(format, 'f16', (count * bytes) / 2).buffer);
    const scales = Array.from({ length: count }, (_, i) => half(view.getUint16(i * bytes, true)));
    expect(Math.min(...scales)).toBeGreaterThanOrEqual(least);
    expect(Math.max(...scales)).toBeLessThan(most);
    expect(scales[65_521]).toBe(scales[0]);
    expect(new Set(scales).size).toBeGreaterThan(900);
  });

  it('are exact', () => {
    // One block of 18 bytes: the scale 0x2628 is (1 + 0x228 / 1024) * 2^-6.
    const q4 = blocks('q4_0', 'f16', 9);
    expect(Buffer.from(q4).toString('hex')).toBe('282661ce232092aa5a4e27aae973290ec37d0000');
  });

  it('of q8_0 hold no -128, of mlc-q4f16 no 15, of the others all nibbles', () => {
    const bytes = blocks('q8_0', 'f16', 1700);
    const numbers = [...new Int8Array(bytes.buffer)].filter((_, i) => i < 3400 && i % 34 >= 2);
    expect([Math.min(...numbers), Math.max(...numbers)]).toEqual([-127, 127]);
    const nibbles = (format: BlockFormat) =>
      new Set([...blocks(format, 'u32', 500)].flatMap((byte) => [byte & 15, byte >> 4]));
    expect(nibbles('mlc-q4f16').size).toBe(15);
    expect(nibbles('mlc-q4f16').has(15)).toBe(false);
    expect(nibbles('ort-q4-32').size).toBe(16);
  });

  it.each<BlockFormat>(['ort-q4-32', 'mlc-q4f16'])(
    'of %s are scales where the buffer holds floats',
    (format) => {
      const halves = [...new Uint16Array(blocks(format, 'f16', 100).buffer)].map(half);
      const floats = [...new Float32Array(blocks(format, 'f32', 100).buffer)];
      for (const scale of [...halves, ...floats]) {
        expect(scale).toBeGreaterThanOrEqual(2 ** -6);
        expect(scale).toBeLessThan(2 ** -5);
      }
    },
  );
});
