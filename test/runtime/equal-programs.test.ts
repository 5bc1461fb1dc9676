import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createVariantBuilder } from '../../src/kernel/index.ts';
import {
  createKernelSpace,
  type DeviceLimits,
  type KernelDefinition,
  type Workload,
} from '../../src/manifest/index.ts';
import type { RuntimeVariant } from '../../src/runtime/index.ts';
import { createRandom } from '../../src/stats/index.ts';
import { isFull } from '../support/full.ts';
import { deviceWith, exported, kernelsOf, largeLimits, lowestLimits, type TunedFor } from './support.ts';

/** Configurations of each workload. */
const perWorkload = isFull ? 4 : 2;

type Sizes = Readonly<Record<string, number | string | boolean>>;

/** Workloads that take every way through the operators' programs that a string or boolean opens. */
const workloads: Readonly<Record<string, readonly Sizes[]>> = {
  matmul: [
    { m: 64, n: 96, k: 128 },
    { m: 31, n: 17, k: 7, type: 'f16', bias: true, activation: 'gelu' },
    { m: 128, n: 64, k: 64, transpose_a: true, transpose_b: true, batch: 3 },
  ],
  matvec: [
    { m: 1000, k: 4096 },
    { m: 77, k: 130, type: 'f16', bias: true, activation: 'silu' },
  ],
  conv2d: [
    {
      height: 14,
      width: 14,
      channels: 32,
      filters: 64,
      kernel_height: 3,
      kernel_width: 3,
      padding_height: 1,
    },
    {
      height: 9,
      width: 8,
      channels: 12,
      filters: 12,
      groups: 12,
      kernel_height: 3,
      kernel_width: 3,
      bias: true,
    },
  ],
  softmax: [
    { rows: 100, cols: 1000 },
    { rows: 3, cols: 64, type: 'f16', scale: 0.125 },
  ],
  layernorm: [
    { rows: 100, cols: 768 },
    { rows: 8, cols: 33, type: 'f16', epsilon: 1e-7 },
  ],
  rmsnorm: [{ rows: 512, cols: 4096 }],
  reduce: [
    { rows: 300, cols: 500, op: 'mean' },
    { rows: 64, cols: 1024, op: 'max', axis: 'first' },
  ],
  elementwise: [
    { rows: 64, cols: 1000, binary: 'add', broadcast: 'row', unary: 'gelu' },
    { cols: 4096, type: 'f16', unary: 'relu' },
  ],
  transpose: [{ rows: 250, cols: 64, batch: 2 }],
};

/** What has to be the same: all a device sees of a program, and what the application allocates. */
async function expectEqual(
  variant: RuntimeVariant,
  kernel: KernelDefinition,
  workload: Workload,
  limits: DeviceLimits,
): Promise<void> {
  const built = await createVariantBuilder({ kernel, workload, limits }).build(variant.configuration);
  if (!built.ok || built.value.program === null) throw new Error(`not built: ${JSON.stringify(built)}`);
  const { program } = built.value;
  const nameOf = (index: number) => program.buffers[index]?.name;
  expect(variant.passes).toEqual(
    program.passes.map(({ name, wgsl, entryPoint, dispatch, bindings }) => ({
      ...{ name, wgsl, entryPoint },
      dispatch: 'indirect' in dispatch ? { ...dispatch, indirect: nameOf(dispatch.indirect) } : dispatch,
      bindings: bindings.map((one) => ({ ...one, buffer: nameOf(one.buffer) })),
    })),
  );
  expect(variant.requiredFeatures).toEqual(program.requiredFeatures);
  const used = program.buffers.filter((_, index) =>
    program.passes.some(
      ({ bindings, dispatch }) =>
        bindings.some(({ buffer }) => buffer === index) ||
        ('indirect' in dispatch && dispatch.indirect === index),
    ),
  );
  expect(variant.buffers.map(({ usage, indirect, ...rest }) => [usage === 'uniform', rest])).toEqual(
    used.map(({ name, kind, type, length, byteLength, values, slots, scratch, clear }) => [
      kind === 'uniform',
      {
        ...{ name, type, length, byteLength, values },
        ...(slots === undefined ? {} : { slots }),
        ...(scratch ? { scratch } : {}),
        ...(clear === undefined ? {} : { clear }),
      },
    ]),
  );
  const space = createKernelSpace(kernel, workload, limits);
  expect(space.isValid(space.point(variant.configuration)!)).toBe(true);
}

/** Valid configurations drawn at random for each workload, each tuned for a family of its own. */
function drawn(kernel: KernelDefinition, limits: DeviceLimits, count: number): TunedFor[] {
  const random = createRandom(20250601).fork(kernel.name);
  return kernel.workloads.flatMap((workload, at) => {
    const space = createKernelSpace(kernel, workload, limits);
    return space.sample(random, count).map((point, index) => ({
      kernel: kernel.name,
      workload,
      family: `lab-${at}-${index}`,
      configuration: space.configuration(point),
    }));
  });
}

/** The workload with its sizes multiplied, divided or made odd; what is no size stays. */
function resized(workload: Workload, factor: (value: number) => number): Workload {
  const entries = Object.entries(workload.parameters).map(
    ([name, value]) =>
      [
        name,
        typeof value === 'number' && value > 4 ? Math.max(1, Math.floor(factor(value))) : value,
      ] as const,
  );
  return { name: 'another', parameters: Object.fromEntries(entries) };
}

async function checkKernel(
  manifest: object,
  files: Readonly<Record<string, string>>,
  count: number,
): Promise<number> {
  let compared = 0;
  for (const kernel of kernelsOf(manifest, files)) {
    const tuned = drawn(kernel, largeLimits, count);
    const { kernels, warnings } = await exported({
      manifest,
      files,
      tuned,
      kernels: [kernel.name],
    });
    expect(warnings).toEqual([]);
    for (const { workload, family, configuration } of tuned) {
      const variant = kernels.variant(kernel.name, workload.parameters, deviceWith(largeLimits), { family });
      expect(variant.choice).toEqual({ kind: 'tuned', family, workload: workload.parameters });
      expect(variant.configuration).toEqual(configuration);
      await expectEqual(variant, kernel, workload, largeLimits);
      // Another size and a smaller device: whatever is picked has to be right there too.
      for (const [limits, factor] of [
        [largeLimits, (value: number) => value * 3],
        [largeLimits, (value: number) => value / 2 + 1],
        [lowestLimits, (value: number) => value],
      ] as const) {
        const other = resized(workload, factor);
        if (!limits.has_f16 && other.parameters.type === 'f16') continue;
        const fits = [kernel.defaults, ...tuned.map((one) => one.configuration)].some((configuration) => {
          const space = createKernelSpace(kernel, other, limits);
          return space.isValid(space.point(configuration)!);
        });
        const pick = () => kernels.variant(kernel.name, other.parameters, deviceWith(limits), { family });
        if (fits) await expectEqual(pick(), kernel, other, limits);
        else expect(pick).toThrow('No configuration of');
        compared++;
      }
      compared++;
    }
  }
  return compared;
}

describe('what the runtime makes of an exported file is what the variant builder makes of the sources', () => {
  for (const [operator, sizes] of Object.entries(workloads)) {
    it(`${operator}: tuned configurations, other sizes, a smaller device`, async () => {
      const manifest = { version: 1, kernels: { [operator]: { operator, workloads: sizes } } };
      expect(await checkKernel(manifest, {}, perWorkload)).toBeGreaterThanOrEqual(3 * perWorkload);
    });
  }

  it('the demo: WESL and WGSL of a user', async () => {
    const folder = join(import.meta.dirname, '../../examples/demo/head');
    const manifest = parse(readFileSync(join(folder, 'joulegate.yaml'), 'utf8'));
    const files = Object.fromEntries(
      readdirSync(join(folder, 'kernels')).map((name) => [
        `kernels/${name}`,
        readFileSync(join(folder, 'kernels', name), 'utf8'),
      ]),
    );
    expect(await checkKernel(manifest, files, perWorkload)).toBeGreaterThan(12 * perWorkload);
  });

  it('values of several types, with gaps, as bits, and in a storage buffer', async () => {
    const files = {
      'k.wgsl': `struct Shape { n: u32, scale: f32, at: vec3i, _pad: u32, one: f32 }
        override GROUP: u32 = 64u;
        @group(0) @binding(0) var<uniform> shape: Shape;
        @group(0) @binding(1) var<uniform> bits: vec2f;
        @group(0) @binding(2) var<storage, read> sizes: array<u32>;
        @group(0) @binding(3) var<storage, read_write> out: array<f32>;
        @compute @workgroup_size(GROUP) fn main(@builtin(global_invocation_id) id: vec3u) {
          out[id.x] = f32(shape.n) * shape.scale * bits.x + f32(sizes[0]);
        }`,
    };
    const manifest = {
      version: 1,
      kernels: {
        k: {
          source: 'k.wgsl',
          workloads: [{ N: 4096, D: 64 }],
          tunables: { GROUP: [32, 64, 128, 256] },
          buffers: {
            shape: { binding: 0, values: ['N', '1.0 / sqrt(D)', 1, 'GROUP', 3, 0.5] },
            bits: { binding: 1, kind: 'uniform', type: 'u32', values: [1065353216, 1073741824] },
            sizes: { binding: 2, values: ['N', 'D', 'N * D'] },
            out: { binding: 3, type: 'f32', length: 'N', check: { relative: 0.001 } },
          },
          dispatch: ['ceil_div(N, GROUP)'],
          default: { GROUP: 64 },
        },
      },
    };
    expect(await checkKernel(manifest, files, 3)).toBe(12);
  });

  it('unrolled loops, whose programs hold for the numbers that they depend on', async () => {
    const unrolled = `
override UNROLL: u32 = 1u;
override WORKGROUP: u32 = 64u;
override COLS: u32 = 12u;
override ROWS: u32 = 12u;
@group(0) @binding(0) var<storage, read_write> data: array<f32>;
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= ROWS) { return; }
  var sum = 0.0;
  // @unroll(UNROLL)
  for (var k = 0u; k < COLS; k++) { sum += data[id.x * COLS + k]; }
  data[id.x * COLS] = sum;
}
`;
    const manifest = {
      version: 1,
      kernels: {
        sums: {
          source: 'sums.wgsl',
          entry: 'main',
          workloads: [
            { ROWS: 100, COLS: 12 },
            { ROWS: 64, COLS: 16 },
          ],
          tunables: { UNROLL: [1, 2, 4, 5, 16], WORKGROUP: [32, 64] },
          default: { UNROLL: 1, WORKGROUP: 64 },
          buffers: { data: { binding: 0, type: 'f32', length: 'ROWS * COLS', check: { relative: 1e-3 } } },
          dispatch: ['ceil_div(ROWS, WORKGROUP)', 1, 1],
        },
      },
    };
    const files = { 'sums.wgsl': unrolled };
    const [kernel] = kernelsOf(manifest, files);
    const tuned = drawn(kernel!, largeLimits, 6);
    const { kernels, warnings } = await exported({ manifest, files, tuned });
    expect(warnings).toEqual([]);
    for (const { workload, family, configuration } of tuned) {
      const pick = (parameters: Sizes) =>
        kernels.variant('sums', parameters, deviceWith(largeLimits), { family });
      const variant = pick(workload.parameters);
      expect(variant.configuration).toEqual(configuration);
      await expectEqual(variant, kernel!, workload, largeLimits);
      // Other rows are but another constant; other columns another program, unless the loop stays one.
      const more = { ...workload.parameters, ROWS: 777 };
      await expectEqual(pick(more), kernel!, { name: 'more', parameters: more }, largeLimits);
      const wider = { ROWS: 100, COLS: 24 };
      expect(pick(wider).configuration.UNROLL).toBe(1);
      await expectEqual(pick(wider), kernel!, { name: 'wider', parameters: wider }, largeLimits);
    }
  });
});
