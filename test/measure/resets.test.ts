import { describe, expect, it } from 'vitest';
import type { Variant } from '../../src/kernel/index.ts';
import { createTrials, measureEnergy, runBlocks } from '../../src/measure/index.ts';
import { binding } from '../kernel/support.ts';
import {
  createSimulatedLab,
  type LabOptions,
  simulatedVariant,
  type TrueCost,
} from '../support/simulated-device.ts';

/** A variant whose launches change what they read. */
function changing(name: string): Variant {
  const plain = simulatedVariant(name);
  if (plain.program === null) throw new Error('no program');
  const buffers = [binding({ length: 1, readsInitial: true, betweenLaunches: 'reset' })];
  return { ...plain, program: { ...plain.program, buffers } };
}

const window = { preheatMs: 100, windowMs: 2000 };

async function energyOf(cost: TrueCost, options: Partial<LabOptions> = {}, variant = changing('a')) {
  const lab = createSimulatedLab({ cost: () => cost, tickMs: 20, ...options });
  const request = { device: await lab.openDevice(), meter: await lab.openMeter(), variant, options: window };
  return { lab, outcome: await measureEnergy(request) };
}

describe('the energy of launches that are put back', () => {
  it('is that of the launches alone, and says what was taken off', async () => {
    const reset = { ms: 0.5, watts: 120 };
    const { outcome } = await energyOf({ latencyMs: 1, watts: 300, reset }, { idleWatts: 50 });
    if (outcome.status !== 'valid') throw new Error(JSON.stringify(outcome));
    const { joules, netJoules, reset: taken } = outcome.energy;
    expect(joules).toBeCloseTo(0.3, 3);
    expect(netJoules).toBeCloseTo(0.25, 3);
    expect(taken?.joules).toBeCloseTo(0.06, 4);
    expect(taken?.timeShare).toBeCloseTo(1 / 3, 2);
  });

  it('is as uncertain as both together', async () => {
    const noisy = { noise: 0.02, idleWatts: 50 };
    const cost = { latencyMs: 1, watts: 300 };
    const errorOf = async (own: TrueCost, variant?: Variant) => {
      const { outcome } = await energyOf(own, noisy, variant);
      return outcome.status === 'valid' ? (outcome.energy.relativeError ?? null) : null;
    };
    const without = await errorOf(cost, simulatedVariant('plain'));
    const half = await errorOf({ ...cost, reset: { ms: 2, watts: 150 } });
    expect(without).not.toBeNull();
    expect(half).toBeGreaterThan(without ?? Number.NaN);
  });

  it('takes no windows of what is next to nothing, and that for what its time says', async () => {
    const reset = { ms: 0.002, watts: 120 };
    const { lab, outcome } = await energyOf({ latencyMs: 1, watts: 300, reset });
    if (outcome.status !== 'valid') throw new Error(JSON.stringify(outcome));
    expect(outcome.energy.joules).toBeCloseTo(0.3, 3);
    expect(outcome.energy.reset?.timeShare).toBeCloseTo(0.002, 4);
    expect(lab.log.filter((entry) => entry === 'meter start')).toHaveLength(1);
  });

  it('is refused where putting back takes nearly all of it', async () => {
    const { outcome } = await energyOf({ latencyMs: 1, watts: 300, reset: { ms: 9, watts: 150 } });
    expect(outcome).toEqual({
      status: 'void',
      reasons: [
        'putting back what launches change takes 82 % of the energy: too little is left for the launches',
      ],
      disturbed: false,
    });
  });

  it('is that of the launches in a search as well', async () => {
    const cost = { latencyMs: 1, watts: 300, reset: { ms: 0.5, watts: 120 } };
    const lab = createSimulatedLab({ cost: () => cost, tickMs: 20 });
    const trials = createTrials({
      device: await lab.openDevice(),
      meter: await lab.openMeter(),
      builder: {
        kernel: { name: 'k', tunables: [] },
        build: async () => ({ ok: true, value: changing('a') }),
      } as unknown as Parameters<typeof createTrials>[0]['builder'],
      options: { time: { samples: 3, minSampleMs: 1, maxMs: 100 }, window },
      clock: lab.clock,
    });
    const energy = await trials.energy({});
    expect(energy.ok && energy.value.joules).toBeCloseTo(0.3, 3);
  });

  it('is what a rival is held against, not what windows hold beside it', async () => {
    const cost = { latencyMs: 1, watts: 300, reset: { ms: 0.5, watts: 120 } };
    const windowsOf = async (rivalJoules?: number) => {
      const lab = createSimulatedLab({ cost: () => cost, tickMs: 20, noise: 0.1 });
      const options = { ...window, precision: 0.002, longestMs: 8000 };
      const request = {
        device: await lab.openDevice(),
        meter: await lab.openMeter(),
        variant: changing('a'),
        options,
      };
      const outcome = await measureEnergy({
        ...request,
        ...(rivalJoules === undefined ? {} : { rivalJoules }),
      });
      return [outcome.status, lab.log.filter((entry) => entry === 'meter start').length];
    };
    // 0.36 with what is put back, 0.3 without.
    expect(await windowsOf(0.32)).toEqual(await windowsOf());
    expect(await windowsOf(0.1)).toEqual(['valid', expect.any(Number)]);
  });

  it('is measured as ever where nothing is put back', async () => {
    const { lab, outcome } = await energyOf({ latencyMs: 1, watts: 300 }, {}, simulatedVariant('plain'));
    expect(outcome.status === 'valid' && outcome.energy).not.toHaveProperty('reset');
    expect(lab.log).toEqual(['1 open', 'meter start', '1 run plain', 'meter stop']);
  });
});

describe('what putting back weighs', () => {
  const cost = { latencyMs: 1, watts: 300, reset: { ms: 1, watts: 150 } };
  const time = { samples: 5, minSampleMs: 5, maxMs: 500 };

  it('is the same for an arm that could do without', async () => {
    const lab = createSimulatedLab({
      cost: ({ program }) =>
        program?.buffers.some(({ betweenLaunches }) => betweenLaunches === 'reset')
          ? cost
          : { latencyMs: 1, watts: 300 },
      tickMs: 20,
    });
    const head = changing('h');
    if (head.program === null) throw new Error('no program');
    const stores = head.program.buffers.map(({ betweenLaunches: _, ...buffer }) => buffer);
    const base = { ...head, id: 'b', program: { ...head.program, identity: 'b', buffers: stores } };
    const [B, H] = await runBlocks({
      phase: 'flag',
      firstBlock: 0,
      blocks: 1,
      subjects: [{ kernel: 'k', workload: 'w', variants: { B: base, H: head } }],
      openDevice: () => lab.openDevice(),
      openMeter: () => lab.openMeter(),
      options: { time, window },
      clock: lab.clock,
    });
    expect(B?.reset?.time).toBeCloseTo(0.5, 6);
    expect(H?.reset?.time).toBeCloseTo(0.5, 6);
  });

  it('is told of a block, and does not make the device look idle', async () => {
    const lab = createSimulatedLab({ cost: () => cost, tickMs: 20 });
    const [sample] = await runBlocks({
      phase: 'flag',
      firstBlock: 0,
      blocks: 1,
      subjects: [{ kernel: 'k', workload: 'w', variants: { B: changing('b'), H: changing('h') } }],
      openDevice: () => lab.openDevice(),
      openMeter: () => lab.openMeter(),
      options: { time, window },
      clock: lab.clock,
    });
    expect(sample?.voidReasons).toEqual([]);
    expect(sample?.latencyMs).toBeCloseTo(1, 6);
    expect(sample?.joules).toBeCloseTo(0.3, 2);
    expect(sample?.reset?.time).toBeCloseTo(0.5, 6);
    expect(sample?.reset?.energy).toBeCloseTo(1 / 3, 2);
    expect(sample?.window?.busyShare).toBeCloseTo(1, 1);
  });
});
