import { describe, expect, it } from 'vitest';
import { featureNames, type VariantBuilder } from '../../src/kernel/index.ts';
import {
  buffer,
  builderOf,
  expression,
  failureOf,
  type KernelOptions,
  limits,
  programOf,
} from './support.ts';

/** Partial sums, then their sum; with one part the first launch is all. */
const sums = `
import constants::{PARTS, N};
@group(0) @binding(0) var<storage, read> input: array<f32>;
@group(0) @binding(1) var<storage, read_write> partial: array<f32>;
@group(0) @binding(1) var<storage, read> parts: array<f32>;
@group(0) @binding(2) var<storage, read_write> output: array<f32>;
@compute @workgroup_size(1) fn split(@builtin(workgroup_id) id: vec3u) {
  var sum = 0.0;
  for (var i = 0u; i < N / PARTS; i++) { sum += input[id.x * (N / PARTS) + i]; }
  @if(PARTS_1) { output[0] = sum; }
  @else { partial[id.x] = sum; }
}
@compute @workgroup_size(1) fn combine() {
  var sum = 0.0;
  for (var i = 0u; i < PARTS; i++) { sum += parts[i]; }
  output[0] = sum;
}
`;

const check = { relative: 1e-6, absolute: 0 };
const several = expression(({ PARTS }) => Number(PARTS! > 1), ['PARTS']);

function sumsOf(changes: Partial<KernelOptions> = {}): KernelOptions {
  return {
    files: { 'k/sums.wesl': sums },
    parameters: { N: 64 },
    tunables: [{ name: 'PARTS', values: [1, 2, 4] }],
    defaults: { PARTS: 4 },
    passes: [
      { entry: 'split', dispatch: [expression('PARTS'), expression(1), expression(1)] },
      {
        entry: 'combine',
        when: { ...several, type: 'bool', evaluate: ({ PARTS }) => Number(PARTS) > 1 },
        at: () => ({ file: 'joulegate.yaml', line: 7, column: 11 }),
      },
    ],
    buffers: [
      buffer('input', 0, { length: expression('N'), fill: 'normal' }),
      buffer('partial', 1, {
        length: expression('PARTS'),
        scratch: true,
        at: () => ({ file: 'joulegate.yaml', line: 14, column: 5 }),
      }),
      buffer('output', 2, { length: expression(1), check }),
    ],
    ...changes,
  };
}

const features = (builder: VariantBuilder, parts: number) =>
  builder
    .featuresOf({ PARTS: parts })
    .then((vector) => Object.fromEntries(featureNames.map((name, i) => [name, vector?.[i]])));

describe('a kernel of several passes', () => {
  it('is one program: launches in order, each bound to what it uses, over shared buffers', async () => {
    const program = programOf(await builderOf(sumsOf()).build({ PARTS: 4 }));
    expect(program.passes.map(({ name, dispatch }) => [name, dispatch])).toEqual([
      ['split', [4, 1, 1]],
      ['combine', [1, 1, 1]],
    ]);
    expect(program.passes.map(({ bindings }) => bindings)).toEqual([
      [
        { buffer: 0, group: 0, binding: 0, kind: 'read-only-storage' },
        { buffer: 1, group: 0, binding: 1, kind: 'storage' },
      ],
      [
        { buffer: 1, group: 0, binding: 1, kind: 'read-only-storage' },
        { buffer: 2, group: 0, binding: 2, kind: 'storage' },
      ],
    ]);
    expect(program.buffers.map(({ name, kind, scratch }) => [name, kind, scratch ?? false])).toEqual([
      ['input', 'read-only-storage', false],
      ['partial', 'storage', true],
      ['output', 'storage', false],
    ]);
  });

  it('leaves out passes whose condition is false, and what only they have', async () => {
    const builder = builderOf(
      sumsOf({ files: { 'k/sums.wesl': sums.replace(/.*> partial:.*\n/, '@if(!PARTS_1) $&') } }),
    );
    const program = programOf(await builder.build({ PARTS: 1 }));
    expect(program.passes.map(({ name }) => name)).toEqual(['split']);
    expect(program.identity).not.toBe(programOf(await builder.build({ PARTS: 2 })).identity);
  });

  it('has the features of all passes together, without building them too', async () => {
    const builder = builderOf(sumsOf());
    const together = await features(builder, 4);
    // 4 invocations load 16 each, 1 loads 4: 68 loads of 4 bytes, and 5 stores.
    expect(together).toMatchObject({
      workgroups: Math.log2(1 + 5),
      invocations: Math.log2(1 + 5),
      totalStorageBytes: Math.log2(1 + 4 * (68 + 5)),
      storageLoads: Math.log2(1 + 68 / 5),
      loopDepth: 1,
    });
    for (const parts of [1, 2, 4]) {
      const built = await builder.build({ PARTS: parts });
      if (!built.ok) throw new Error(built.failure.message);
      const counted = builder.features(built.value);
      expect(Object.values(await features(builder, parts))).toEqual([...counted]);
    }
  });

  it('is another program if any pass is another, and says which pass it is', async () => {
    const changed = sums.replace('output[0] = sum;\n}\n', 'output[0] = 2.0 * sum;\n}\n');
    const [before, after] = await Promise.all(
      [sums, changed].map(async (text) =>
        programOf(await builderOf(sumsOf({ files: { 'k/sums.wesl': text } })).build({ PARTS: 4 })),
      ),
    );
    const same = before?.passes.map(({ identity }, i) => identity === after?.passes[i]?.identity);
    expect([before?.identity === after?.identity, same]).toEqual([false, [true, false]]);
  });

  it('has to fit the device in every pass', async () => {
    const wide = sums.replace('@workgroup_size(1) fn combine', '@workgroup_size(512) fn combine');
    const builder = builderOf(sumsOf({ files: { 'k/sums.wesl': wide } }), limits);
    expect(failureOf(await builder.build({ PARTS: 4 }))).toEqual({
      kind: 'unsupported',
      message: 'pass `combine`: the workgroup size in x is 512, the device allows 256',
      file: 'k/sums.wesl',
    });
    expect(await builder.featuresOf({ PARTS: 4 })).toBeNull();
    expect(programOf(await builder.build({ PARTS: 1 })).passes).toHaveLength(1);
  });
});

describe('faults of passes', () => {
  const fault = async (changes: Partial<KernelOptions>, parts = 4) => {
    const { kind: _, ...told } = failureOf(await builderOf(sumsOf(changes)).build({ PARTS: parts }));
    return told;
  };
  const [split, combine] = sumsOf().passes ?? [];

  it('an entry point that is not there, at its place in the manifest', async () => {
    expect(await fault({ passes: [split!, { ...combine, name: 'combine', entry: 'merge' }] })).toEqual({
      message: 'pass `combine`: there is no compute entry point `merge`; the program has `split`, `combine`',
      file: 'joulegate.yaml',
      line: 7,
      column: 11,
    });
  });

  it('a scratch buffer that is read before any pass writes it', async () => {
    expect(await fault({ passes: [{ entry: 'combine' }, split!] })).toEqual({
      message: 'pass `combine` reads the scratch buffer `partial`, which no pass before it writes',
      file: 'joulegate.yaml',
      line: 14,
      column: 5,
    });
    const cleared = sumsOf().buffers?.map((one) =>
      one.scratch ? { ...one, clear: 'launch' as const } : one,
    );
    const builder = builderOf(sumsOf({ passes: [{ entry: 'combine' }, split!], buffers: cleared ?? [] }));
    expect(programOf(await builder.build({ PARTS: 4 })).buffers[1]).toMatchObject({ clear: 'launch' });
  });

  it('conditions that leave nothing', async () => {
    expect(await fault({ passes: [{ ...combine }] }, 1)).toMatchObject({
      message: "'when' leaves out every pass",
      line: 7,
    });
  });

  it('a buffer that passes bind in different ways', async () => {
    const text = sums.replace('var<storage, read> parts: array<f32>', 'var<uniform> parts: array<vec4f, 1>');
    const files = { 'k/sums.wesl': text.replace('+= parts[i]', '+= parts[0][i]') };
    expect(await fault({ files, buffers: sumsOf().buffers!.map((one) => ({ ...one, kind: null })) })).toEqual(
      {
        message: 'buffer `partial` is storage in pass `split`, but uniform in pass `combine`',
        file: 'joulegate.yaml',
        line: 7,
        column: 11,
      },
    );
  });

  it('a pass that uses what no buffer is', async () => {
    expect(await fault({ buffers: sumsOf().buffers!.filter(({ name }) => name !== 'input') })).toEqual({
      message: "pass `split`: the program's `input` at @group(0) @binding(0) has no buffer in the manifest",
      file: 'k/sums.wesl',
    });
  });
});

describe('buffers in other places', () => {
  const step = `
@group(0) @binding(0) var<storage, read> before: array<u32>;
@group(0) @binding(1) var<storage, read_write> after: array<u32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) { after[id.x] = before[id.x] + 1u; }
`;
  const swapped = { front: { group: 0, binding: 1 }, back: { group: 0, binding: 0 } };
  const options: KernelOptions = {
    files: { 'step.wgsl': step },
    passes: [{ name: 'odd' }, { name: 'even', bindings: swapped }],
    buffers: [
      buffer('front', 0, { type: 'u32', fill: 'index', check: { relative: 0, absolute: 0 } }),
      buffer('back', 1, { type: 'u32', scratch: true }),
    ],
  };

  it('are bound where each pass has them', async () => {
    const program = programOf(await builderOf(options).build({}));
    expect(
      program.passes.map(({ bindings }) => bindings.map(({ buffer, binding }) => [buffer, binding])),
    ).toEqual([
      [
        [0, 0],
        [1, 1],
      ],
      [
        [0, 1],
        [1, 0],
      ],
    ]);
    expect(program.buffers.map(({ kind, readsInitial }) => [kind, readsInitial ?? false])).toEqual([
      ['storage', true],
      ['storage', false],
    ]);
    const unswapped = await builderOf({ ...options, passes: [{ name: 'a' }, { name: 'b' }] }).build({});
    expect(failureOf(unswapped).message).toBe(
      'buffer `front` is checked as an output, but read-only in pass `a` and all others',
    );
  });
});

describe('a launch whose size another works out', () => {
  const text = `
@group(0) @binding(0) var<storage, read_write> size: array<u32>;
@group(0) @binding(1) var<storage, read_write> output: array<f32>;
@compute @workgroup_size(1) fn count() { size[0] = 4u; size[1] = 1u; size[2] = 1u; }
@compute @workgroup_size(64) fn run(@builtin(global_invocation_id) id: vec3u) { output[id.x] = f32(id.x); }
`;
  const at = () => ({ file: 'joulegate.yaml', line: 8, column: 20 });
  const options = (changes: { offset?: number; first?: boolean; size?: object } = {}): KernelOptions => {
    const run = { entry: 'run', dispatch: { indirect: 'size', offset: expression(changes.offset ?? 0), at } };
    return {
      files: { 'run.wgsl': text },
      passes: changes.first ? [run, { entry: 'count' }] : [{ entry: 'count' }, run],
      buffers: [
        buffer('size', 0, { type: 'u32', length: expression(3), ...changes.size }),
        buffer('output', 1, { check }),
      ],
    };
  };

  it('takes it from the buffer', async () => {
    const builder = builderOf(options());
    const program = programOf(await builder.build({}));
    expect(program.passes[1]?.dispatch).toEqual({ indirect: 0, offsetBytes: 0 });
    // How much it does is not known before it runs.
    expect((await builder.featuresOf({}))?.[featureNames.indexOf('invocations')]).toBeNaN();
  });

  it.each([
    [
      options({ first: true }),
      'pass `run`: no earlier pass writes buffer `size`, from which the dispatch is taken',
    ],
    [options({ offset: 2 }), 'pass `run`: the offset of the dispatch is 2; it must be a multiple of 4'],
    [options({ offset: 4 }), 'pass `run`: three counts at byte 4 do not fit buffer `size` of 12 bytes'],
    [
      options({ size: { type: 'f32' } }),
      'pass `run`: the dispatch is taken from buffer `size`, which is no storage buffer of u32',
    ],
    [
      { ...options(), files: { 'run.wgsl': text.replace('= f32(id.x)', '= f32(size[0])') } },
      'pass `run`: the pass itself has buffer `size` writable, from which its dispatch is taken',
    ],
  ])('is refused where it cannot be', async (faulty, message) => {
    expect(failureOf(await builderOf(faulty).build({}))).toEqual({ kind: 'validation', message, ...at() });
  });
});
