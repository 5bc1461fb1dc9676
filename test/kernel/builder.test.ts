import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalTokens } from '../../src/kernel/index.ts';
import { buffer, build, builderOf, expression, failureOf, limits, pass, programOf } from './support.ts';

const scale = `
@group(0) @binding(0) var<storage, read_write> data: array<f32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  data[id.x] = 2.0 * data[id.x];
}
`;

describe('a WESL program', () => {
  const files = {
    'kernels/softmax.wesl': `import constants::{ROWS, WORKGROUP};
import package::util::square;
@if(type_f16) enable f16;
@if(type_f16) alias Scalar = f16;
@else alias Scalar = f32;
@group(0) @binding(0) var<storage, read> input: array<Scalar>;
@group(0) @binding(1) var<storage, read_write> output: array<Scalar>;
var<workgroup> shared_rows: array<f32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) index: u32) {
  shared_rows[index] = square(f32(input[index]));
  workgroupBarrier();
  @if(VECTORIZE) { output[index] = Scalar(shared_rows[0]); }
  @else { output[index] = Scalar(ROWS); }
}
`,
    'kernels/util.wesl': 'fn square(x: f32) -> f32 { return x * x; }\nfn unused() {}\n',
  };
  const tunables = [
    { name: 'WORKGROUP', values: [32, 64] },
    { name: 'VECTORIZE', values: [true, false] },
  ];
  const length = expression('ROWS');
  const buffers = [
    buffer('input', 0, { type: { parameter: 'type' }, fill: 'normal', length }),
    buffer('output', 1, { type: { parameter: 'type' }, length, check: { relative: 1e-3, absolute: 0 } }),
  ];
  const options = {
    files,
    tunables,
    buffers,
    parameters: { ROWS: 100, type: 'f16' },
    dispatch: [
      expression(({ ROWS, WORKGROUP }) => Math.ceil(ROWS! / WORKGROUP!)),
      expression(1),
      expression(1),
    ],
  } as const;

  it('gets numbers as constants, booleans and strings as conditions', async () => {
    const builder = builderOf(options);
    const program = programOf(await builder.build({ WORKGROUP: 64, VECTORIZE: true }));
    expect(program.wgsl).toContain('const WORKGROUP = 64;');
    expect(program.wgsl).toContain('alias Scalar = f16;');
    expect(program.wgsl).toContain('shared_rows[0]');
    expect(program.wgsl).not.toContain('ROWS');
    expect(program.wgsl).not.toContain('unused');
    expect(program.workgroupSize).toEqual([64, 1, 1]);
    expect(program.dispatch).toEqual([2, 1, 1]);
    expect(program.requiredFeatures).toEqual(['shader-f16']);

    const other = programOf(await builder.build({ WORKGROUP: 32, VECTORIZE: false }));
    expect(other.wgsl).toContain('const ROWS = 100;');
    expect(other.dispatch).toEqual([4, 1, 1]);
    expect(other.identity).not.toBe(program.identity);
  });

  it('knows its variant and buffers', async () => {
    const outcome = await builderOf(options).build({ WORKGROUP: 64, VECTORIZE: true });
    expect(outcome.ok && outcome.value.id).toBe('kernel/sizes/WORKGROUP=64,VECTORIZE=true');
    expect(programOf(outcome).buffers).toEqual([
      {
        name: 'input',
        group: 0,
        binding: 0,
        kind: 'read-only-storage',
        type: 'f16',
        length: 100,
        byteLength: 200,
        fill: 'normal',
        seed: 0,
        values: null,
        check: null,
      },
      {
        name: 'output',
        group: 0,
        binding: 1,
        kind: 'storage',
        type: 'f16',
        length: 100,
        byteLength: 200,
        fill: 'zeros',
        seed: 0,
        values: null,
        check: { relative: 1e-3, absolute: 0 },
      },
    ]);
  });

  it('makes a condition of a whole number and of `toString` none', async () => {
    const source = `
      @group(0) @binding(0) var<storage, read_write> data: array<f32>;
      @compute @workgroup_size(1) fn main() {
        @if(WIDTH_4) { data[0] = 4.0; } @else { data[0] = 1.0; }
        @if(toString) { data[1] = 1.0; }
      }`;
    const widths = { files: { 'a.wesl': source }, tunables: [{ name: 'WIDTH', values: [1, 4] }] };
    const four = programOf(await builderOf(widths).build({ WIDTH: 4 }));
    expect(four.wgsl).toContain('data[0] = 4.0');
    expect(four.wgsl).not.toContain('data[1]');
    const one = programOf(await builderOf(widths).build({ WIDTH: 1 }));
    expect(one.wgsl).toContain('data[0] = 1.0');
  });

  it('finds modules by path from the folder of its root module', async () => {
    const nested = {
      '../shaders/main.wesl': `import package::math::power::fourth;
@group(0) @binding(0) var<storage, read_write> data: array<f32>;
@compute @workgroup_size(1) fn main() { data[0] = fourth(data[1]); }`,
      '../shaders/math/power.wesl':
        'import super::basic::square;\nfn fourth(x: f32) -> f32 { return square(square(x)); }',
      '../shaders/math/basic.wesl': 'fn square(x: f32) -> f32 { return x * x; }',
    };
    const program = programOf(await build({ files: nested }));
    expect(program.wgsl).toContain('fn square');
    expect(new Set(program.lines.map((line) => line?.file))).toEqual(
      new Set([undefined, ...Object.keys(nested)]),
    );
    const { '../shaders/math/basic.wesl': _missing, ...rest } = nested;
    const failure = failureOf(await build({ files: rest }));
    expect(failure).toMatchObject({ kind: 'compile', file: '../shaders/math/power.wesl', line: 2 });
    expect(failure.message).toContain('square');
  });

  it('says where a syntax fault is, in the file of the user', async () => {
    const broken = {
      ...files,
      'kernels/util.wesl': 'fn fine() {}\nfn square(x: f32) -> f32 { return ; x }\n',
    };
    const failure = failureOf(
      await builderOf({ ...options, files: broken }).build({ WORKGROUP: 64, VECTORIZE: true }),
    );
    expect(failure).toMatchObject({ kind: 'compile', file: 'kernels/util.wesl', line: 2 });
  });

  it('says where an unknown constant is used', async () => {
    const source = `import constants::TILE;\n@compute @workgroup_size(1)\nfn main() {\n  let x = TILE;\n}`;
    const failure = failureOf(await build({ files: { 'k/a.wesl': source }, buffers: [] }));
    expect(failure).toEqual({
      kind: 'compile',
      message: 'no tunable or workload parameter is called `TILE`, so `constants::TILE` does not exist',
      file: 'k/a.wesl',
      line: 4,
      column: 11,
    });
  });

  it('says which name is unknown', async () => {
    const failure = failureOf(await build({ files: { 'a.wesl': 'fn main() {\n  let x = nope;\n}' } }));
    expect(failure).toMatchObject({
      kind: 'compile',
      message: "unresolved identifier 'nope'",
      line: 2,
      column: 11,
    });
  });
});

describe('a plain WGSL program', () => {
  const source = `@id(7) override TILE: u32 = 16u;
override WIDE
  : bool
  = false;
override HALF = TILE // of the
  / 2u;
const FIXED = 3;
@group(0) @binding(0) var<storage, read_write> data: array<f32>;
@compute @workgroup_size(TILE)
fn main() {
  var local: array<f32, TILE>;
  data[0] = local[HALF] + f32(FIXED);
}
`;
  const tunables = [
    { name: 'TILE', values: [8, 16] },
    { name: 'WIDE', values: [true, false] },
  ];

  it('has its overrides replaced by constants, line by line', async () => {
    const program = programOf(
      await builderOf({ files: { 'k.wgsl': source }, tunables }).build({ TILE: 8, WIDE: true }),
    );
    expect(program.wgsl.split('\n').slice(0, 7)).toEqual([
      'const TILE: u32 = 8;',
      'const WIDE: bool = true;',
      '',
      '',
      'const HALF: u32 = TILE / 2u;',
      '',
      'const FIXED = 3;',
    ]);
    expect(program.workgroupSize).toEqual([8, 1, 1]);
    expect(program.lines[10]).toEqual({ file: 'k.wgsl', line: 11, column: 3 });
  });

  it('takes workload sizes too', async () => {
    const program = programOf(
      await build({ files: { 'k.wgsl': source }, parameters: { TILE: 32, WIDE: false } }),
    );
    expect(program.workgroupSize).toEqual([32, 1, 1]);
  });

  it.each([
    [{ TILE: 1.5, WIDE: true }, 'override `TILE` is u32; its value 1.5 is not', 1],
    [{ TILE: 8, WIDE: 1 }, 'override `WIDE` is bool; its value 1 is not', 2],
  ])('refuses values that do not fit the type: %o', async (configuration, message, line) => {
    const failure = failureOf(
      await builderOf({ files: { 'k.wgsl': source }, tunables }).build(configuration),
    );
    expect(failure).toMatchObject({ kind: 'validation', message, file: 'k.wgsl', line });
  });

  it('has constants of its own replaced, and those that its host declares put in', async () => {
    const hosted = `const LANES: u32 = 4u;
const PAIR = vec2u(1u, 2u);
@group(0) @binding(0) var<storage, read_write> data: array<f32>;
@compute @workgroup_size(WG_SIZE, LANES)
fn main(@builtin(global_invocation_id) id: vec3u) { data[id.x] = f32(PAIR.x); }`;
    const sizes = [
      { name: 'WG_SIZE', values: [32, 64] },
      { name: 'LANES', values: [2, 4] },
    ];
    const builder = builderOf({ files: { 'k.wgsl': hosted }, tunables: sizes });
    const program = programOf(await builder.build({ WG_SIZE: 32, LANES: 2 }));
    expect(program.workgroupSize).toEqual([32, 2, 1]);
    expect(program.wgsl.split('\n')[0]).toBe('const LANES: u32 = 2;');
    expect(program.wgsl.split('\n').at(-1)).toBe('const WG_SIZE = 32;');
    // What is declared with its value stays as it is written.
    const same = programOf(await builder.build({ WG_SIZE: 64, LANES: 4 }));
    expect(same.wgsl.startsWith(hosted)).toBe(true);
    const failure = failureOf(await builder.build({ WG_SIZE: 64, LANES: 0.5 }));
    expect(failure.message).toBe('const `LANES` is u32; its value 0.5 is not');
  });

  it('needs a value for an override without default', async () => {
    const failure = failureOf(await build({ files: { 'k.wgsl': `override N: u32;\n${scale}` } }));
    expect(failure.message).toBe('override `N` has no default, and no tunable or workload gives it a value');
  });

  it('refuses a tunable that it has no override for', async () => {
    const unused = [{ name: 'TILE_SIZE', values: [1, 2] }];
    const failure = failureOf(
      await builderOf({ files: { 'k.wgsl': source }, tunables: unused }).build({ TILE_SIZE: 1 }),
    );
    expect(failure.message).toContain('`TILE_SIZE`');
  });
});

describe('bindings', () => {
  it.each([
    [
      'missing from the manifest',
      [],
      "the program's `data` at @group(0) @binding(0) has no buffer in the manifest",
    ],
    [
      'at another slot',
      [buffer('data', 3)],
      "the program's `data` at @group(0) @binding(0) has no buffer in the manifest; the manifest puts `data` at @group(0) @binding(3)",
    ],
    [
      'missing from the program',
      [buffer('data', 0), buffer('bias', 1)],
      'buffer `bias` at @group(0) @binding(1) is not declared by the program; it has `data` at @group(0) @binding(0)',
    ],
    [
      'of the wrong kind',
      [buffer('data', 0, { kind: 'uniform' })],
      'buffer `data` is uniform in the manifest, but `data` at @group(0) @binding(0) is storage',
    ],
  ])('%s are a clear failure', async (_what, buffers, message) => {
    const failure = failureOf(await build({ files: { 'scale.wgsl': scale }, buffers }));
    expect(failure).toEqual({ kind: 'validation', message, file: 'scale.wgsl' });
  });

  it('that are read-only cannot be outputs', async () => {
    const source = scale.replace('read_write', 'read').replace('data[id.x] = 2.0 *', 'let x =');
    const outcome = await build({
      files: { 'a.wgsl': source },
      buffers: [buffer('data', 0, { check: { relative: 0, absolute: 0 } })],
    });
    expect(failureOf(outcome).message).toContain('is read-only');
  });

  it('that are read before they are written keep their contents', async () => {
    const body = (statement: string) => `
      @group(0) @binding(0) var<storage, read_write> data: array<f32>;
      @compute @workgroup_size(1) fn main() { ${statement} }`;
    const reads = async (statement: string) =>
      programOf(await build({ files: { 'a.wgsl': body(statement) } })).buffers[0]?.readsInitial ?? false;
    expect(await reads('data[0] = 1.0;')).toBe(false);
    expect(await reads('data[arrayLength(&data) - 1u] = 1.0;')).toBe(false);
    expect(await reads('data[0] += 1.0;')).toBe(true);
    expect(await reads('data[u32(data[1])] = 1.0;')).toBe(true);
    expect(await reads('let p = &data[0]; *p = 1.0;')).toBe(false);
    expect(await reads('let p = &data[0]; *p = *p + 1.0;')).toBe(true);
  });

  it('hold the values of uniforms', async () => {
    const source = `struct Sizes { rows: u32, cols: u32 }
      @group(1) @binding(0) var<uniform> sizes: Sizes;
      @compute @workgroup_size(1) fn main() { let n = sizes.rows; }`;
    const values = [expression('ROWS'), expression(7)];
    const sizes = buffer('sizes', 0, {
      group: 1,
      kind: 'uniform',
      type: 'u32',
      length: expression(2),
      values,
    });
    const program = programOf(
      await build({ files: { 'a.wgsl': source }, parameters: { ROWS: 5 }, buffers: [sizes] }),
    );
    expect(program.buffers[0]).toMatchObject({ kind: 'uniform', values: [5, 7], byteLength: 16 });
  });
});

describe('what the device forbids', () => {
  const demanding = `enable subgroups;
    var<workgroup> tile: array<vec4f, 64>;
    @group(0) @binding(0) var<storage, read_write> data: array<f32>;
    @compute @workgroup_size(16, 8) fn main() { tile[0] = vec4f(); data[0] = tile[1].x; }`;

  it.each([
    [{ max_workgroup_size_x: 8 }, 'the workgroup size in x is 16, the device allows 8'],
    [{ max_workgroup_size_y: 4 }, 'the workgroup size in y is 8, the device allows 4'],
    [{ max_invocations: 64 }, 'the number of invocations in a workgroup is 128, the device allows 64'],
    [{ max_workgroup_storage: 1023 }, 'the workgroup memory in bytes is 1024, the device allows 1023'],
    [{ max_workgroups: 2 }, 'the number of workgroups in x is 3, the device allows 2'],
    [{ max_buffer_bytes: 1000 }, 'the size of buffer `data` in bytes is 1024, the device allows 1000'],
  ])('is refused before any work: %o', async (changed, message) => {
    const options = {
      files: { 'a.wgsl': demanding },
      dispatch: [expression(3), expression(1), expression(1)],
    } as const;
    expect((await build(options)).ok).toBe(true);
    const failure = failureOf(await build(options, { ...limits, ...changed }));
    expect(failure).toEqual({ kind: 'unsupported', message, file: 'a.wgsl' });
  });
});

describe('expressions', () => {
  it('must give counts', async () => {
    const dispatch = [expression(1), expression(({ N }) => N! / 2), expression(1)] as const;
    const failure = failureOf(await build({ files: { 'a.wgsl': scale }, parameters: { N: 3 }, dispatch }));
    expect(failure.message).toBe('dispatch in y is 1.5; it must be a whole number, at least 1');
  });

  it('may use the limits of the device', async () => {
    const buffers = [buffer('data', 0, { length: expression('max_invocations') })];
    expect(programOf(await build({ files: { 'a.wgsl': scale }, buffers })).buffers[0]?.length).toBe(256);
  });
});

describe('entry points', () => {
  it('are named when the one asked for is missing', async () => {
    const failure = failureOf(await build({ files: { 'a.wgsl': scale }, entry: 'scale' }));
    expect(failure.message).toBe('there is no compute entry point `scale`; the program has `main`');
  });
});

describe('the identity', () => {
  const identity = async (source: string, more: Partial<Parameters<typeof build>[0]> = {}) =>
    programOf(await build({ files: { 'a.wgsl': source }, ...more })).identity;

  it('survives comments, layout and code that the entry point does not reach', async () => {
    const same = await identity(scale);
    expect(await identity(scale.replaceAll('\n', ' \r\n\t'))).toBe(same);
    expect(await identity(`// first\n${scale.replace('2.0 *', '2.0 /* twice /* nested */ */ *')}`)).toBe(
      same,
    );
    expect(await identity(`${scale}\nconst OTHER = 4;\nfn helper() -> f32 { return 1.0; }`)).toBe(same);
    expect(same).toMatch(/^[0-9a-f]{64}$/);
  });

  it('changes with the code, the dispatch and the data', async () => {
    const one = await identity(scale);
    expect(await identity(scale.replace('2.0', '2.5'))).not.toBe(one);
    expect(await identity(scale, { dispatch: [expression(2), expression(1), expression(1)] })).not.toBe(one);
    expect(await identity(scale, { buffers: [buffer('data', 0, { fill: 'ones' })] })).not.toBe(one);
    expect(await identity(scale, { buffers: [buffer('data', 0, { seed: 1 })] })).not.toBe(one);
  });

  it('survives any white space and comments between tokens', async () => {
    const same = await identity(scale);
    const gap = fc.constantFrom(' ', '\n', '\t\r\n', '/* x */', '// "y" /*\n', '/* /* */ // */');
    await fc.assert(
      fc.asyncProperty(fc.array(gap, { minLength: 1, maxLength: 8 }), async (gaps) => {
        const spread = canonicalTokens(scale).map((token, index) => token + gaps[index % gaps.length]);
        expect(await identity(spread.join(''))).toBe(same);
      }),
      { numRuns: 30 },
    );
  });

  it('does not care for names and tolerances of buffers', async () => {
    const one = await identity(scale, { buffers: [buffer('data', 0)] });
    const check = { relative: 0.1, absolute: 0 };
    expect(await identity(scale, { buffers: [buffer('values', 0, { check })] })).toBe(one);
  });

  it('is made of tokens', () => {
    expect(canonicalTokens('let x=0x1fu-1e-3f;//y\na/**/>>=b.xyz;')).toEqual([
      'let',
      'x',
      '=',
      '0x1fu',
      '-',
      '1e-3f',
      ';',
      'a',
      '>',
      '>',
      '=',
      'b',
      '.',
      'xyz',
      ';',
    ]);
  });
});

describe('the reference', () => {
  it('is the default configuration unless there is another program', async () => {
    const source = scale
      .replace('2.0', 'f32(FACTOR)')
      .replace('@group', 'override FACTOR: u32 = 1u;\n@group');
    const tunables = [{ name: 'FACTOR', values: [2, 3] }];
    const builder = builderOf({ files: { 'a.wgsl': source }, tunables, defaults: { FACTOR: 3 } });
    const built = programOf(await builder.build({ FACTOR: 3 }));
    expect(programOf(await builder.reference()).identity).toBe(built.identity);
  });

  it('has its own entry and dispatch, and may leave out buffers that are not compared', async () => {
    const source = scale.replace('fn main', 'fn naive');
    const builder = builderOf({
      files: {
        'a.wgsl': scale.replace('@group', '@group(0) @binding(1) var<storage> more: array<f32>;\n@group'),
      },
      buffers: [buffer('data', 0, { check: { relative: 0, absolute: 0 } }), buffer('more', 1)],
      reference: {
        passes: [
          pass({ 'naive.wgsl': source }, 'naive.wgsl', {
            entry: 'naive',
            dispatch: [expression(4), expression(1), expression(1)],
          }),
        ],
      },
    });
    const outcome = await builder.reference();
    expect(programOf(outcome)).toMatchObject({ entryPoint: 'naive', dispatch: [4, 1, 1] });
    expect(programOf(outcome).buffers.map((item) => item.name)).toEqual(['data', 'more']);
    expect(outcome.ok && outcome.value.id).toBe('kernel/sizes/reference');
  });
});
