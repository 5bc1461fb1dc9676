import { describe, expect, it } from 'vitest';
import { type Launcher, plausibleMs, runStretch, takeSamples } from '../../src/device/worker/index.ts';

describe('what timestamps say of a batch', () => {
  it('is taken if the wall clock does not contradict it', () => {
    expect(plausibleMs(4, 5)).toBe(4);
    expect(plausibleMs(5.02, 5)).toBe(5.02);
    // Less than one step of a coarse timer.
    expect(plausibleMs(0, 0.4)).toBe(0);
  });

  it.each([
    ['negative', -3, 5],
    ['longer than it took', 1e9, 5],
    ['wrapped', 2 ** 64 / 1e6, 5],
    ['in another unit', 5000, 5],
    ['no time at all', 0, 25],
  ])('is no time if it is %s', (_, gpuMs, wallMs) => {
    expect(plausibleMs(gpuMs, wallMs)).toBeNaN();
  });
});

/** A GPU whose launches take `launchMs`, in time of its own, and whose timer says what `say` makes of it. */
function lab(launchMs: number, say: (batchMs: number, call: number) => number, overheadMs = 0.2) {
  let nowMs = 1000;
  let busyUntilMs = nowMs;
  let calls = 0;
  const batches: number[] = [];
  const submit = (_: unknown, launches: number) => {
    batches.push(launches);
    busyUntilMs = Math.max(busyUntilMs, nowMs) + overheadMs + launches * launchMs;
  };
  const onSubmittedWorkDone = async () => {
    nowMs = Math.max(nowMs, busyUntilMs);
  };
  const launcher = {
    device: { queue: { onSubmittedWorkDone } },
    timestamps: true,
    resolutionMs: 1e-4,
    submit,
    async timed(compiled: unknown, launches: number) {
      submit(compiled, launches);
      await onSubmittedWorkDone();
      return say(launches * launchMs, calls++);
    },
  } as unknown as Launcher;
  return { launcher, clock: { nowMs: () => nowMs }, batches };
}

const time = { samples: 9, minSampleMs: 5, maxMs: 1000 };
const compiledWith = (launchMs: number | null) =>
  ({ launchMs }) as Parameters<typeof takeSamples>[0]['compiled'];

describe('samples', () => {
  it.each([
    ['the first is a thousandth', (ms: number, call: number) => (call === 0 ? ms / 1000 : ms)],
    ['the second is no time', (ms: number, call: number) => (call === 1 ? 0 : ms)],
    ['some cannot be', (ms: number, call: number) => (call % 3 === 1 ? Number.NaN : ms)],
  ])('keep their number of launches and their median where %s', async (_, say) => {
    const { launcher, clock, batches } = lab(1, say);
    const { samplesMs, launchesPerSample } = await takeSamples({
      launcher,
      clock,
      compiled: compiledWith(1),
      time,
    });
    expect(launchesPerSample).toBe(5);
    expect(Math.max(...batches)).toBe(5);
    expect([...samplesMs].sort((a, b) => a - b)[Math.floor(samplesMs.length / 2)]).toBeCloseTo(1, 9);
  });

  it('are none if the timer is always wrong', async () => {
    const { launcher, clock } = lab(1, () => Number.NaN);
    const taken = await takeSamples({ launcher, clock, compiled: compiledWith(1), time });
    expect(taken.samplesMs).toEqual([]);
  });

  it('hold more launches if they are faster than it seemed', async () => {
    const { launcher, clock } = lab(0.01, (ms) => ms);
    const { launchesPerSample, samplesMs } = await takeSamples({
      launcher,
      clock,
      compiled: compiledWith(1),
      time,
    });
    expect(launchesPerSample).toBe(500);
    expect(samplesMs).toHaveLength(9);
  });
});

it('a stretch keeps the GPU busy although a launch was once timed as a thousand times as long', async () => {
  const launchMs = 0.02;
  const { launcher, clock } = lab(launchMs, (ms) => ms);
  const compiled = compiledWith(1000 * launchMs);
  const completions = await runStretch({
    launcher,
    clock,
    compiled,
    durationMs: 1000,
    cpuSeconds: () => null,
  });
  const [first, last] = [completions[0], completions.at(-1)];
  const busyMs = (last?.launches ?? 0) * launchMs;
  expect(busyMs / ((last?.timeMs ?? 0) - (first?.timeMs ?? 0))).toBeGreaterThan(0.9);
});
