import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Host, type InitOptions, init, validate } from '../../src/app/index.ts';
import type { JoulegateError } from '../../src/errors/index.ts';
import { root } from '../docs/pages.ts';
import { commitAll, projectFolder, writeFiles } from '../support/command-line.ts';

const silent = () => undefined;

function hostIn(workingDirectory: string): Host {
  return {
    environment: process.env,
    workingDirectory,
    signal: new AbortController().signal,
    progress: { stage: silent, update: silent, note: silent, warn: silent },
    workerPath: '',
    version: '0.0.0',
    command: 'joulegate init',
    now: () => new Date(0),
  };
}

function run(folder: string, options: Partial<InitOptions> = {}) {
  return init(hostIn(folder), { manifest: 'joulegate.yaml', programs: null, print: false, ...options });
}

async function failure(attempt: Promise<unknown>): Promise<Pick<JoulegateError, 'code' | 'message'>> {
  try {
    await attempt;
  } catch (error) {
    return error as JoulegateError;
  }
  throw new Error('it did not fail');
}

/** The entries that `init` makes for one program, as data. */
async function entriesOf(program: string, path = 'kernels/one.wgsl', others: Record<string, string> = {}) {
  const folder = await projectFolder({ [path]: program, ...others });
  const result = await run(folder);
  const text = readFileSync(join(folder, 'joulegate.yaml'), 'utf8');
  return { folder, result, text, kernels: parse(text).kernels as Record<string, Entry> };
}

interface Entry {
  readonly source: string;
  readonly entry: string;
  readonly workloads: readonly Record<string, unknown>[];
  readonly tunables?: Record<string, unknown>;
  readonly default?: Record<string, unknown>;
  readonly buffers: Record<string, Record<string, unknown>>;
  readonly dispatch: readonly unknown[];
}

/** The lines that wait for the user, by number. */
function blankLines(text: string): number[] {
  return text.split('\n').flatMap((line, i) => (i > 0 && line.includes('# FILL IN') ? [i + 1] : []));
}

const scale = `
override WORKGROUP: u32 = 64u;
@group(0) @binding(0) var<storage, read> input: array<f32>;
@group(0) @binding(1) var<storage, read_write> output: array<f32>;
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < arrayLength(&output)) { output[id.x] = 2.0 * input[id.x]; }
}
`;

describe('a manifest that init writes', () => {
  it('has what a program says, and leaves the rest empty', async () => {
    const { text, kernels } = await entriesOf(scale);
    expect(kernels).toEqual({
      one: {
        source: 'kernels/one.wgsl',
        entry: 'main',
        workloads: [{ N: null }],
        tunables: { WORKGROUP: [32, 64, 128, 256] },
        constraints: ['WORKGROUP <= max_invocations'],
        default: { WORKGROUP: 64 },
        buffers: {
          input: { binding: 0, type: 'f32', length: 'N', fill: 'normal' },
          output: { binding: 1, type: 'f32', length: 'N', check: { relative: 1e-3 } },
        },
        dispatch: ['ceil_div(N, WORKGROUP)'],
      },
    });
    expect(text).toContain('- N: # FILL IN: elements of `output`');
  });

  it('is refused by validate at exactly the empty places, until they are filled in', async () => {
    const { folder, result, text } = await entriesOf(scale);
    const { message } = await failure(validate(hostIn(folder), { manifest: 'joulegate.yaml' }));
    const places = [...message.matchAll(/^joulegate\.yaml:(\d+):\d+: error/gm)].map(([, line]) =>
      Number(line),
    );
    expect(places).toEqual(blankLines(text));
    expect(result.blanks.map(({ line }) => line)).toEqual(places);

    await writeFiles(folder, { 'joulegate.yaml': text.replace(/N: # FILL IN.*/, 'N: 4096') });
    expect(await validate(hostIn(folder), { manifest: 'joulegate.yaml' })).toMatchObject({
      kernels: 1,
      workloads: 1,
      faults: [],
    });
  });

  it('points at nothing but the empty places for uniforms that name empty sizes, and in every kernel', async () => {
    const { text, result, kernels } = await entriesOf(`
      struct Params { rows: u32, cols: u32, }
      @group(0) @binding(0) var<uniform> params: Params;
      @group(0) @binding(1) var<storage, read_write> grid: array<f32>;
      @compute @workgroup_size(8, 8) fn fill(@builtin(global_invocation_id) id: vec3u) {
        grid[id.y * params.cols + id.x] = f32(params.rows);
      }
      @compute @workgroup_size(64) fn twice(@builtin(global_invocation_id) id: vec3u) { grid[id.x] *= 2.0; }
    `);
    expect(Object.keys(kernels)).toEqual(['one-fill', 'one-twice']);
    expect(result.blanks.map(({ line }) => line)).toEqual(blankLines(text));
    // Nothing bounds invocations; a row is as long as the index says, and all kernels of the file are asked once.
    expect(kernels['one-fill']?.workloads).toEqual([{ cols: null, N_Y: null, N: null }]);
    expect(kernels['one-twice']?.workloads).toEqual(kernels['one-fill']?.workloads);
    expect(text).toContain('workloads: *kernels-one');
    expect(kernels['one-fill']?.buffers).toMatchObject({
      params: { binding: 0, kind: 'uniform', values: [1, 'cols'] },
      grid: { length: 'cols * N_Y' },
    });
    expect(kernels['one-fill']?.dispatch).toEqual(['ceil_div(cols, 8)', 'ceil_div(N_Y, 8)']);
    // Only what an entry point reaches is its own; what it reads and writes is filled and compared.
    expect(kernels['one-twice']?.buffers).toEqual({
      grid: { binding: 1, type: 'f32', length: 'N', fill: 'normal', check: { relative: 1e-3 } },
    });
    expect(text).toContain('# @workgroup_size(8, 8) is fixed: `override WORKGROUP: u32 = 8;`');
  });
});

describe('what init reads off a program', () => {
  const body = (use: string) =>
    `@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) { ${use} }`;

  it.each([
    ['array<vec4<f32>>', 'f32', ', 4 in each element'],
    ['array<vec3f>', 'f32', ', 4 in each element'],
    ['array<f16>', 'f16', ''],
    ['array<mat3x3<f32>>', 'f32', ', 12 in each element'],
    ['array<atomic<u32>>', 'u32', ''],
    ['array<array<i32, 6>>', 'i32', ', 6 in each element'],
    ['Particles', 'f32', ', 4 in each element'],
    ['Counted', 'u32', ', 2 in each element, and 4 before them'],
    ['array<Mixed>', 'u32', ', 4 in each element'],
  ])('counts the scalars of %s', async (type, scalar, hint) => {
    const { kernels, text } = await entriesOf(`enable f16;
      struct Particle { position: vec2f, velocity: vec2f }
      struct Particles { items: array<Particle> }
      struct Counted { count: u32, @align(16) items: array<vec2u> }
      struct Mixed { at: vec3f, id: u32 }
      @group(2) @binding(3) var<storage, read> data: ${type};
      ${body('_ = &data;')}`);
    const { group, binding, type: written } = kernels.one?.buffers.data ?? {};
    expect({ group, binding, type: written }).toEqual({ group: 2, binding: 3, type: scalar });
    expect(text).toMatch(new RegExp(`length: # FILL IN: number of scalars in [^#\n]+${hint}\\n`));
  });

  it.each([
    ['array<f32, 256>', 256],
    ['array<vec3f, 10>', 40],
    ['array<f16, SIZE>', 24],
    ['atomic<u32>', 1],
    ['mat4x4f', 16],
  ])('knows the length of %s', async (type, length) => {
    const { kernels } = await entriesOf(`enable f16; const SIZE = 3 * 8;
      @group(0) @binding(0) var<storage, read_write> data: ${type};
      ${body('_ = &data;')}`);
    expect(kernels.one?.buffers.data?.length).toBe(length);
  });

  it('lists a uniform by its layout: members of several types, vectors, arrays, and no padding', async () => {
    const { kernels, text } = await entriesOf(`
      struct Inner { a: u32, b: vec2<u32> }
      struct Params { count: u32, scale: f32, inner: Inner, _pad0: u32, at: vec3<i32>, taps: array<vec4<u32>, 1> }
      @group(0) @binding(0) var<uniform> params: Params;
      @group(0) @binding(1) var<uniform> eps: f32;
      @group(0) @binding(2) var<storage, read_write> out: array<f32>;
      ${body('if (id.x < params.count) { out[id.x + params.taps[0].y] = params.scale + eps + f32(params.inner.b.x); }')}`);
    expect(kernels.one?.buffers.params?.values).toEqual([
      ...['count', 0.5, 0, 1, 1],
      ...[0, 0, 0],
      ...[1, 'taps_0_y', 1, 1],
    ]);
    expect(kernels.one?.buffers.params).not.toHaveProperty('type');
    expect(kernels.one?.buffers.eps).toMatchObject({ values: [0.5] });
    expect(text).toContain('- 0.5 # GUESS: scale (f32)');
    expect(text).toContain('- 0 # at.x: the program does not read it');
    expect(kernels.one?.buffers.out?.length).toBe('count + taps_0_y');
  });

  it('takes overrides for tunables, sizes, or values to give', async () => {
    const { kernels } = await entriesOf(`
      @id(1) override BLOCK_X: u32 = 16;
      @id(2) override BLOCK_Y: u32 = 8;
      override itemsPerThread: u32 = 4;
      override ROWS: u32 = 1024u;
      override COLS: u32;
      override EPSILON: f32 = 1e-5;
      override RELU: bool = true;
      override CELLS: u32 = ROWS * COLS;
      override UNREACHED: u32;
      @group(0) @binding(0) var<storage, read_write> out: array<f32>;
      @compute @workgroup_size(BLOCK_X, BLOCK_Y)
      fn main(@builtin(global_invocation_id) id: vec3u) {
        out[id.y * CELLS + id.x * itemsPerThread] = select(EPSILON, 1.0, RELU);
      }`);
    expect(kernels.one).toMatchObject({
      workloads: [{ ROWS: 1024, COLS: null, EPSILON: 1e-5, RELU: true }],
      tunables: { BLOCK_X: [4, 8, 16, 32], BLOCK_Y: [4, 8, 16, 32], itemsPerThread: [1, 2, 4, 8, 16] },
      constraints: ['BLOCK_X * BLOCK_Y <= max_invocations', 'N % BLOCK_X == 0', 'N_Y % BLOCK_Y == 0'],
      default: { BLOCK_X: 16, BLOCK_Y: 8, itemsPerThread: 4 },
    });
  });

  it('finds constants and conditions of WESL, in imported modules too', async () => {
    const { kernels, result } = await entriesOf(
      `import constants::{WORKGROUP, COLS};
       import package::math::twice;
       @group(0) @binding(0) var<storage, read_write> out: array<f32, COLS>;
       @compute @workgroup_size(WORKGROUP)
       fn main(@builtin(global_invocation_id) id: vec3u) {
         @if(LAYOUT_rows) out[id.x] = 0.0;
         @if(LAYOUT_columns) out[id.y] = 0.0;
         @if(FAST) out[id.x] = twice(1.0);
         @if(!FAST) out[id.x] = twice(2.0);
       }`,
      'kernels/one.wesl',
      { 'kernels/math.wesl': 'import constants::DEPTH;\nfn twice(x: f32) -> f32 { return x * f32(DEPTH); }' },
    );
    expect(kernels.one).toMatchObject({
      workloads: [{ COLS: null, DEPTH: null }],
      tunables: { WORKGROUP: [32, 64, 128, 256], LAYOUT: ['rows', 'columns'], FAST: [false, true] },
      default: { WORKGROUP: 64, LAYOUT: 'rows', FAST: false },
      // Its length depends on a constant that nobody has given yet.
      buffers: { out: { binding: 0, type: 'f32', length: null, check: { relative: 1e-3 } } },
    });
    expect(result.leftOut).toEqual([]);
  });

  it('takes what WESL tells apart for values, also where nothing is declared without one', async () => {
    const { kernels } = await entriesOf(
      `import constants::VECTOR;
       @if(TYPE_wide && VECTOR_1) alias Item = f32;
       @if(TYPE_wide && VECTOR_4) alias Item = vec4f;
       @if(TYPE_narrow) alias Item = u32;
       @group(0) @binding(0) var<storage, read_write> out: array<Item>;
       @compute @workgroup_size(64)
       fn main(@builtin(global_invocation_id) id: vec3u) { out[id.x * VECTOR] = Item(); }`,
      'kernels/one.wesl',
    );
    expect(kernels.one).toMatchObject({
      tunables: { VECTOR: [1, 4], TYPE: ['wide', 'narrow'] },
      default: { VECTOR: 1, TYPE: 'wide' },
    });
  });

  it('turns switches on where a program needs one', async () => {
    const { kernels } = await entriesOf(
      `@if(PACKED) alias Item = vec4f;
       @group(0) @binding(0) var<storage, read_write> out: array<Item>;
       @compute @workgroup_size(64)
       fn main(@builtin(global_invocation_id) id: vec3u) { out[id.x] = Item(); }`,
      'kernels/one.wesl',
    );
    expect(kernels.one).toMatchObject({ tunables: { PACKED: [false, true] }, default: { PACKED: true } });
  });
});

describe('what cannot be guarded', () => {
  const head = '@group(0) @binding(0) var<storage, read_write> sums: array<f32>;\n';
  const image = '@group(1) @binding(2) var image: texture_storage_2d<rgba8unorm, write>;\n';
  const draw = '@compute @workgroup_size(8, 8) fn draw() { textureStore(image, vec2u(0), vec4f(0.0)); }\n';
  const sum = '@compute @workgroup_size(64) fn sum() { sums[0] = 1.0; }\n';

  it.each([
    ['a storage texture', 'texture_storage_2d<rgba8unorm, write>', 'textureStore(x, vec2u(0), vec4f(0.0));'],
    ['a texture', 'texture_2d<f32>', 'let y = textureLoad(x, vec2u(0), 0);'],
    ['a sampler', 'sampler', 'let y = x;'],
  ])('is refused with its place if it was asked for: %s', async (kind, type, use) => {
    const program = `\n  @group(1) @binding(2) var x: ${type};\n@compute @workgroup_size(8) fn main() { ${use} }`;
    const folder = await projectFolder({ 'draw.wgsl': program });
    const { code, message } = await failure(run(folder, { programs: ['draw.wgsl'] }));
    expect(code).toBe('cannot-guard');
    expect(message).toBe(
      `draw.wgsl:2:29: main: \`x\` at @group(1) @binding(2) is ${kind} (${type}); only buffers can be filled and compared`,
    );
    expect(existsSync(join(folder, 'joulegate.yaml'))).toBe(false);
    expect(existsSync(join(folder, '.github'))).toBe(false);
  });

  it('is left out with its place, and the rest of the file and the project is taken', async () => {
    const folder = await projectFolder({
      'a/mixed.wgsl': head + image + draw + sum,
      'a/drawing.wgsl': '@vertex fn vs() -> @builtin(position) vec4f { return vec4f(0.0); }',
      'a/part.wesl': 'import package::nowhere::x;\nfn y() -> f32 { return x; }',
      'b/old.wgsl': '[[stage(compute), workgroup_size(1)]] fn main() {}',
      'b/push.wgsl': `var<push_constant> p: vec4f;\n${head}${sum}`,
      'b/native.wgsl': `enable wgpu_ray_query;\n${head}${sum}`,
      'b/array.wgsl': `@group(0) @binding(0) var<storage> all: binding_array<array<f32>, 2>;\n@compute @workgroup_size(64) fn sum() { _ = &all; }\n`,
      'b/template.wgsl': `${head}#import lighting\n${sum}`,
      'b/groups.wgsl': `@group(4) @binding(0) var<storage, read_write> sums: array<f32>;\n${sum}`,
      'node_modules/x/x.wgsl': head + sum,
      'dist/x.wgsl': head + sum,
    });
    const { kernels, leftOut } = await run(folder);
    expect(kernels).toEqual([{ name: 'mixed', source: 'a/mixed.wgsl', entries: ['sum'] }]);
    expect(leftOut.map(({ file, line, column, reason }) => `${file}:${line}:${column}: ${reason}`)).toEqual([
      expect.stringMatching(/^a\/mixed\.wgsl:2:27: draw: `image` .* is a storage texture/),
      expect.stringMatching(/^b\/array\.wgsl:1:36: sum: `all` .* is an array of bindings \(binding_array/),
      expect.stringMatching(/^b\/groups\.wgsl:1:48: sum: `sums` is in @group\(4\)/),
      expect.stringMatching(/^b\/native\.wgsl:1:1: sum: it enables `wgpu_ray_query`/),
      expect.stringMatching(
        /^b\/old\.wgsl:1:1: is WGSL from before 2022, by `\[\[stage`: write attributes as /,
      ),
      expect.stringMatching(/^b\/push\.wgsl:1:20: sum: `p` is in the address space push_constant/),
      expect.stringMatching(/^b\/template\.wgsl:2:1: is a naga_oil module \(Bevy\), by `#import lighting`: /),
    ]);
  });

  it('is an error with all reasons if nothing is left', async () => {
    const none = await failure(run(await projectFolder({ 'readme.txt': '' })));
    expect(none).toMatchObject({
      code: 'no-kernels',
      message: 'There is no kernel to guard below this folder.',
    });
    const { message } = await failure(run(await projectFolder({ 'x.wgsl': image + draw })));
    expect(message).toMatch(/x\.wgsl:1:27: draw: `image`/);
  });

  it.each([
    ['missing.wgsl', 'missing.wgsl: there is no such file'],
    ['notes.txt', 'notes.txt: is neither a .wgsl nor a .wesl file, but .txt'],
    ['draw.wgsl', 'draw.wgsl: has no @compute entry point'],
  ])('is refused by name: %s', async (path, message) => {
    const folder = await projectFolder({
      'notes.txt': '',
      'draw.wgsl': '@fragment fn fs() -> @location(0) vec4f { return vec4f(0.0); }',
    });
    expect(await failure(run(folder, { programs: [path] }))).toMatchObject({ code: 'cannot-guard', message });
  });

  it('is refused outside the project', async () => {
    const [inside, outside] = [await projectFolder({}), await projectFolder({ 'x.wgsl': scale })];
    const attempt = run(inside, { programs: [join(outside, 'x.wgsl')] });
    expect(await failure(attempt)).toMatchObject({ code: 'path-outside' });
  });
});

describe('a manifest by hand', () => {
  it('that binds a texture is told where the program declares it', async () => {
    const folder = await projectFolder({
      'draw.wgsl':
        '@compute @workgroup_size(8)\nfn main() { _ = textureDimensions(x); }\n@group(0) @binding(1) var x: texture_2d<f32>;\n',
      'joulegate.yaml': `version: 1
kernels:
  draw:
    source: draw.wgsl
    workloads: [{ N: 1 }]
    buffers: { x: { binding: 1, type: f32, length: N } }
    dispatch: [1]
`,
    });
    const { faults } = await validate(hostIn(folder), { manifest: 'joulegate.yaml' });
    expect(faults.map(({ failure: fault }) => fault)).toMatchObject([
      {
        file: 'draw.wgsl',
        line: 3,
        message:
          '`x` at @group(0) @binding(1) is a texture (texture_2d<f32>); only buffers can be filled and compared',
      },
    ]);
  });
});

describe('files that are there', () => {
  it('are left as they are: the workflow comes beside an old manifest', async () => {
    const folder = await projectFolder({ 'one.wgsl': scale, 'joulegate.yaml': '# mine\n' });
    const result = await run(folder);
    expect(result).toMatchObject({
      written: ['.github/workflows/joulegate.yml'],
      kept: ['joulegate.yaml'],
      kernels: [],
    });
    expect(readFileSync(join(folder, 'joulegate.yaml'), 'utf8')).toBe('# mine\n');
    expect(await run(folder)).toMatchObject({
      written: [],
      kept: ['joulegate.yaml', '.github/workflows/joulegate.yml'],
    });
  });

  it('make an error of programs that were named; their entries can be printed', async () => {
    const folder = await projectFolder({ 'one.wgsl': scale, 'joulegate.yaml': '# mine\n' });
    const named = { programs: ['one.wgsl'] };
    expect(await failure(run(folder, named))).toMatchObject({
      code: 'file-exists',
      message: 'joulegate.yaml is there already, and is left as it is.',
    });
    const { entries, written } = await run(folder, { ...named, print: true });
    expect(written).toEqual([]);
    expect(Object.keys(parse(`kernels:\n${entries}`).kernels)).toEqual(['one']);
    expect(existsSync(join(folder, '.github'))).toBe(false);
  });

  it('may be links that lead nowhere, and nothing is written through them', async () => {
    const folder = await projectFolder({ 'one.wgsl': scale });
    symlinkSync('/nowhere/at/all', join(folder, 'joulegate.yaml'));
    expect(await run(folder)).toMatchObject({ kept: ['joulegate.yaml'] });
  });

  it('may be a workflow of another name that uses Joulegate', async () => {
    const workflow = '.github/workflows/gpu.yaml';
    const text = 'jobs: { a: { steps: [\n{ uses: acme/joulegate@v1 }] } }\n';
    const folder = await projectFolder({ 'one.wgsl': scale, [workflow]: text });
    expect(await run(folder)).toMatchObject({ written: ['joulegate.yaml'], kept: [workflow] });
  });
});

describe('the workflow', () => {
  it('is the example to copy', async () => {
    const folder = await projectFolder({ 'one.wgsl': scale });
    await run(folder);
    expect(readFileSync(join(folder, '.github/workflows/joulegate.yml'), 'utf8')).toBe(
      readFileSync(join(root, 'examples/workflows/guard.yml'), 'utf8'),
    );
  });

  it('stands at the root of the repository, and names a manifest that is elsewhere', async () => {
    const folder = await projectFolder({ 'packages/gpu/shaders/one.wgsl': scale, 'other.wgsl': scale });
    commitAll(folder);
    const result = await run(join(folder, 'packages/gpu'));
    expect(result.kernels).toEqual([{ name: 'one', source: 'shaders/one.wgsl', entries: ['main'] }]);
    const workflow = parse(readFileSync(join(folder, '.github/workflows/joulegate.yml'), 'utf8'));
    expect(workflow.jobs.guard.steps.at(-1).with).toEqual({
      ...{ manifest: 'packages/gpu/joulegate.yaml', device: 'gpu', 'max-minutes': 25 },
    });
  });

  it('takes programs beside the manifest in its repository', async () => {
    const folder = await projectFolder({ 'shaders/one.wgsl': scale });
    commitAll(folder);
    mkdirSync(join(folder, 'tuning'));
    const options = { manifest: 'tuning/joulegate.yaml', programs: ['shaders/one.wgsl'] };
    expect((await run(folder, options)).kernels).toMatchObject([{ source: '../shaders/one.wgsl' }]);
  });
});
