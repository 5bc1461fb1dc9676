import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReplayClock, createReplayDevice } from '../../src/device/index.ts';
import { recordedVariant, smallRecording } from '../support/recordings.ts';

const fast = recordedVariant({ WIDTH: 1, UNROLL: true });
const slow = recordedVariant({ WIDTH: 1, UNROLL: false });
const unmetered = recordedVariant({ WIDTH: 2, UNROLL: true });
const broken = recordedVariant({ WIDTH: 2, UNROLL: false });
const unknown = recordedVariant({ WIDTH: 4, UNROLL: true });
const timing = { samples: 2, minSampleMs: 1, maxMs: 100 };

describe('a replay device', () => {
  it('describes the device that was recorded', () => {
    const { info } = createReplayDevice(smallRecording);
    expect(info).toMatchObject({ backend: 'replay', family: 'acme-one', driver: '1.0', software: false });
  });

  it('prepares and verifies what worked', async () => {
    const device = createReplayDevice(smallRecording);
    expect(await device.prepare(fast)).toEqual({ ok: true, value: null });
    expect(await device.verify(slow, fast)).toEqual({ ok: true, value: null });
  });

  it('fails as recorded, whatever is asked', async () => {
    const device = createReplayDevice(smallRecording);
    const failure = { ok: false, failure: { kind: 'compile', message: 'too many registers' } };
    expect(await device.prepare(broken)).toEqual(failure);
    expect(await device.verify(broken, fast)).toEqual(failure);
    expect(await device.time(broken, timing)).toEqual(failure);
    expect(await device.run(broken, 10)).toEqual(failure);
  });

  it('fails for a configuration that was not recorded, or lies outside the space', async () => {
    const device = createReplayDevice(smallRecording);
    expect(await device.prepare(unknown)).toEqual({
      ok: false,
      failure: { kind: 'recorded', message: 'softmax/ROWS=64/WIDTH=4,UNROLL=true is not in the recording' },
    });
    for (const configuration of [{ WIDTH: 3, UNROLL: true }, { WIDTH: 1 }, { WIDTH: 1, UNROLL: 1 }]) {
      expect(await device.prepare(recordedVariant(configuration))).toMatchObject({ ok: false });
    }
  });

  it('takes an unknown kind of failure for a recorded one', async () => {
    const failure = { kind: 'RuntimeFailedConfig', message: 'RuntimeFailedConfig' };
    const device = createReplayDevice({
      ...smallRecording,
      measurements: [{ values: [0, 0], failure }],
    });
    expect(await device.prepare(fast)).toEqual({
      ok: false,
      failure: { kind: 'recorded', message: 'RuntimeFailedConfig' },
    });
  });

  it('gives all recorded samples, else the latency, and lets their time pass', async () => {
    const clock = createReplayClock();
    const device = createReplayDevice(smallRecording, clock);
    expect(await device.time(fast, timing)).toEqual({
      ok: true,
      value: { samplesMs: [2.1, 2, 1.9], launchesPerSample: 1, resolutionMs: 0 },
    });
    expect(clock.nowMs()).toBeCloseTo(6, 9);
    expect(await device.time(slow, timing)).toMatchObject({ ok: true, value: { samplesMs: [4] } });
    expect(clock.nowMs()).toBeCloseTo(10, 9);
  });

  it('runs at the recorded latency, in batches of 20 ms', async () => {
    const device = createReplayDevice(smallRecording);
    device.clock.advance(1000);
    const outcome = await device.run(fast, 45);
    expect(outcome).toEqual({
      ok: true,
      value: {
        variant: fast,
        completions: [
          { timeMs: 1000, launches: 0, cpuSeconds: null },
          { timeMs: 1020, launches: 10, cpuSeconds: null },
          { timeMs: 1040, launches: 20, cpuSeconds: null },
          { timeMs: 1046, launches: 23, cpuSeconds: null },
        ],
      },
    });
    expect(device.clock.nowMs()).toBe(1046);
  });

  it('finishes the launch it has begun', async () => {
    const outcome = await createReplayDevice(smallRecording).run(unmetered, 10);
    expect(outcome.ok && outcome.value.completions.at(-1)).toEqual({
      timeMs: 50,
      launches: 1,
      cpuSeconds: null,
    });
  });

  it('always runs as long as asked, at most one launch longer, in few completions', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
        fc.double({ min: 1, max: 1e4, noNaN: true }),
        async (latencyMs, durationMs) => {
          const device = createReplayDevice({
            ...smallRecording,
            measurements: [{ values: [0, 0], latencyMs }],
          });
          const outcome = await device.run(fast, durationMs);
          if (!outcome.ok) throw new Error(outcome.failure.message);
          const { completions } = outcome.value;
          const last = completions.at(-1);
          expect(completions.length).toBeLessThanOrEqual(66);
          expect(last?.timeMs).toBeGreaterThanOrEqual(durationMs * (1 - 1e-9));
          expect(last?.timeMs).toBeLessThanOrEqual((durationMs + latencyMs) * (1 + 1e-9));
          expect(last?.timeMs).toBeCloseTo((last?.launches ?? 0) * latencyMs, 6);
        },
      ),
      { seed: 1, numRuns: 200 },
    );
  });
});
