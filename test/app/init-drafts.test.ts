import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Host, init } from '../../src/app/index.ts';
import type { JoulegateError } from '../../src/errors/index.ts';
import { projectFolder } from '../support/command-line.ts';

const silent = () => undefined;

function hostIn(workingDirectory: string): Host {
  return {
    environment: {},
    workingDirectory,
    signal: new AbortController().signal,
    progress: { stage: silent, update: silent, note: silent, warn: silent },
    workerPath: '',
    version: '0.0.0',
    command: 'joulegate init',
    now: () => new Date(0),
  };
}

interface Draft {
  readonly workloads: readonly Record<string, unknown>[];
  readonly tunables?: Record<string, unknown>;
  readonly constraints?: readonly string[];
  readonly buffers: Record<string, Record<string, unknown>>;
  readonly dispatch: readonly unknown[];
}

/** The one kernel that is drafted of a program, and the text of the manifest. */
async function draftOf(program: string): Promise<{ readonly draft: Draft; readonly text: string }> {
  const folder = await projectFolder({ 'one.wgsl': program });
  await init(hostIn(folder), { manifest: 'joulegate.yaml', programs: null, print: false });
  const text = readFileSync(join(folder, 'joulegate.yaml'), 'utf8');
  return { draft: parse(text).kernels.one as Draft, text };
}

/** Why a file is refused that was named. */
async function refusal(path: string, text: string): Promise<string> {
  const folder = await projectFolder({ [path]: text });
  try {
    await init(hostIn(folder), { manifest: 'joulegate.yaml', programs: [path], print: true });
  } catch (error) {
    return (error as JoulegateError).message;
  }
  throw new Error('it was drafted');
}

describe('how far a program reaches', () => {
  const head = `
    struct Shape { rows: u32, cols: u32, depth: u32, scale: f32 }
    @group(0) @binding(0) var<uniform> shape: Shape;
    @group(0) @binding(1) var<storage, read> a: array<f32>;
    @group(0) @binding(2) var<storage, read_write> out: array<f32>;`;
  const main = (parameters: string, body: string, size = '64') =>
    `${head}\n@compute @workgroup_size(${size})\nfn main(${parameters}) { ${body} }`;
  const id = '@builtin(global_invocation_id) id: vec3u';
  const group = '@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u';

  it.each<[string, string, string, string, readonly unknown[]]>([
    [
      'an early return',
      main(id, 'if (id.x >= shape.rows) { return; } out[id.x] = a[id.x];'),
      'rows',
      'rows',
      ['ceil_div(rows, 64)'],
    ],
    [
      'a product',
      main(id, 'if (id.x < shape.rows * shape.cols) { out[id.x] = a[id.x]; }'),
      'cols * rows',
      'cols * rows',
      ['ceil_div(cols * rows, 64)'],
    ],
    [
      'two axes and a loop',
      main(
        id,
        `if (id.y >= shape.rows || id.x >= shape.cols) { return; }
         var sum = 0.0;
         for (var k = 0u; k < shape.depth; k++) { sum += a[id.y * shape.depth + k]; }
         out[id.y * shape.cols + id.x] = sum;`,
        '8, 4',
      ),
      'depth * rows',
      'cols * rows',
      ['ceil_div(cols, 8)', 'ceil_div(rows, 4)'],
    ],
    [
      'a row for each workgroup',
      main(
        group,
        `var at = local.x;
         loop { if (at >= shape.cols) { break; } out[group.x * shape.cols + at] = a[group.x * shape.cols + at]; at += 64u; }`,
      ),
      'WORKGROUPS * cols',
      'WORKGROUPS * cols',
      ['WORKGROUPS'],
    ],
    [
      'a helper, through a let and a conversion',
      `fn put(at: i32, value: f32) { out[at] = value; }\n${main(id, 'let i = i32(id.x); if (i < i32(shape.rows)) { put(i, a[i + 3]); }')}`,
      'rows + 3',
      'rows',
      ['ceil_div(rows, 64)'],
    ],
    ['nothing that bounds it', main(id, 'out[id.x] = a[2u * id.x + 1u];'), 'N * 2', 'N', ['ceil_div(N, 64)']],
    [
      'the length of a buffer',
      main(id, 'if (id.x < arrayLength(&a)) { out[id.x] = a[id.x]; }'),
      'N',
      'N',
      ['ceil_div(N, 64)'],
    ],
    [
      'indices that are rounded up',
      main(id, 'let tiles = (shape.cols + 15u) / 16u; if (id.x >= tiles) { return; } out[id.x] = a[id.x];'),
      'ceil_div(cols, 16)',
      'ceil_div(cols, 16)',
      ['ceil_div(ceil_div(cols, 16), 64)'],
    ],
  ])('is read off %s', async (_, program, read, written, dispatch) => {
    const { draft } = await draftOf(program);
    expect([draft.buffers.a?.length, draft.buffers.out?.length, draft.dispatch]).toEqual([
      read,
      written,
      dispatch,
    ]);
  });

  it('leaves lengths empty that depend on data', async () => {
    const { draft } = await draftOf(main(id, 'if (id.x < shape.rows) { out[u32(a[id.x])] = 1.0; }'));
    expect(draft.buffers.out?.length).toBeNull();
    expect(draft.buffers.a?.fill).toBe('uniform');
  });

  it('asks for sizes alone, and marks as a guess what is only computed with', async () => {
    const { draft, text } = await draftOf(
      main(id, 'if (id.x < shape.rows) { out[id.x] = a[id.x] * shape.scale; }'),
    );
    expect(draft.workloads).toEqual([{ rows: null }]);
    expect(draft.buffers.shape?.values).toEqual(['rows', 0, 0, 0.5]);
    expect(text).toContain('- 0.5 # GUESS: scale (f32)');
    expect(text).toContain('- 0 # cols: the program does not read it');
  });

  it('asks for what an index is made of, and fills the indices below it', async () => {
    const { draft } = await draftOf(`
      @group(0) @binding(0) var<storage, read> ids: array<u32>;
      @group(0) @binding(1) var<storage, read> table: array<vec4f>;
      @group(0) @binding(2) var<storage, read_write> out: array<vec4f>;
      @compute @workgroup_size(64) fn main(${id}) {
        if (id.x < arrayLength(&ids)) { out[id.x] = table[ids[id.x]]; }
      }`);
    expect(draft.workloads).toEqual([{ N: null, ids_below: null }]);
    expect(draft.buffers).toMatchObject({
      ids: { length: 'N', fill: { integers: [0, 'ids_below'] } },
      table: { length: 'ids_below * 4' },
      out: { length: 'N * 4' },
    });
  });

  it('fills what rows start at with numbers that never fall', async () => {
    const csr = (loop: string) => `
      @group(0) @binding(0) var<storage, read> starts: array<u32>;
      @group(0) @binding(1) var<storage, read> values: array<f32>;
      @group(0) @binding(2) var<storage, read_write> out: array<f32>;
      @compute @workgroup_size(64) fn main(${id}) {
        if (id.x >= arrayLength(&out)) { return; }
        var sum = 0.0;
        ${loop}
        out[id.x] = sum;
      }`;
    for (const loop of [
      'for (var i = starts[id.x]; i < starts[id.x + 1]; i++) { sum += values[i]; }',
      'let end = starts[id.x + 1]; var i = starts[id.x]; while (i < end) { sum += values[i]; i++; }',
    ]) {
      const { draft } = await draftOf(csr(loop));
      expect(draft.workloads).toEqual([{ N: null, starts_rows_below: null }]);
      expect(draft.buffers).toMatchObject({
        starts: { length: 'N + 1', fill: { cumulative: [0, 'starts_rows_below'] } },
        values: { length: 'N * starts_rows_below + starts_rows_below - 1' },
      });
    }
  });

  it('asks for nothing by the name of a constant, which would take its value', async () => {
    const { draft } = await draftOf(`
      const N = 64u; override unused: u32 = 3u;
      struct Shape { unused: u32 }
      @group(0) @binding(0) var<uniform> shape: Shape;
      @group(0) @binding(1) var<storage, read> a: array<f32>;
      @group(0) @binding(2) var<storage, read_write> out: array<f32>;
      @compute @workgroup_size(64) fn main(${id}) {
        if (id.x < arrayLength(&a) && id.x % N < shape.unused) { out[id.x] = a[id.x]; }
      }`);
    expect(draft.workloads).toEqual([{ unused: 3, N_a: null, shape_unused: null }]);
  });

  it('guesses how many invocations share what they take in turns', async () => {
    const { text } = await draftOf(
      main(
        `${id}, @builtin(num_workgroups) n: vec3u`,
        'for (var i = id.x; i < shape.rows; i += n.x * 64u) { out[i] = a[i]; }',
      ),
    );
    expect(text).toContain('- "ceil_div(rows, 64)" # GUESS: invocations take turns');
  });

  it('is one workgroup only where nothing tells workgroups apart', async () => {
    const program = (use: string) => `
      @group(0) @binding(0) var<storage, read_write> next: atomic<u32>;
      @group(0) @binding(1) var<storage, read_write> out: array<u32, 64>;
      @compute @workgroup_size(64)
      fn main(@builtin(local_invocation_index) lane: u32) { ${use} }`;
    expect((await draftOf(program('out[lane] = lane;'))).draft.dispatch).toEqual([1]);
    const { draft } = await draftOf(program('if (lane == 0u) { out[atomicAdd(&next, 1u)] = 7u; }'));
    expect(draft.dispatch).toEqual(['WORKGROUPS']);
    expect(draft.buffers.next).toMatchObject({ fill: 'zeros', check: { absolute: 0 } });
  });
});

describe('what a draft never says', () => {
  it('that a buffer is an output which is never written, or holds nothing that is read', async () => {
    const { draft, text } = await draftOf(`
      @group(0) @binding(0) var<storage, read_write> numbers: array<u32>;
      @group(0) @binding(1) var<storage, read_write> sums: array<u32>;
      @group(0) @binding(2) var<storage, read_write> grid: array<i32>;
      @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
        sums[id.x] = numbers[id.x] * 2u;
        grid[id.x] += 1;
      }`);
    expect(draft.buffers.numbers).toMatchObject({ fill: 'uniform' });
    expect(draft.buffers.numbers).not.toHaveProperty('check');
    expect(draft.buffers.sums).toMatchObject({ check: { absolute: 0 } });
    expect(draft.buffers.sums).not.toHaveProperty('fill');
    expect(draft.buffers.grid).toMatchObject({ fill: 'uniform', check: { absolute: 0 } });
    expect(text).toContain('# It reads and changes grid: put back before every launch');
  });

  it('that a member is nothing because of its name', async () => {
    const { draft } = await draftOf(`
      struct Shape { length: u32, padding: u32, _pad: vec2u }
      @group(0) @binding(0) var<uniform> shape: Shape;
      @group(0) @binding(1) var<storage, read> signal: array<f32>;
      @group(0) @binding(2) var<storage, read_write> result: array<f32>;
      @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
        if (id.x >= shape.length) { return; }
        let at = i32(id.x) - i32(shape.padding);
        if (at >= 0) { result[id.x] = signal[at]; }
      }`);
    expect(draft.buffers.shape?.values).toEqual(['length', 'padding']);
    expect(draft.workloads).toEqual([{ length: null, padding: null }]);
  });

  it('that workgroups fit whose sizes are products', async () => {
    const program = (size: string) => `
      override SIDE: u32 = 8;
      @group(0) @binding(0) var<storage, read_write> x: array<f32>;
      @compute @workgroup_size(${size}) fn main(@builtin(global_invocation_id) id: vec3u) { x[id.x] = 1.0; }`;
    expect((await draftOf(program('SIDE, SIDE'))).draft.constraints?.[0]).toBe(
      'SIDE * SIDE <= max_invocations',
    );
    expect((await draftOf(program('SIDE, 4'))).draft.constraints?.[0]).toBe('SIDE * 4 <= max_invocations');
  });

  it('that a constant may be varied which restates a number, or says how data lie', async () => {
    const { draft } = await draftOf(`
      override WG_SIZE: u32 = 64;
      override BLOCK: u32 = 16;
      @group(0) @binding(0) var<storage, read> blocks: array<f32>;
      @group(0) @binding(1) var<storage, read_write> x: array<f32>;
      @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
        for (var i = 0u; i < BLOCK; i++) { x[id.x] = blocks[i] * f32(WG_SIZE); }
      }`);
    expect(draft.tunables).toBeUndefined();
    expect(draft.workloads).toEqual([{ WG_SIZE: 64, BLOCK: 16, N: null }]);
  });
});

describe('constants of a host', () => {
  it('are tunables where they are sizes of workgroups, and asked for elsewhere', async () => {
    const { draft } = await draftOf(`
      const LANES: u32 = 4u;
      @group(0) @binding(0) var<storage, read_write> x: array<f32>;
      @compute @workgroup_size(WG_SIZE, LANES) fn main(@builtin(global_invocation_id) id: vec3u) {
        if (id.x < COUNT) { x[id.x] = 1.0; }
      }`);
    expect(draft.tunables).toEqual({ LANES: [4, 8, 16, 32], WG_SIZE: [4, 8, 16, 32] });
    expect(draft.constraints).toEqual(['LANES * WG_SIZE <= max_invocations']);
    expect(draft.workloads).toEqual([{ COUNT: null }]);
    expect(draft.dispatch).toEqual(['ceil_div(COUNT, WG_SIZE)']);
  });
});

describe('a file that is no WGSL', () => {
  const program = '@compute @workgroup_size(64) fn main() {}\n';

  it.each([
    ['#import a::b\n', '1:1: is a naga_oil module (Bevy), by `#import a::b`'],
    ['#ifdef HALF\nenable f16;\n#endif\n', '1:1: is a C preprocessor template, by `#ifdef HALF`'],
    [`\nalias T = \${TYPE};\n`, `2:11: is a template with \${...}, by \`\${TYPE}\``],
    ['alias T = {{ type }};\n', '1:11: is a template with {{ ... }}, by `{{ type }}`'],
    ['{% if half %}\n', '1:1: is a template with {% ... %}'],
    ['const SIZE = {TILE};\n', '1:12: is a template with {NAME}'],
    ['#param tile\n', "1:1: is a template of ONNX Runtime's"],
    ['$if HALF\n', '1:1: is a template with $ lines'],
    ['let x = 10li;\n', '1:9: is WGSL with 64-bit numbers (naga)'],
    ['use camera.wgsl;\n', '1:1: is a file with `use`, which joins files'],
    ['export const shader = `\n', '1:1: is JavaScript or TypeScript'],
    ['pub const SHADER: &str = r#"\n', '1:1: is Rust'],
    ['#version 450\nlayout(local_size_x = 64) in;\nvoid main() {}\n', '1:1: is GLSL, by `#version 450`'],
    ['[numthreads(64, 1, 1)]\nvoid CSMain() {}\n', '1:1: is HLSL'],
    ['#include <metal_stdlib>\nkernel void f() {}\n', '1:1: is Metal'],
    ['__global__ void f() {}\n', '1:1: is CUDA or HIP'],
    ['__kernel void f() {}\n', '1:1: is OpenCL C'],
    ['version https://git-lfs.github.com/spec/v1\n', '1:1: is a Git LFS pointer'],
  ])('is called what it is, with the way on: %j', async (start, message) => {
    const reason = await refusal('x.wgsl', start + program);
    expect(reason.startsWith(`x.wgsl:${message}`), reason).toBe(true);
    expect(reason).toMatch(/: .+: \S.{8,}$/);
  });

  it('is known by its ending as well', async () => {
    expect(await refusal('a.metal', 'kernel void f() {}')).toContain(
      'a.metal: is Metal: guard it as a program',
    );
    expect(await refusal('a.ts', program)).toContain(
      'a.ts: is TypeScript: name each string in it with `source:',
    );
  });

  it('is looked into without end or delay, however long its lines are', async () => {
    const long = '<%{%{{${'.repeat(20_000);
    expect(await refusal('x.wgsl', `fn f() { ${long}\n${program}`)).toContain('x.wgsl:');
  });

  it('is a part of a program where functions or types are declared elsewhere', async () => {
    const part = `@group(0) @binding(0) var<storage, read_write> x: array<Item>;
      @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) { x[id.x] = noise(id.x); }`;
    expect(await refusal('x.wgsl', part)).toContain('main: uses Item, noise, which nothing here declares');
  });
});
