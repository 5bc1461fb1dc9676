import { describe, expect, it } from 'vitest';
import { programChange } from '../../src/kernel/index.ts';
import { buffer, build, expression, type KernelOptions } from './support.ts';

const buffers = [
  buffer('input', 0, { length: expression(4096) }),
  buffer('output', 1, { length: expression(4096) }),
];

const declarations = `
@group(0) @binding(0) var<storage, read> input: array<f32>;
@group(0) @binding(1) var<storage, read_write> output: array<f32>;
var<workgroup> tile: array<f32, 64>;
`;

/** A kernel of 64 workgroups of 64 invocations. */
function kernel(body: string, more: Partial<KernelOptions> = {}): KernelOptions {
  const source = `${declarations}
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let x = input[id.x];
  ${body}
}`;
  return {
    files: { 'a.wgsl': source },
    buffers,
    dispatch: [expression(64), expression(1), expression(1)],
    ...more,
  };
}

async function change(base: KernelOptions, head: KernelOptions) {
  const [before, after] = [await build(base), await build(head)];
  if (!before.ok || !after.ok) throw new Error('a program does not build');
  return programChange(before.value, after.value);
}

/** `exp: 0 to 4096`, what tells most first. */
async function moved(base: KernelOptions, head: KernelOptions) {
  const found = await change(base, head);
  return found?.moved.map(({ what, per, base, head }) => `${what} of a ${per}: ${base} to ${head}`);
}

const plain = kernel('output[id.x] = exp(x);');

describe('what moved in a program', () => {
  it('is counted over a launch, and barriers and iterations by invocation', async () => {
    const head = kernel(
      'for (var i = 0u; i < 8u; i++) { workgroupBarrier(); output[id.x] = exp(x) + exp(2.0 * x); }',
    );
    expect(await moved(plain, head)).toEqual([
      'barriers of a invocation: 0 to 8',
      'exp of a launch: 4096 to 65536',
      'bytes written to storage of a launch: 16384 to 131072',
      'iterations of a invocation: 0 to 8',
      'depth of loops of a launch: 0 to 1',
      'float multiplications of a launch: 0 to 32768',
      'float additions of a launch: 0 to 32768',
      'storage stores of a launch: 4096 to 32768',
      'contiguous access to storage of a launch: 32768 to 147456',
      'integer additions of a launch: 0 to 32768',
      'comparisons of a launch: 0 to 36864',
    ]);
  });

  it('has classes of functions: those of one cost are told from those of another', async () => {
    const [exp, log, pow, sin, tanh, sqrt, division] = [
      'exp(x)',
      'log(x)',
      'pow(x, 1.5)',
      'cos(x)',
      'tanh(x)',
      'sqrt(x)',
      '1.0 / x',
    ].map((value) => kernel(`output[id.x] = ${value};`)) as [KernelOptions, ...KernelOptions[]];
    for (const [head, what] of [
      [log, 'log'],
      [pow, 'pow'],
      [sin, 'sin and cos'],
      [tanh, 'tanh'],
      [sqrt, 'square roots'],
      [division, 'float divisions'],
    ] as const) {
      const found = await moved(exp, head as KernelOptions);
      expect(found?.sort()).toEqual(['exp of a launch: 4096 to 0', `${what} of a launch: 0 to 4096`].sort());
    }
  });

  it('leaves out what each invocation does as before, where there are more or fewer of them', async () => {
    const wide = kernel('output[id.x] = exp(x);', {
      dispatch: [expression(256), expression(1), expression(1)],
    });
    expect(await change(plain, wide)).toEqual({
      differs: ['launch'],
      moved: [
        { what: 'workgroups', per: 'launch', unit: 'count', base: 64, head: 256 },
        { what: 'invocations', per: 'launch', unit: 'count', base: 4096, head: 16384 },
      ],
      unknown: [],
    });
  });

  it('is workgroup memory in bytes, of a workgroup', async () => {
    const head = kernel('tile[lane] = x; output[id.x] = exp(x);');
    expect((await change(plain, head))?.moved).toContainEqual({
      ...{ what: 'workgroup memory', per: 'workgroup', unit: 'bytes', base: 0, head: 256 },
    });
  });

  it('is nothing where the order of operations is all that differs', async () => {
    const [one, other] = ['(x + 1.0) * 2.0', '2.0 * (1.0 + x)'].map((value) =>
      kernel(`output[id.x] = ${value};`),
    );
    expect(await change(one!, other!)).toEqual({ differs: ['code'], moved: [], unknown: [] });
  });

  it('is nothing where data is all that differs', async () => {
    const filled = { ...plain, buffers: [{ ...buffers[0]!, fill: 'normal' as const }, buffers[1]!] };
    expect(await change(plain, filled)).toEqual({ differs: ['data'], moved: [], unknown: [] });
  });

  it('is nothing at all where comments and unreachable code are', async () => {
    const files = { 'a.wgsl': `// Own.\nfn unused() -> f32 { return exp(1.0); }\n${plain.files['a.wgsl']}` };
    expect(await change(plain, { ...plain, files })).toEqual({ differs: [], moved: [], unknown: [] });
  });

  it('is unknown where only a run can tell, and never taken for nothing', async () => {
    const head = kernel('for (var i = 0.0; i < x; i += input[0]) { output[id.x] = exp(i); }');
    const found = await change(plain, head);
    expect(found?.moved).toContainEqual({
      what: 'exp',
      per: 'launch',
      unit: 'count',
      base: 4096,
      head: null,
    });
    const both = await change(
      head,
      kernel('for (var i = 0.0; i < x; i += input[1]) { output[id.x] = exp(i); }'),
    );
    expect(both?.moved).toEqual([]);
    expect(both?.unknown).toContain('exp');
  });

  it('is a barrier after zeroing where workgroup memory comes in, which nobody wrote', async () => {
    const head = kernel('tile[lane] = x; output[id.x] = exp(x);');
    expect(await moved(plain, head)).toContain('barriers after zeroing of a invocation: 0 to 1');
  });

  it('has division by what a compiler knows as what becomes of it', async () => {
    const [known, other, unknown] = ['64u', '48u', 'u32(x)'].map((divisor) =>
      kernel(`output[id.x / ${divisor}] = exp(x);`),
    ) as [KernelOptions, KernelOptions, KernelOptions];
    expect(await moved(known, other)).toEqual(['integer multiplications of a launch: 0 to 4096']);
    expect(await moved(other, unknown)).toContain('integer divisions of a launch: 0 to 4096');
  });

  it('tells atomics on one place from those on a place of their own', async () => {
    const atomics = (place: string) =>
      kernel('', {
        files: {
          'a.wgsl': `${declarations}
@group(0) @binding(2) var<storage, read_write> counts: array<atomic<u32>>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let x = input[id.x];
  atomicAdd(&counts[${place}], 1u);
  output[id.x] = x;
}`,
        },
        buffers: [...buffers, buffer('counts', 2, { type: 'u32', length: expression(4096) })],
      });
    expect(await moved(atomics('id.x'), atomics('0u'))).toEqual(['contended atomics of a launch: 0 to 4096']);
    // Of data nobody knows where it leads.
    const spread = await change(atomics('id.x'), atomics('u32(x)'));
    expect(spread?.moved).toContainEqual(expect.objectContaining({ what: 'contended atomics', head: null }));
  });
});
