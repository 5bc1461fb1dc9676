import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type BufferBinding,
  changedBuffers,
  createVariantBuilder,
  launchedAlike,
  type Outcome,
  type Variant,
} from '../../src/kernel/index.ts';
import { type Device, repeatFault } from '../../src/measure/index.ts';
import { buffer, expression, kernelOf } from '../kernel/support.ts';
import { describeOnAdapter } from '../support/adapter.ts';
import { floats, variantOf } from './programs.ts';

const time = { samples: 3, minSampleMs: 1, maxMs: 300 };
const clock = { nowMs: () => performance.now() };
const exact = { relative: 0, absolute: 0 };

/** Works off what `o` says is to be done, and leaves nothing to do. */
function draining(fill: BufferBinding['fill'], betweenLaunches: 'reset' | 'keep'): Variant {
  const buffers = [
    floats('a', 0),
    floats('o', 1, { kind: 'storage', fill, check: exact, readsInitial: true, betweenLaunches }),
  ];
  const body = `var s = 0.0; let todo = u32(o[i]);
    for (var k = 0u; k < todo; k++) { for (var r = 0u; r < 4000u; r++) { s = fract(s * 1.7 + 0.3); } }
    o[i] = select(0.0, s, s > 2.0);`;
  return variantOf(`draining-${fill}-${betweenLaunches}`, body, { buffers });
}

/** Three passes, none of which ends if the ones before it did not find what they have to. */
const strictSteps = `@group(0) @binding(0) var<storage, read_write> o: array<f32>;
@group(0) @binding(1) var<storage, read_write> n: array<atomic<u32>>;
@group(0) @binding(2) var<storage, read_write> sizes: array<u32>;
fn step(i: u32, before: f32) { while (o[i] != before) { o[i] -= 0.0; } o[i] += 1.0; }
@compute @workgroup_size(64) fn first(@builtin(global_invocation_id) id: vec3u) {
  let count = atomicAdd(&n[0], 1u);
  while (count >= arrayLength(&o)) { o[id.x] -= 0.0; }
  step(id.x, f32(id.x));
}
@compute @workgroup_size(64) fn second(@builtin(global_invocation_id) id: vec3u) { step(id.x, f32(id.x) + 1.0); }
@compute @workgroup_size(64) fn third(@builtin(global_invocation_id) id: vec3u) {
  step(id.x, f32(id.x) + 2.0);
  if (id.x == 0u) { sizes[0] = 1u; }
}`;

const must = <T>(outcome: Outcome<T>): T => {
  if (!outcome.ok) throw new Error(outcome.failure.message);
  return outcome.value;
};

describeOnAdapter('launches that change what they read', (adapter) => {
  let device: Device;

  beforeAll(async () => {
    device = await adapter.open();
  });

  afterAll(async () => {
    await device.close();
  });

  it('all find the described contents when they are timed, and only the first does where they go on', async () => {
    const fresh = must(await device.time(draining('ones', 'reset'), time));
    const drained = must(await device.time(draining('ones', 'keep'), time));
    const nothing = must(await device.time(draining('zeros', 'reset'), time));
    const least = (samples: { readonly samplesMs: readonly number[] }) => Math.min(...samples.samplesMs);
    // 4,000 rounds to one.
    expect(least(fresh)).toBeGreaterThan(5 * least(drained));
    expect(least(fresh)).toBeGreaterThan(5 * least(nothing));
    expect(fresh.resetMs).toBeGreaterThanOrEqual(0);
    expect(drained).not.toHaveProperty('resetMs');
  });

  it('repeat themselves all the same, and those that go on from the last one do, too', async () => {
    for (const betweenLaunches of ['reset', 'keep'] as const) {
      const variant = draining('ones', betweenLaunches);
      expect(await repeatFault({ devices: [device, device], variant: variant, clock })).toEqual({
        ok: true,
        value: null,
      });
      // Launched twice before, of which nothing is to be seen.
      const outputs = must((await device.outputs?.(variant, 2)) ?? { ok: true, value: null });
      expect([...(outputs?.keys() ?? [])]).toEqual(['o']);
    }
  });

  it('all find them in a stretch, whose putting back can be run alone', async () => {
    const perSecond = async (part?: 'resets') => {
      const { completions } = must(await device.run(draining('ones', 'reset'), 200, part));
      const [first, last] = [completions[0], completions.at(-1)];
      return (last?.launches ?? 0) / ((last?.timeMs ?? 0) - (first?.timeMs ?? 0));
    };
    expect(await perSecond('resets')).toBeGreaterThan(2 * (await perSecond()));
    const drained = must(await device.run(draining('ones', 'keep'), 200)).completions;
    const [begin, end] = [drained[0], drained.at(-1)];
    const rate = (end?.launches ?? 0) / ((end?.timeMs ?? 0) - (begin?.timeMs ?? 0));
    expect(rate).toBeGreaterThan(5 * (await perSecond()));
  });

  it('are still compared on the contents of a first launch', async () => {
    const variant = draining('ones', 'reset');
    must(await device.time(variant, time));
    expect(await device.verify(variant, variant)).toMatchObject({ ok: true });
  });

  it('start in a place of their own, whatever the size, the group and the neighbours of a buffer', async () => {
    // Adds 1 to what has to be the index; a launch that finds anything else never ends its loop within the deadline.
    const counts: BufferBinding[] = [
      floats('a', 0),
      floats('o', 1, { kind: 'storage', fill: 'index', readsInitial: true, betweenLaunches: 'reset' }),
      {
        ...floats('n', 0, { kind: 'storage', fill: 'zeros', readsInitial: true, betweenLaunches: 'reset' }),
        ...{ group: 1, type: 'u32', length: 1, byteLength: 4 },
      },
    ];
    const strict = variantOf('strict', '', {
      buffers: counts,
      wgsl: `@group(0) @binding(0) var<storage, read> a: array<f32>;
        @group(0) @binding(1) var<storage, read_write> o: array<f32>;
        @group(1) @binding(0) var<storage, read_write> n: array<atomic<u32>>;
        @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
          let before = atomicAdd(&n[0], 1u);
          while (o[id.x] != f32(id.x) || before >= arrayLength(&o) || arrayLength(&n) != 1u) { o[id.x] -= 0.0; }
          o[id.x] += 1.0;
        }`,
    });
    const { launchesPerSample } = must(await device.time(strict, { ...time, minSampleMs: 20 }));
    expect(launchesPerSample).toBeGreaterThan(1);
    expect(must(await device.run(strict, 100)).completions.at(-1)?.launches).toBeGreaterThan(1);
  });

  it('start together, all passes of each, and so does what says how large one of them is', async () => {
    const kernel = kernelOf({
      files: { 'k.wgsl': strictSteps },
      buffers: [
        buffer('o', 0, { length: expression(4096), fill: 'index', check: exact }),
        buffer('n', 1, { type: 'u32', length: expression(1), clear: 'launch' }),
        buffer('sizes', 2, { type: 'u32', values: [64, 1, 1].map((size) => expression(size)) }),
      ],
      passes: [
        { entry: 'first', dispatch: [expression(64), expression(1), expression(1)] },
        { entry: 'second', dispatch: { indirect: 'sizes', offset: expression(0) } },
        { entry: 'third', dispatch: [expression(64), expression(1), expression(1)] },
      ],
    });
    const [workload] = kernel.workloads;
    const builder = createVariantBuilder({ kernel, workload: workload!, limits: device.info.limits });
    const variant = must(await builder.build(kernel.defaults));
    expect(changedBuffers(variant)).toEqual({ buffers: ['o', 'sizes'], betweenLaunches: 'reset' });
    const { launchesPerSample, resetMs } = must(await device.time(variant, { ...time, minSampleMs: 20 }));
    expect(launchesPerSample).toBeGreaterThan(1);
    expect(resetMs).toBeGreaterThanOrEqual(0);
    const apart = must((await device.timePasses?.(variant, 300)) ?? { ok: true, value: null });
    expect(apart?.map(({ name }) => name)).toEqual(
      device.info.timestamps ? kernel.passes.map(({ name }) => name) : undefined,
    );
    expect(must(await device.run(variant, 100)).completions.at(-1)?.launches).toBeGreaterThan(1);
    expect(await device.verify(variant, variant)).toEqual({ ok: true, value: null });
  });

  it('are put back in the same way for all that are compared', async () => {
    const stores = variantOf('stores', 'o[i] = a[i];');
    const [alike = stores] = launchedAlike([stores, draining('ones', 'reset')]);
    expect(must(await device.time(alike, time)).resetMs).toBeGreaterThanOrEqual(0);
    expect(must(await device.time(stores, time))).not.toHaveProperty('resetMs');
    expect(await device.verify(alike, stores)).toEqual({ ok: true, value: null });
    // What is zeroed is zeroed in the place of each launch, which holds something else before.
    const zeroed: BufferBinding = { ...floats('o', 1, { kind: 'storage', fill: 'ones' }), clear: 'launch' };
    const counts = variantOf('counts', 'while (o[i] != 0.0) { o[i] -= 0.0; } o[i] = 1.0 + a[i];', {
      buffers: [floats('a', 0), zeroed],
    });
    const [placed = counts] = launchedAlike([counts, draining('ones', 'reset')]);
    expect(must(await device.time(placed, time)).resetMs).toBeGreaterThanOrEqual(0);
  });
});
