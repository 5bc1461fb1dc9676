import { describe, expect, test } from 'vitest';
import { measureEnergy } from '../../src/measure/index.ts';
import { simulatedVariant } from '../support/simulated-device.ts';
import { SimulatedGpu } from '../support/simulated-gpu/gpu.ts';
import type { GpuSettings } from '../support/simulated-gpu/parameters.ts';
import { compareOn, quickOptions } from './comparison.ts';

const usual: GpuSettings = { cost: () => ({ latencyMs: 0.8, watts: 420 }) };
const options = { preheatMs: 500, windowMs: 3000 };
const variant = simulatedVariant('kernel');

/** One measurement on a board to which something happens after so many milliseconds of it. */
async function measureWhile(settings: GpuSettings, happen: (gpu: SimulatedGpu, nowMs: number) => void) {
  const gpu = new SimulatedGpu(settings);
  const [meter, device] = [await gpu.openMeter(), await gpu.openDevice()];
  happen(gpu, gpu.time.nowMs());
  return measureEnergy({ device, meter, variant, options });
}

describe('a window is tried again', () => {
  test.each([
    ['freezes and goes on without what was drawn', { kind: 'freeze', forMs: 900, catchesUp: false }],
    ['freezes for a moment and loses that', { kind: 'freeze', forMs: 300, catchesUp: false }],
    ['freezes and then catches up', { kind: 'freeze', forMs: 900, catchesUp: true }],
    ['begins again at 0', { kind: 'reset' }],
    ['goes back', { kind: 'back', joules: 500 }],
    ['jumps forward', { kind: 'back', joules: -500 }],
    ['cannot be read for a moment', { kind: 'unreadable', forMs: 50 }],
  ] as const)('if the counter %s', async (_, fault) => {
    let gpu: SimulatedGpu | null = null;
    const outcome = await measureWhile(usual, (simulated, nowMs) => {
      gpu = simulated;
      simulated.sensor.faults.push({ ...fault, atMs: nowMs + 1777 });
    });
    if (outcome.status !== 'valid') throw new Error(JSON.stringify(outcome));
    expect(outcome.energy.watts / 412).toBeCloseTo(1, 1);
    // Two stretches were needed.
    expect((gpu as unknown as SimulatedGpu).time.nowMs()).toBeGreaterThan(17_000);
  });

  test('not if a freeze was so short that nothing is missing', async () => {
    const outcome = await measureWhile(usual, ({ sensor }, nowMs) => {
      sensor.faults.push({ kind: 'freeze', atMs: nowMs + 1777, forMs: 250, catchesUp: true });
    });
    expect(outcome).toMatchObject({ status: 'valid', energy: { launches: expect.any(Number) } });
  });
});

describe('energy is void, with the reason, if', () => {
  test('the counter stands still', async () => {
    const outcome = await measureWhile(usual, ({ sensor }, nowMs) => {
      sensor.faults.push({ kind: 'freeze', atMs: nowMs + 1000, forMs: 60_000, catchesUp: false });
    });
    expect(outcome).toEqual({
      status: 'void',
      reasons: [
        expect.stringMatching(/^the energy counter stood still for 2\d{3} ms$/),
        'the energy counter stood still',
      ],
      disturbed: false,
    });
  });

  test('it keeps going back', async () => {
    const outcome = await measureWhile(usual, ({ sensor }, nowMs) => {
      for (let i = 1; i < 20; i++) sensor.faults.push({ kind: 'back', atMs: nowMs + 700 * i, joules: 400 });
    });
    expect(outcome).toEqual({
      status: 'void',
      reasons: ['the energy counter went back', 'the energy counter went back'],
      disturbed: false,
    });
  });

  test('it keeps losing what was drawn', async () => {
    const outcome = await measureWhile(usual, ({ sensor }, nowMs) => {
      for (let i = 1; i < 12; i++)
        sensor.faults.push({ kind: 'freeze', atMs: nowMs + 1500 * i, forMs: 300, catchesUp: false });
    });
    const reason = expect.stringMatching(
      /^the energy counter lost energy: \d+ W over [34]\d\d ms, 4\d\d W else$/,
    );
    expect(outcome).toEqual({ status: 'void', reasons: [reason, reason], disturbed: false });
  });

  test('it cannot be read', async () => {
    const outcome = await measureWhile(usual, ({ sensor }, nowMs) => {
      sensor.faults.push({ kind: 'unreadable', atMs: nowMs + 1000, forMs: 60_000 });
    });
    const reason = 'the simulated counter could not be read: no permission';
    expect(outcome).toEqual({ status: 'void', reasons: [reason, reason], disturbed: false });
  });

  test('the board is too hot, and then its latency is void too', async () => {
    const hot: GpuSettings = { ...usual, throttleCelsius: 45, thermalTimeMs: 1000 };
    expect(await measureWhile(hot, () => undefined)).toMatchObject({
      status: 'void',
      reasons: [
        expect.stringContaining('software thermal slowdown of the GPU'),
        expect.stringContaining('software thermal slowdown of the GPU'),
      ],
      disturbed: true,
    });
  });

  test('another process came onto the GPU, and then its latency is void too', async () => {
    const reason = 'a new process came onto the GPU: 4242 (python3)';
    expect(
      await measureWhile(usual, ({ sensor }) => sensor.others.push({ pid: 4242, label: '4242 (python3)' })),
    ).toEqual({ status: 'void', reasons: [reason, reason], disturbed: true });
  });
});

test('a board at its power limit is measured, and says so', async () => {
  const greedy: GpuSettings = { ...usual, powerLimitWatts: 300, sensor: { noise: 0.001 } };
  const outcome = await measureWhile(greedy, () => undefined);
  expect(outcome).toMatchObject({ status: 'valid', energy: { conditions: { powerCappedPart: 1 } } });
  expect(outcome.status === 'valid' && outcome.energy.watts).toBeCloseTo(300, -1);
});

describe('a sensor that breaks while kernels are compared never makes a verdict', () => {
  const kernels = [{ kernel: 'softmax' }, { kernel: 'copy', sentinel: true }];
  /** Both arms cost the same; the counter breaks about once in six windows, at moments of its own. */
  const broken = (seed: number, kind: 'freeze' | 'reset' | 'back') => {
    const gpu = new SimulatedGpu({ ...usual, seed, processes: { latencySd: 0.002, wattsSd: 0.002 } });
    for (let atMs = 14_000 + 137 * seed; atMs < 400_000; atMs += 8_171) {
      gpu.sensor.faults.push(
        kind === 'freeze'
          ? { kind, atMs, forMs: 200 + (atMs % 700), catchesUp: false }
          : kind === 'reset'
            ? { kind, atMs }
            : { kind, atMs, joules: 50 + (atMs % 300) },
      );
    }
    return gpu;
  };

  test.each(['freeze', 'reset', 'back'] as const)('%s', async (kind) => {
    for (let seed = 1; seed <= 3; seed++) {
      const { judgements, samples } = await compareOn(broken(seed, kind), kernels, {
        ...quickOptions,
        window: { ...quickOptions.window, windowMs: 2000 },
      });
      expect(judgements.map(({ verdict }) => verdict)).toEqual(['unchanged', 'unchanged']);
      for (const { joules, window } of samples) {
        if (joules === null) expect(window).toBeUndefined();
        else expect(Math.abs(joules / (412 * 0.8e-3) - 1)).toBeLessThan(0.03);
      }
    }
  });
});
