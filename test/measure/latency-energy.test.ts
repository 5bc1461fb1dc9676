import { describe, expect, test } from 'vitest';
import { measureEnergy, measureLatency, measureOptions } from '../../src/measure/index.ts';
import { createSimulatedLab, type LabOptions, simulatedVariant } from '../support/simulated-device.ts';

const variant = simulatedVariant('a');
const window = { preheatMs: 500, windowMs: 2000 };
const time = { samples: 9, minSampleMs: 5, maxMs: 500 };

async function bench(options: Partial<LabOptions> = {}) {
  const lab = createSimulatedLab({ cost: () => ({ latencyMs: 0.5, watts: 200 }), ...options });
  return { lab, device: await lab.openDevice(), meter: await lab.openMeter() };
}

describe('latency', () => {
  test('is the median of the samples, with spread and resolution relative to it', async () => {
    const { device } = await bench({ timerResolutionMs: 0.01 });
    const outcome = await measureLatency({ device, variant, options: time });
    expect(outcome).toEqual({
      ok: true,
      value: {
        medianMs: 0.5,
        relativeSpread: 0,
        samplesMs: new Array(9).fill(0.5),
        launchesPerSample: 10,
        relativeResolution: 0.002,
      },
    });
  });

  test('is not moved by a sample that something else fell into', async () => {
    const { device } = await bench();
    device.time = async () => ({
      ok: true,
      value: { samplesMs: [1, 1.2, 50, 1.1, 0.9], launchesPerSample: 1, resolutionMs: 0 },
    });
    const outcome = await measureLatency({ device, variant, options: time });
    expect(outcome.ok && outcome.value.medianMs).toBe(1.1);
    expect(outcome.ok && outcome.value.relativeSpread).toBeCloseTo(0.1 / 1.1, 12);
    expect(outcome.ok && outcome.value.samplesMs).toEqual([1, 1.2, 50, 1.1, 0.9]);
  });

  test.each([[[]], [[0, 0, 0]], [[1, Number.NaN, 1]], [[-1, 2, 2]]])(
    'of %j is no latency',
    async (samplesMs) => {
      const { device } = await bench();
      device.time = async () => ({ ok: true, value: { samplesMs, launchesPerSample: 1, resolutionMs: 0 } });
      const outcome = await measureLatency({ device, variant, options: time });
      expect(outcome.ok ? null : outcome.failure.kind).toBe('void-window');
    },
  );

  test('hands on why a variant failed', async () => {
    const { device } = await bench({ cost: () => ({ kind: 'timeout', message: 'took too long' }) });
    expect(await measureLatency({ device, variant, options: time })).toEqual({
      ok: false,
      failure: { kind: 'timeout', message: 'took too long' },
    });
  });
});

describe('energy', () => {
  test('per launch is power times latency, to a fraction of a percent', async () => {
    const { lab, device, meter } = await bench({ tickMs: 20, idleWatts: 80, noise: 0.02 });
    const outcome = await measureEnergy({ device, meter, variant, options: window });
    if (outcome.status !== 'valid') throw new Error(outcome.status);
    expect(outcome.energy.watts).toBeCloseTo(200, 6);
    expect(outcome.energy.joules / (200 * 0.5e-3)).toBeCloseTo(1, 2);
    expect((outcome.energy.netJoules ?? 0) / (120 * 0.5e-3)).toBeCloseTo(1, 2);
    expect(outcome.energy.seconds).toBeGreaterThan(1.9);
    expect(lab.log).toEqual(['1 open', 'meter start', '1 run a', 'meter stop']);
  });

  test('leaves out what happened while it heated up', async () => {
    // Cold, the board draws 100 W; from 400 ms on 200 W. The lab's clock starts at 1000 ms.
    const { device, meter } = await bench({
      tickMs: 20,
      cost: (_, timeMs) => ({ latencyMs: 0.5, watts: timeMs < 1400 ? 100 : 200 }),
    });
    const outcome = await measureEnergy({ device, meter, variant, options: window });
    expect(outcome.status === 'valid' && outcome.energy.watts).toBeCloseTo(200, 6);
  });

  test('of a void window is measured once more', async () => {
    const { lab, device, meter } = await bench({ tickMs: 20 });
    lab.disturbances.push(['thermal slowdown']);
    const outcome = await measureEnergy({ device, meter, variant, options: window });
    expect(outcome.status).toBe('valid');
    expect(lab.log.filter((line) => line === 'meter start')).toHaveLength(2);
  });

  test('that stays void comes back with a reason for each attempt', async () => {
    const { lab, device, meter } = await bench({ tickMs: 20 });
    lab.counterFault = (readings) => readings.map((reading) => ({ ...reading, joules: 0 }));
    expect(await measureEnergy({ device, meter, variant, options: window })).toEqual({
      status: 'void',
      reasons: ['the energy counter stood still', 'the energy counter stood still'],
      disturbed: false,
    });
  });

  test('says when what the sensor saw voids timing too', async () => {
    const { lab, device, meter } = await bench({ tickMs: 20 });
    lab.disturbances.push(['thermal slowdown'], ['another process', 'thermal slowdown']);
    expect(await measureEnergy({ device, meter, variant, options: window })).toEqual({
      status: 'void',
      reasons: ['thermal slowdown', 'another process; thermal slowdown'],
      disturbed: true,
    });
  });

  test('of a launch longer than the window is measured over a longer one', async () => {
    const { device, meter } = await bench({ cost: () => ({ latencyMs: 900, watts: 10 }) });
    const outcome = await measureEnergy({
      device,
      meter,
      variant,
      options: { preheatMs: 30, windowMs: 200 },
    });
    expect(outcome.status === 'valid' && outcome.energy.joules).toBeCloseTo(9, 9);
  });

  test('ends the session of the meter however the stretch ends', async () => {
    const failing = await bench({ cost: () => ({ kind: 'crash', message: 'gone' }) });
    const request = { meter: failing.meter, variant, options: window };
    expect(await measureEnergy({ ...request, device: failing.device })).toEqual({
      status: 'failed',
      failure: { kind: 'crash', message: 'gone' },
    });
    expect(failing.lab.log.at(-1)).toBe('meter cancel');

    const lost = await bench();
    lost.lab.onRequest = () => {
      throw new Error('device gone for good');
    };
    await expect(
      measureEnergy({ device: lost.device, meter: lost.meter, variant, options: window }),
    ).rejects.toThrow('device gone for good');
    expect(lost.lab.log.at(-1)).toBe('meter cancel');
  });
});

describe('options', () => {
  test('give a sensor at least ten of its periods to judge by, and a software adapter a short window', async () => {
    const gpu = await bench({ tickMs: 200 });
    const options = measureOptions({ device: gpu.device.info, meter: gpu.meter.info, purpose: 'judge' });
    expect(options.window.windowMs).toBe(2000);
    const software = await bench({ software: true });
    const short = measureOptions({ device: software.device.info, meter: null, purpose: 'judge' });
    expect(short.window.windowMs).toBeLessThanOrEqual(250);
    expect(short.time.samples).toBeGreaterThanOrEqual(3);
  });
});
