import { describe, expect, it } from 'vitest';
import {
  cutWindow,
  type Device,
  type EnergyReading,
  type Meter,
  type MeterInfo,
  measureEnergy,
  type PowerReading,
  type SensorEvidence,
} from '../../src/measure/index.ts';
import { simulatedVariant } from '../support/simulated-device.ts';

const info: MeterInfo = {
  name: 'nvml',
  description: 'a counter of 100 W that ticks every 100 ms',
  estimated: false,
  updatePeriodMs: 100,
  resolutionJoules: 0.001,
  idleWatts: null,
};
const options = { preheatMs: 0, windowMs: 1000 };
const completions = Array.from({ length: 201 }, (_, i) => ({
  timeMs: 10 * i,
  launches: i,
  cpuSeconds: null,
}));
const readings: EnergyReading[] = Array.from({ length: 401 }, (_, i) => ({
  timeMs: 5 * i,
  joules: 10 * Math.floor(i / 20),
}));
const powersOf = (watts: number): PowerReading[] =>
  Array.from({ length: 201 }, (_, i) => ({ timeMs: 10 * i, watts }));

function cut(powers: readonly PowerReading[]) {
  const window = cutWindow({ completions, readings, powers, meter: info, options });
  if (!window.ok) throw new Error(window.reason);
  return window.energy;
}

describe('counter against integrated power', () => {
  it('keeps the sensor’s resolution while they agree within 5 %', () => {
    const { disagreement, relativeResolution, joules } = cut(powersOf(104));
    expect(disagreement).toBeCloseTo(0.04, 9);
    expect(joules).toBe(1);
    expect(relativeResolution).toBe(cut([]).relativeResolution);
  });

  it.each([
    [112, 12],
    [57, 43],
  ])('believes neither %d W nor the counter of 100 W beside it', (watts, percent) => {
    expect(() => cut(powersOf(watts))).toThrow(
      `the energy counter and the power beside it contradict each other by ${percent} %`,
    );
  });

  it('compares nothing where power does not reach over the whole window', () => {
    const late = powersOf(57).slice(20);
    const early = powersOf(57).slice(0, -20);
    for (const powers of [[], late, early]) expect(cut(powers)).not.toHaveProperty('disagreement');
  });

  it('weighs power by how long it held', () => {
    // 50 W until 1,050 ms, 150 W from then on: over the window from 100 to 2,000 ms that is 100 W.
    const powers = powersOf(50).map(({ timeMs }) => ({ timeMs, watts: timeMs < 1050 ? 50 : 150 }));
    expect(cut(powers).disagreement).toBeCloseTo(0, 9);
  });
});

describe('what a sensor noticed', () => {
  const variant = simulatedVariant('kernel');
  const device = {
    run: async () => ({ ok: true, value: { variant, completions } }),
  } as unknown as Device;
  const meterWith = (evidence: SensorEvidence): Meter => ({
    info,
    start: async () => ({
      stop: async () => readings,
      cancel: async () => undefined,
      evidence: () => evidence,
    }),
    close: async () => undefined,
  });
  const measure = (evidence: SensorEvidence) =>
    measureEnergy({ device, meter: meterWith(evidence), variant, options });

  it('voids the energy, not the timing, if its readings are faulty', async () => {
    const faults = ['the counter could not be read: no permission'];
    expect(await measure({ powers: [], faults, conditions: null })).toEqual({
      status: 'void',
      reasons: [...faults, ...faults],
      disturbed: false,
    });
  });

  it('is kept with the energy', async () => {
    const conditions = { smMhz: 1980, memoryMhz: null, celsius: 61, powerCappedPart: 0.25 };
    expect(await measure({ powers: [], faults: [], conditions })).toMatchObject({
      status: 'valid',
      energy: { conditions },
    });
  });
});
