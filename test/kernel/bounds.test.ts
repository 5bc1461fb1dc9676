import { describe, expect, it } from 'vitest';
import { boundsCheck, createVariantBuilder } from '../../src/kernel/index.ts';
import { kernelOf } from '../manifest/support.ts';
import { failureOf, limits, programOf } from './support.ts';

const gather = (index: string, declarations = '') => `override N: u32 = 64;
@group(0) @binding(0) var<storage, read> ids: array<u32>;
@group(0) @binding(1) var<storage, read> rows: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
${declarations}
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = ids[id.x];
  y[id.x] = rows[${index}];
}
`;

const manifest = (fill: string) => `version: 1
kernels:
  k:
    source: k.wgsl
    workloads: [{ N: 64 }]
    buffers:
      indices: { binding: 0, type: u32, length: N, fill: ${fill} }
      table: { binding: 1, type: f32, length: N * 4, fill: normal }
      y: { binding: 2, type: f32, length: N, check: { absolute: 0 } }
    dispatch: [1]
`;

function built(wgsl: string, fill = '{ integers: [0, N] }') {
  const kernel = kernelOf(manifest(fill), { files: { 'k.wgsl': wgsl } });
  const [workload] = kernel.workloads;
  if (workload === undefined) throw new Error('no workload');
  return createVariantBuilder({ kernel, workload, limits }).build(kernel.defaults);
}

async function checkOf(wgsl: string) {
  const check = boundsCheck(programOf(await built(wgsl)));
  if (check === null) throw new Error('nothing to check');
  return { ...check, wgsl: check.program.passes[0]?.wgsl ?? '' };
}

describe('the check of indices', () => {
  it('hands every index through a function, and the entry point’s parameters on', async () => {
    const { program, wgsl } = await checkOf(gather('min(row, 3u) * 4u'));
    const lines = wgsl.split('\n');
    expect(lines.slice(5, 10).map((line) => line.trim())).toEqual([
      '',
      'fn bounds_main(                               id: vec3u) {',
      'let row = ids[bounds_read(u32(id.x), arrayLength(&ids), 1u)];',
      'y[bounds_write(u32(id.x), arrayLength(&y), 2u)] = rows[bounds_read(u32(min(row, 3u) * 4u), arrayLength(&rows), 3u)];',
      '}',
    ]);
    expect(wgsl).toContain('fn main(@builtin(global_invocation_id) id: vec3u)  {\n  bounds_main(id);');
    expect(program.buffers.slice(3)).toMatchObject([
      { group: 0, binding: 3, kind: 'storage', values: [0, 2 ** 32 - 1, 0, 2 ** 32 - 1, 0, 2 ** 32 - 1] },
      { group: 0, binding: 4, kind: 'uniform', values: [0, 0, 0, 0] },
    ]);
  });

  it('knows the lengths of what is in a buffer, and leaves out what a compiler checks', async () => {
    const declarations = `struct S { count: u32, cells: array<mat2x3f> }
@group(0) @binding(3) var<storage, read> s: S;
fn at(p: ptr<storage, array<f32>, read>, i: u32) -> f32 { return (*p)[i] + p[i]; }`;
    const wgsl = gather('u32(s.cells[row][id.y][2] + at(&rows, row))', declarations);
    const text = manifest('{ integers: [0, N] }').replace(
      '    dispatch',
      '      s: { binding: 3, type: f32, length: 40 }\n    dispatch',
    );
    const kernel = kernelOf(text, { files: { 'k.wgsl': wgsl } });
    const [workload] = kernel.workloads;
    if (workload === undefined) throw new Error('no workload');
    const outcome = await createVariantBuilder({ kernel, workload, limits }).build(kernel.defaults);
    const noting = boundsCheck(programOf(outcome))?.program.passes[0]?.wgsl;
    expect(noting).toContain(
      's.cells[bounds_read(u32(row), arrayLength(&s.cells), 7u)][bounds_read(u32(id.y), 2u, 6u)][2]',
    );
    expect(noting).toContain(
      '(*p)[bounds_read(u32(i), arrayLength(p), 1u)] + p[bounds_read(u32(i), arrayLength(p), 2u)]',
    );
  });

  it('takes names that the program has not', async () => {
    const { wgsl } = await checkOf(gather('row', 'const bounds = 1u;'));
    expect(wgsl).toContain('fn bounds__main(');
  });

  it('notes the indices of each pass in places of their own', async () => {
    const text = `${gather('row')}
@compute @workgroup_size(64)
fn again(@builtin(global_invocation_id) id: vec3u) { y[id.x + 1u] = 0.0; }
`;
    const passes = '    passes: [{ entry: main, dispatch: [1] }, { entry: again, dispatch: [1] }]\n';
    const kernel = kernelOf(manifest('{ integers: [0, N] }').replace('    dispatch: [1]\n', passes), {
      files: { 'k.wgsl': text },
    });
    const [workload] = kernel.workloads;
    if (workload === undefined) throw new Error('no workload');
    const check = boundsCheck(programOf(await createVariantBuilder({ kernel, workload, limits }).build({})));
    const [main, again] = check?.program.passes ?? [];
    expect(main?.wgsl).toContain('fn main(@builtin(global_invocation_id) id: vec3u)  {\n  bounds_main(id);');
    expect(again?.wgsl).toContain(
      'fn again(@builtin(global_invocation_id) id: vec3u)  {\n  bounds_main(id);',
    );
    expect(main?.wgsl).toContain('rows[bounds_read(u32(row), arrayLength(&rows), 3u)]');
    expect(again?.wgsl).toContain('y[bounds_write(u32(id.x + 1u), arrayLength(&y), 8u)]');
    expect(again?.bindings.slice(-2)).toMatchObject([
      { buffer: 3, binding: 3 },
      { buffer: 4, binding: 4 },
    ]);
    const notes = Uint32Array.from({ length: 16 }, (_, i) => (i % 2 === 0 ? 0 : 2 ** 32 - 1));
    notes.set([1, 64], 14);
    expect(check?.failure(new Uint8Array(notes.buffer), false)).toMatchObject({
      message: expect.stringContaining('`y[id.x + 1u]` writes beyond `y` (64 f32) in one invocation'),
      file: 'k.wgsl',
      line: 13,
    });
  });

  it('tells by the notes what went beyond which buffer, and where that stands', async () => {
    const check = await checkOf(gather('row * 4u'));
    const notes = (...words: number[]) => new Uint8Array(Uint32Array.from(words).buffer);
    const none = 2 ** 32 - 1;
    expect(check.failure(notes(0, none, 0, none, 0, none), true)).toBeNull();
    expect(check.failure(notes(0, none, 0, none, 7, 256), false)).toBeNull();
    expect(check.failure(notes(0, none, 0, none, 7, 256), true)).toEqual({
      kind: 'out-of-range',
      message:
        '`rows[row * 4u]` reads beyond `table` (256 f32) in 7 invocations, the least index is 256. Guard the access, ' +
        'make the buffer longer, or fill the buffer that the index comes from with what is there (`integers`)',
      file: 'k.wgsl',
      line: 9,
      column: 13,
    });
    expect(check.failure(notes(1, none, 1, 64, 0, none), false)?.message).toMatch(
      /^`y\[id\.x\]` writes beyond `y` \(64 f32\) in one invocation, the least index is 64\. /,
    );
    expect(check.failure(notes(1, 64, 1, 64, 0, none), true)?.message).toContain(
      '; 1 more go beyond their buffers.',
    );
  });
});

describe('random bits as indices', () => {
  it.each([
    'row',
    'row * 4u + id.x % 4u',
    'min(row * 4u + id.x % 4u, N * 4u - 1u)',
    'select(row, row + 17u, N > 3u)',
    'u32(clamp(i32(ids[id.x]), 0, 255))',
  ])('are refused before anything runs: %s', async (index) => {
    expect(failureOf(await built(gather(index), 'uniform'))).toEqual({
      kind: 'validation',
      message:
        'buffer `indices` holds random bits (fill: uniform), and the program indexes `table` with them: nearly all are ' +
        'beyond it; fill `indices` with indices that are there: fill: { integers: [0, COUNT] }',
      file: 'k.wgsl',
      line: 9,
      column: 3,
    });
  });

  it.each([
    'row % N',
    'row & 63u',
    'row >> 26u',
    '(row >> 4u) & 15u',
    'u32(f32(row) * 1e-8)',
    'extractBits(row, 3u, 5u)',
  ])('may be brought into a range: %s', async (index) => {
    expect((await built(gather(index), 'uniform')).ok).toBe(true);
  });

  it('are no matter of other contents', async () => {
    for (const fill of ['{ integers: [0, N] }', '{ permutation: N }', 'index', 'zeros'])
      expect((await built(gather('row'), fill)).ok, fill).toBe(true);
  });
});
