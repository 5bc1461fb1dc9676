import { describe, expect, test } from 'vitest';
import { type Completion, cutWindow, type EnergyReading, type MeterInfo } from '../../src/measure/index.ts';
import { createRandom } from '../../src/stats/index.ts';

const meter: MeterInfo = {
  name: 'nvml',
  description: 'counter',
  estimated: false,
  updatePeriodMs: 100,
  resolutionJoules: 0.001,
  idleWatts: null,
};
const options = { preheatMs: 0, windowMs: 3000 };
/** A launch every 10 ms for four seconds. */
const completions: Completion[] = Array.from({ length: 401 }, (_, i) => ({
  timeMs: 10 * i,
  launches: i,
  cpuSeconds: null,
}));

/** Readings of a counter whose n-th update holds 100 ms of `watts(n)`, polled every 5 ms. */
function readingsOf(watts: (update: number) => number): EnergyReading[] {
  const sums = [0];
  for (let i = 0; i < 40; i++) sums.push((sums[i] as number) + watts(i) / 10);
  return Array.from({ length: 801 }, (_, i) => ({
    timeMs: 5 * i,
    joules: sums[Math.floor(i / 20)] as number,
  }));
}

const requestFor = (watts: (update: number) => number) => ({
  ...{ completions, readings: readingsOf(watts), meter, options },
});

function cut(watts: (update: number) => number) {
  const window = cutWindow(requestFor(watts));
  if (!window.ok) throw new Error(window.reason);
  return window.energy;
}

describe('a window begins', () => {
  test('with the first tick if power was steady all along', () => {
    const { seconds, watts, relativeError } = cut(() => 200);
    expect(seconds).toBe(3.9);
    expect(watts).toBeCloseTo(200, 9);
    expect(relativeError).toBeCloseTo(0, 12);
  });

  test('where power had settled: a ramp before it is not in it', () => {
    // 1.2 s at a power that rises from 180 to 200 W.
    const { seconds, watts } = cut((update) => Math.min(200, 180 + 20 * (update / 12)));
    expect(watts).toBeGreaterThan(199);
    expect(watts).toBeLessThanOrEqual(200 + 1e-9);
    expect(seconds).toBeGreaterThanOrEqual(2.7);
  });

  test('nowhere if power never settles, or changes at once', () => {
    const voided = (watts: (update: number) => number) => cutWindow(requestFor(watts));
    const reason = expect.stringMatching(/^the energy of a launch changed within the window, from \d/);
    expect(voided((update) => 100 + 3 * update)).toEqual({ ok: false, reason, changed: false });
    // The board is another one from then on: what follows is not measured again as if it were the same.
    expect(voided((update) => (update < 26 ? 200 : 182))).toEqual({ ok: false, reason, changed: true });
  });

  test('nowhere if what was before is no settling: a load in step with a sensor that looks now and then', () => {
    // A board that draws 60 and 180 W in turn: every look comes a little later in its cycle than the last.
    const beat = (update: number) => (update < 19 ? 60 + 5 * update : 180);
    expect(cutWindow(requestFor(beat))).toEqual({
      ...{ ok: false, changed: false },
      reason: expect.stringMatching(
        /^the energy of a launch changed within the window, from 1\.\d+ J to 1\.80 J$/,
      ),
    });
  });

  test('nowhere if one update stands out of the others', () => {
    const glitch = cutWindow(requestFor((update) => (update === 22 ? 400 : 200)));
    expect(glitch).toMatchObject({
      ok: false,
      reason: 'one update of the sensor said 400 W, the others 200 W',
    });
  });

  test('with the first tick if only the sensor is noisy, but for a few in a hundred', () => {
    const random = createRandom(7);
    const shortened = Array.from({ length: 200 }, () => {
      const noise = Array.from({ length: 40 }, () => random.normal());
      return cut((update) => 200 * (1 + 0.02 * (noise[update] ?? 0))).seconds < 3.9;
    }).filter((short) => short);
    expect(shortened.length).toBeLessThanOrEqual(12);
  });
});

describe('the standard error of a window', () => {
  const errorsAndSpread = (powers: () => (update: number) => number) => {
    const windows = Array.from({ length: 300 }, () => cut(powers()));
    const joules = windows.map((window) => window.joules);
    const mean = joules.reduce((sum, value) => sum + value, 0) / joules.length;
    const spread = Math.sqrt(joules.reduce((sum, value) => sum + (value / mean - 1) ** 2, 0) / joules.length);
    const error = Math.sqrt(
      windows.reduce((sum, { relativeError }) => sum + (relativeError ?? 0) ** 2, 0) / windows.length,
    );
    return { error, spread };
  };

  test('is what windows scatter by, if updates are independent', () => {
    const random = createRandom(1);
    const { error, spread } = errorsAndSpread(() => {
      const noise = Array.from({ length: 40 }, () => random.normal());
      return (update) => 200 * (1 + 0.02 * (noise[update] ?? 0));
    });
    // 2 % over the square root of 39 updates.
    expect(spread).toBeCloseTo(0.02 / Math.sqrt(39), 3);
    expect(error / spread).toBeGreaterThan(0.85);
    expect(error / spread).toBeLessThan(1.15);
  });

  test('grows with the dependence of neighbours on each other', () => {
    const random = createRandom(2);
    const { error, spread } = errorsAndSpread(() => {
      const noise: number[] = [];
      for (let i = 0; i < 40; i++) noise.push(0.5 * (noise[i - 1] ?? 0) + random.normal());
      return (update) => 200 * (1 + 0.01 * (noise[update] ?? 0));
    });
    // Taken for independent, 1.15 % over the square root of 39 would be 0.18 %: little more than half of the truth.
    expect(spread).toBeGreaterThan(0.0025);
    expect(error / spread).toBeGreaterThan(0.75);
  });

  test('is unknown for fewer than eight updates', () => {
    const window = cutWindow({
      completions,
      readings: readingsOf(() => 200).filter(({ timeMs }) => timeMs <= 800),
      meter,
      options: { preheatMs: 0, windowMs: 800 },
    });
    expect(window.ok && window.energy.relativeError).toBeNull();
  });
});
