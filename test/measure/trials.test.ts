import { describe, expect, test } from 'vitest';
import type { Outcome, Variant, VariantBuilder } from '../../src/kernel/index.ts';
import { createTrials } from '../../src/measure/index.ts';
import { WatchedObjects } from '../support/held-objects.ts';
import { createSimulatedLab, type LabOptions, simulatedVariant } from '../support/simulated-device.ts';

/** A builder of variants of one tunable; only what trials look at is there. */
function builderOf(overrides: Partial<VariantBuilder> = {}): VariantBuilder {
  return {
    kernel: {
      name: 'softmax',
      tunables: [{ name: 'W', values: [1, 2, 4] }],
    } as unknown as VariantBuilder['kernel'],
    workload: { name: 'N=1', parameters: { N: 1 } },
    build: async (configuration) => ({
      ok: true,
      value: simulatedVariant(`W=${configuration.W}`, configuration),
    }),
    reference: async () => ({ ok: true, value: simulatedVariant('reference') }),
    features: (variant) => Float64Array.of(Number(variant.configuration.W)),
    featuresOf: async ({ W }) => Float64Array.of(Number(W)),
    refusal: async () => null,
    printed: async () => [],
    buildsToTell: false,
    ...overrides,
  };
}

async function laboratory(options: Partial<LabOptions> = {}, builder = builderOf(), metered = true) {
  const lab = createSimulatedLab({
    cost: (variant) => ({ latencyMs: Number(variant.configuration.W ?? 1), watts: 100 }),
    ...options,
  });
  const trials = createTrials({
    device: await lab.openDevice(),
    meter: metered ? await lab.openMeter() : null,
    builder,
    options: {
      time: { samples: 3, minSampleMs: 1, maxMs: 100 },
      window: { preheatMs: 10, windowMs: 100 },
    },
    clock: lab.clock,
  });
  lab.log.splice(0);
  return { lab, trials };
}

function failureOf(outcome: Outcome<unknown>) {
  return outcome.ok ? null : outcome.failure;
}

describe('a latency trial', () => {
  test('prepares, verifies against the reference and times', async () => {
    const { lab, trials } = await laboratory();
    const outcome = await trials.latency({ W: 2 });
    expect(outcome.ok && outcome.value.medianMs).toBe(2);
    expect(lab.log).toEqual(['1 prepare W=2', '1 prepare reference', '1 verify W=2', '1 time W=2']);
  });

  test('verifies a variant once', async () => {
    const { lab, trials } = await laboratory();
    await trials.latency({ W: 2 });
    await trials.latency({ W: 2 });
    await trials.latency({ W: 4 });
    expect(lab.log.filter((line) => line.includes('verify'))).toEqual(['1 verify W=2', '1 verify W=4']);
    expect(lab.log.filter((line) => line.includes('prepare reference'))).toHaveLength(1);
  });

  test('looks at indices in the first variant, which is what ships, and leaves the others to whoever chooses one', async () => {
    const looked: [string, boolean | undefined][] = [];
    const { trials } = await laboratory({
      verify: ({ id }, _, options) => {
        looked.push([id, options?.indices]);
        return { ok: true, value: null };
      },
    });
    for (const W of [2, 4, 8]) await trials.latency({ W });
    expect(looked).toEqual([
      ['W=2', true],
      ['W=4', false],
      ['W=8', false],
    ]);
  });

  test('does not time a wrong variant', async () => {
    const wrong = { kind: 'wrong-result', message: 'output[3] is 1, not 2' } as const;
    const { lab, trials } = await laboratory({
      verify: (variant) => (variant.id === 'W=2' ? { ok: false, failure: wrong } : { ok: true, value: null }),
    });
    expect(failureOf(await trials.latency({ W: 2 }))).toEqual(wrong);
    expect(lab.log.some((line) => line.includes('time'))).toBe(false);
    expect((await trials.latency({ W: 4 })).ok).toBe(true);
  });

  test('of a variant that does not build or compile is its failure', async () => {
    const broken = { kind: 'compile', message: 'unknown type', file: 'a.wesl', line: 3 } as const;
    const building = await laboratory({}, builderOf({ build: async () => ({ ok: false, failure: broken }) }));
    expect(failureOf(await building.trials.latency({ W: 2 }))).toEqual(broken);
    expect(building.lab.log).toEqual([]);
    const compiling = await laboratory({
      cost: (variant) => (variant.id === 'W=2' ? broken : { latencyMs: 1, watts: 1 }),
    });
    expect(failureOf(await compiling.trials.latency({ W: 2 }))).toEqual(broken);
  });

  test('without a working reference means nothing: the user is told where it fails', async () => {
    const broken = { kind: 'compile', message: 'unknown type', file: 'naive.wesl', line: 3 } as const;
    const { trials } = await laboratory(
      {},
      builderOf({ reference: async () => ({ ok: false, failure: broken }) }),
    );
    await expect(trials.latency({ W: 2 })).rejects.toMatchObject({
      kind: 'bad-input',
      code: 'reference-failed',
      message: 'The reference of kernel softmax does not run with N=1: unknown type (naive.wesl:3)',
    });
    const lost = await laboratory({
      cost: ({ id }) =>
        id === 'reference' ? { kind: 'device-lost', message: 'gone' } : { latencyMs: 1, watts: 1 },
    });
    await expect(lost.trials.latency({ W: 2 })).rejects.toMatchObject({ kind: 'could-not-measure' });
  });

  test('of a recording has no program to verify', async () => {
    const recorded = builderOf({
      build: async (configuration): Promise<Outcome<Variant>> => ({
        ok: true,
        value: { ...simulatedVariant('W', configuration), program: null },
      }),
      featuresOf: async () => null,
    });
    const { lab, trials } = await laboratory({}, recorded);
    expect((await trials.latency({ W: 2 })).ok).toBe(true);
    expect(lab.log).toEqual(['1 prepare W', '1 time W']);
    expect(await trials.features({ W: 2 })).toBeNull();
  });
});

describe('an energy trial', () => {
  test('gives joules per launch', async () => {
    const { trials } = await laboratory();
    await trials.latency({ W: 4 });
    const outcome = await trials.energy({ W: 4 });
    expect(outcome.ok && outcome.value.joules).toBeCloseTo(0.4, 9);
  });

  test('that stays void says why, and nothing against the variant', async () => {
    const { lab, trials } = await laboratory();
    lab.counterFault = () => [];
    expect(failureOf(await trials.energy({ W: 1 }))).toEqual({
      kind: 'void-window',
      message:
        'the meter gave fewer than two readings during the stretch; then the meter gave fewer than two readings during the stretch',
    });
  });

  test('needs a meter', async () => {
    const { trials } = await laboratory({}, builderOf(), false);
    expect(trials.measuresEnergy).toBe(false);
    expect(failureOf(await trials.energy({ W: 1 }))?.kind).toBe('unsupported');
  });
});

test('features are static, and costs are counted in time of the clock, by what took it', async () => {
  const { lab, trials } = await laboratory();
  expect(await trials.features({ W: 4 })).toEqual(Float64Array.of(4));
  const none = { compile: 0, check: 0, latency: 0, energy: 0, waiting: 0 };
  expect(trials.costs()).toEqual({ latencyTrials: 0, energyTrials: 0, spentMs: none });
  await trials.latency({ W: 2 });
  // Requests of 1 ms each: to prepare it; to prepare the reference and to compare; to time it, with three samples of 2 ms.
  const timed = { ...none, compile: 1, check: 2, latency: 7 };
  expect(trials.costs()).toEqual({ latencyTrials: 1, energyTrials: 0, spentMs: timed });
  lab.log.splice(0);
  await trials.energy({ W: 2 });
  const { spentMs } = trials.costs();
  expect(spentMs).toEqual({ ...timed, energy: expect.any(Number), waiting: expect.any(Number) });
  // 10 ms before a window of 100 ms.
  expect(spentMs.energy).toBeGreaterThanOrEqual(110);
});

test('waiting for the meter is told apart from launches under it', async () => {
  const lab = createSimulatedLab({ cost: () => ({ latencyMs: 1, watts: 100 }) });
  const [device, meter] = [await lab.openDevice(), await lab.openMeter()];
  const options = {
    time: { samples: 3, minSampleMs: 1, maxMs: 100 },
    window: { preheatMs: 10, windowMs: 100 },
  };
  let waitedMs = 0;
  const clock = { nowMs: () => lab.clock.nowMs() + waitedMs };
  const slow = { ...meter, info: meter.info, start: meter.start.bind(meter), close: meter.close.bind(meter) };
  const quiet = async () => {
    waitedMs += 700;
    return null;
  };
  const trials = createTrials({ device, meter: { ...slow, quiet }, builder: builderOf(), options, clock });
  await trials.latency({ W: 1 });
  await trials.energy({ W: 1 });
  const { waiting, energy } = trials.costs().spentMs;
  // Before and after, and a request of the meter's.
  expect(waiting).toBe(1401);
  expect(energy).toBeGreaterThanOrEqual(110);
  expect(energy).toBeLessThan(200);
});

test('after hundreds of trials only the last few variants are held, and any can still be measured', async () => {
  const variants = new WatchedObjects();
  const building = builderOf({
    build: async (configuration) => {
      const variant = simulatedVariant(`W=${configuration.W}`, configuration);
      variants.add(variant);
      return { ok: true, value: variant };
    },
  });
  const { trials } = await laboratory({}, building);
  for (let W = 1; W <= 300; W++) expect((await trials.latency({ W })).ok).toBe(true);
  expect(await variants.held()).toBeLessThanOrEqual(20);
  expect((await trials.energy({ W: 1 })).ok).toBe(true);
});
