import { describe, expect, test } from 'vitest';
import { type EnergyMeasurement, measureEnergy, type WindowOptions } from '../../src/measure/index.ts';
import { createRandom, moments } from '../../src/stats/index.ts';
import { simulatedVariant } from '../support/simulated-device.ts';
import { SimulatedGpu } from '../support/simulated-gpu/gpu.ts';
import type { GpuSettings } from '../support/simulated-gpu/parameters.ts';

const variant = simulatedVariant('kernel');
const usual: GpuSettings = { cost: () => ({ latencyMs: 0.8, watts: 420 }) };
const window: WindowOptions = { preheatMs: 500, windowMs: 3000 };

/** Energies of one variant, measured again and again on one board. */
async function measureOften(
  settings: GpuSettings,
  request: {
    readonly count: number;
    readonly options?: WindowOptions;
    readonly jitter?: boolean;
    readonly rivalJoules?: number;
  },
): Promise<EnergyMeasurement[]> {
  const gpu = new SimulatedGpu(settings);
  const [meter, device] = [await gpu.openMeter(), await gpu.openDevice()];
  const random = createRandom(5);
  const energies: EnergyMeasurement[] = [];
  for (let i = 0; i < request.count; i++) {
    const outcome = await measureEnergy({
      device,
      meter,
      variant,
      options: request.options ?? window,
      ...(request.rivalJoules === undefined ? {} : { rivalJoules: request.rivalJoules }),
      ...(request.jitter === false ? {} : { random }),
    });
    if (outcome.status !== 'valid') throw new Error(JSON.stringify(outcome));
    energies.push(outcome.energy);
  }
  return energies;
}

function relativeSd(energies: readonly EnergyMeasurement[]): number {
  const { mean, standardDeviation } = moments(energies.map(({ joules }) => joules));
  return standardDeviation / mean;
}

describe('windows of 3 s on a sensor that sees 25 of every 100 ms with 1 % noise', () => {
  test('scatter by half a percent at most', async () => {
    expect(relativeSd(await measureOften(usual, { count: 150 }))).toBeLessThanOrEqual(0.005);
  });

  test('do so where batches vary by 3 % as well', async () => {
    const rough: GpuSettings = { ...usual, launchNoise: 0.03 };
    expect(relativeSd(await measureOften(rough, { count: 60 }))).toBeLessThanOrEqual(0.005);
  });

  test('say about how much they do', async () => {
    // Of a board that has the temperature it keeps.
    const steady: GpuSettings = { ...usual, leakagePerCelsius: 0 };
    const energies = await measureOften(steady, { count: 120 });
    const said = Math.sqrt(moments(energies.map(({ relativeError }) => (relativeError ?? 0) ** 2)).mean);
    expect(said / relativeSd(energies)).toBeGreaterThan(0.7);
    expect(said / relativeSd(energies)).toBeLessThan(1.4);
  });
});

describe('the phase of the sensor', () => {
  // A launch draws more in its first half, and its length divides the period: the sensor sees one part of it only.
  const uneven: GpuSettings = {
    cost: () => ({
      latencyMs: 50,
      watts: 400,
      phases: [
        { part: 0.5, factor: 1.25 },
        { part: 0.5, factor: 0.75 },
      ],
    }),
    launchNoise: 0,
    noticeMs: 0,
    stallPart: 0,
    leakagePerCelsius: 0,
  };
  const truth = 400 * 0.05;
  const meanOf = (energies: readonly EnergyMeasurement[]) =>
    moments(energies.map(({ joules }) => joules)).mean;

  test('is drawn anew for every window, so that what it shows of a launch averages out', async () => {
    const energies = await measureOften(uneven, { count: 120 });
    expect(Math.abs(meanOf(energies) / truth - 1)).toBeLessThan(0.04);
    // Single windows are as wrong as they were: it is their mean that is not.
    expect(relativeSd(energies)).toBeGreaterThan(0.1);
  });

  test('of a window says nothing about the next one’s', async () => {
    /** Correlation of each window with the one after it. */
    const memory = (energies: readonly EnergyMeasurement[]) => {
      const joules = energies.map((energy) => energy.joules);
      const { mean, variance } = moments(joules);
      const products = joules.slice(1).map((value, i) => (value - mean) * ((joules[i] as number) - mean));
      return moments(products).mean / variance;
    };
    expect(Math.abs(memory(await measureOften(uneven, { count: 120 })))).toBeLessThan(0.25);
    // What waits for the sensor to say that nothing runs begins at one of its updates.
    expect(Math.abs(memory(await measureOften(uneven, { count: 120, jitter: false })))).toBeGreaterThan(0.5);
  });

  test('is left alone where the sensor misses nothing', async () => {
    const complete: GpuSettings = { ...uneven, sensor: { kind: 'power', sampledMs: 100 } };
    const jittered = await measureOften(complete, { count: 5 });
    expect(jittered).toEqual(await measureOften(complete, { count: 5, jitter: false }));
    expect(meanOf(jittered) / truth).toBeCloseTo(1, 2);
  });
});

describe('a measurement goes on', () => {
  const wanting = (precision: number): WindowOptions => ({ ...window, precision, longestMs: 12_000 });

  test('until it is as precise as asked for', async () => {
    const noisy: GpuSettings = { ...usual, sensor: { noise: 0.05 } };
    const plain = await measureOften(noisy, { count: 40 });
    const precise = await measureOften(noisy, { count: 40, options: wanting(0.006) });
    const secondsOf = (energies: readonly EnergyMeasurement[]) =>
      moments(energies.map(({ seconds }) => seconds)).mean;
    expect(secondsOf(plain)).toBeLessThan(3.3);
    // 5 % over the square root of 10 updates a second is 0.6 % after some 7 s.
    expect(secondsOf(precise)).toBeGreaterThan(4);
    expect(secondsOf(precise)).toBeLessThan(12);
    expect(relativeSd(precise)).toBeLessThan(relativeSd(plain));
    expect(precise.every(({ relativeError, seconds }) => (relativeError ?? 1) <= 0.006 || seconds > 8)).toBe(
      true,
    );
  });

  test('not for one that is clearly worse than its rival', async () => {
    const noisy: GpuSettings = { ...usual, sensor: { noise: 0.05 } };
    const options = wanting(0.006);
    const [joules = 0] = (await measureOften(noisy, { count: 1, options })).map((energy) => energy.joules);
    for (const [part, isShort] of [
      [0.8, true],
      [1.2, false],
    ] as const) {
      const energies = await measureOften(noisy, { count: 10, options, rivalJoules: part * joules });
      // At 5 % of noise a first window is within 2 % or so: 20 % more is clear, and less is not known well enough.
      expect(energies.every(({ seconds }) => seconds < 3.3)).toBe(isShort);
    }
  });

  test('no longer than it may', async () => {
    const hopeless: GpuSettings = { ...usual, sensor: { noise: 0.08 } };
    const energies = await measureOften(hopeless, { count: 10, options: wanting(0.001) });
    for (const { seconds } of energies) {
      expect(seconds).toBeGreaterThan(8);
      // Every window may overshoot by two updates.
      expect(seconds).toBeLessThan(12.9);
    }
  });

  test('not at all if it is precise at once', async () => {
    const energies = await measureOften(usual, { count: 20, options: wanting(0.01) });
    for (const { seconds } of energies) expect(seconds).toBeLessThan(3.3);
  });

  test('and adds its windows up', async () => {
    const still: GpuSettings = {
      ...usual,
      launchNoise: 0,
      leakagePerCelsius: 0,
      stallPart: 0,
      noticeMs: 0,
      sensor: { noise: 0.05, sampledMs: 100 },
    };
    const [energy] = await measureOften(still, { count: 1, options: wanting(0.004) });
    expect(energy?.seconds).toBeGreaterThan(6);
    expect((energy?.launches ?? 0) * 0.8e-3).toBeCloseTo(energy?.seconds ?? 0, 6);
    expect((energy?.watts ?? 0) * 0.8e-3).toBeCloseTo(energy?.joules ?? 0, 9);
    expect(energy?.netJoules).toBeCloseTo((energy?.joules ?? 0) - 80 * 0.8e-3, 2);
    expect(energy?.conditions).toMatchObject({ smMhz: 1980, powerCappedPart: 0 });
  });
});
