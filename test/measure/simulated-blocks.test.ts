import { describe, expect, test } from 'vitest';
import { type BlockSample, type MeasureOptions, measureOptions, runBlocks } from '../../src/measure/index.ts';
import { simulatedVariant } from '../support/simulated-device.ts';
import { SimulatedGpu } from '../support/simulated-gpu/gpu.ts';
import type { GpuSettings } from '../support/simulated-gpu/parameters.ts';
import { simulatedInfo } from '../support/simulated-gpu/process.ts';
import { compareOn, quickOptions } from './comparison.ts';

const usual: GpuSettings = { cost: () => ({ latencyMs: 0.8, watts: 420 }) };
const subject = {
  kernel: 'softmax',
  workload: 'N=1',
  variants: { B: simulatedVariant('softmax B'), H: simulatedVariant('softmax H') },
};

function blocksOn(gpu: SimulatedGpu, blocks: number, options: MeasureOptions = quickOptions) {
  return runBlocks({
    phase: 'flag',
    firstBlock: 0,
    blocks,
    subjects: [subject],
    openDevice: gpu.openDevice,
    openMeter: gpu.openMeter,
    options,
    clock: gpu.clock,
  });
}

const differences = (samples: readonly BlockSample[], read: (sample: BlockSample) => number | null) =>
  samples
    .filter(({ arm }) => arm === 'B')
    .map(({ block }) => {
      const of = (arm: string) =>
        read(samples.find((sample) => sample.block === block && sample.arm === arm) as BlockSample) ??
        Number.NaN;
      return Math.log(of('H') / of('B'));
    });

describe('a device is busy for at least 97 % of a window', () => {
  test.each([1, 3, 7, 30, 150])('of launches of %d ms', async (latencyMs) => {
    const gpu = new SimulatedGpu({ cost: () => ({ latencyMs, watts: 300 }), noticeMs: 1.5, stallPart: 0.02 });
    const device = await gpu.openDevice();
    const run = await device.run(subject.variants.B, 3000);
    if (!run.ok) throw new Error(run.failure.message);
    const { completions } = run.value;
    const [fromMs, toMs] = [completions[0]?.timeMs ?? 0, completions.at(-1)?.timeMs ?? 0];
    expect(gpu.board.timeline.busyShare(fromMs, toMs)).toBeGreaterThanOrEqual(0.97);
  });

  test('and a sample says how much it was', async () => {
    const idling = new SimulatedGpu({
      cost: () => ({ latencyMs: 1, watts: 300 }),
      stallPart: 0.1,
      stallMs: 60,
      // Where a sensor sees all of the time, stalls are in counter and power alike.
      sensor: { sampledMs: 100 },
    });
    const fromMs = idling.time.nowMs();
    const lazy = await blocksOn(idling, 1);
    expect(lazy[0]?.window?.busyShare).toBeLessThan(0.95);
    expect(idling.board.timeline.busyShare(fromMs, idling.time.nowMs())).toBeLessThan(0.95);
    const busy = await blocksOn(new SimulatedGpu(usual), 1);
    for (const { window } of busy) expect(window?.busyShare).toBeGreaterThan(0.97);
  });
});

test('a sample says what its energy was measured over', async () => {
  const [sample] = await blocksOn(new SimulatedGpu(usual), 1);
  expect(sample?.window).toEqual({
    // Two turns of ten to twelve updates.
    seconds: expect.closeTo(2.2, 0),
    launches: expect.closeTo(2750, -3),
    watts: expect.closeTo(410, -2),
    netJoules: expect.closeTo(330 * 0.8e-3, 2),
    relativeError: expect.any(Number),
    disagreement: expect.closeTo(0, 2),
    busyShare: expect.closeTo(1, 1),
    conditions: { smMhz: 1980, memoryMhz: 2619, celsius: expect.any(Number), powerCappedPart: 0 },
  });
});

describe('a block of a cold board', () => {
  // Heats by 26 degrees within some seconds, and draws 0.4 % more with every one.
  const cold: GpuSettings = {
    ...usual,
    thermalTimeMs: 2500,
    leakagePerCelsius: 0.004,
    sensor: { noise: 0.002 },
    openMs: 4000,
  };
  const meanAbsolute = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length;
  const quick = quickOptions.window;

  test('begins with heating it up, so that neither arm has the cold turn', async () => {
    const joules = ({ joules: value }: BlockSample) => value;
    const plain = differences(await blocksOn(new SimulatedGpu(cold), 6), joules);
    const heated = differences(
      await blocksOn(new SimulatedGpu(cold), 6, { ...quickOptions, window: { ...quick, heatUpMs: 10_000 } }),
      joules,
    );
    expect(meanAbsolute(plain)).toBeGreaterThan(0.004);
    expect(meanAbsolute(heated)).toBeLessThan(0.5 * meanAbsolute(plain));
  });

  test('does not heat for longer than it may, nor a warm one for long', async () => {
    const elapsed = async (settings: GpuSettings, heatUpMs: number) => {
      const gpu = new SimulatedGpu(settings);
      await gpu.openMeter();
      const fromMs = gpu.time.nowMs();
      await blocksOn(gpu, 1, { ...quickOptions, window: { ...quick, heatUpMs } });
      return gpu.time.nowMs() - fromMs;
    };
    // What launches scatter so much lengthens windows by chance: the mean of several blocks tells.
    const seeds = [1, 2, 3, 4, 5];
    let longer = 0;
    for (const seed of seeds) {
      const never: GpuSettings = { ...usual, seed, launchNoise: 0.3 };
      longer += (await elapsed(never, 3000)) - (await elapsed(never, 0));
    }
    expect(longer / seeds.length).toBeLessThan(4000);
    const calm: GpuSettings = { ...usual, celsiusPerWatt: 0 };
    expect((await elapsed(calm, 30_000)) - (await elapsed(calm, 0))).toBeLessThan(2500);
  });
});

describe('an offset of 8 % of every other process', () => {
  const offset = (process: number) =>
    process % 2 === 1 ? { latency: 1.08, watts: 1.08 } : { latency: 1, watts: 1 };

  test('is in every block, on either side in turn', async () => {
    const samples = await blocksOn(new SimulatedGpu({ ...usual, processes: { offset } }), 4);
    const expected = [1, -1, 1, -1].map((sign) => sign * Math.log(1.08));
    differences(samples, ({ latencyMs }) => latencyMs).forEach((d, i) => {
      expect(d).toBeCloseTo(expected[i] as number, 2);
    });
  });

  test('is never judged red', async () => {
    const kernels = [{ kernel: 'softmax' }, { kernel: 'gelu' }, { kernel: 'copy', sentinel: true }];
    for (let seed = 1; seed <= 12; seed++) {
      const processes = { offset, latencySd: 0.01, wattsSd: 0.01 };
      const { judgements } = await compareOn(new SimulatedGpu({ ...usual, seed, processes }), kernels);
      expect(judgements.map(({ verdict }) => verdict)).not.toContain('regressed');
    }
  });

  test('drawn by chance is no reason either: processes with one of two clocks', async () => {
    for (let seed = 1; seed <= 12; seed++) {
      const processes = { slowPart: 0.5, slowBy: 0.08, latencySd: 0.005 };
      const { judgements } = await compareOn(new SimulatedGpu({ ...usual, seed, processes }), [
        { kernel: 'softmax' },
        { kernel: 'copy', sentinel: true },
      ]);
      expect(judgements.map(({ verdict }) => verdict)).not.toContain('regressed');
    }
  });
});

describe('on a board that heats up, drifts and varies from process to process', () => {
  const machine: Omit<GpuSettings, 'cost'> = {
    drift: { part: 0.02, periodMs: 120_000 },
    processes: { latencySd: 0.005, wattsSd: 0.005 },
  };
  const factors: Readonly<Record<string, { latency: number; watts: number }>> = {
    'slower H': { latency: 1.12, watts: 1 },
    'hungrier H': { latency: 1, watts: 1.1 },
    'better H': { latency: 0.9, watts: 1 },
  };

  test('what changed is found, and nothing else', async () => {
    for (let seed = 1; seed <= 3; seed++) {
      const gpu = new SimulatedGpu({
        ...machine,
        seed,
        cost: ({ id }) => {
          const { latency = 1, watts = 1 } = factors[id] ?? {};
          return { latencyMs: 0.8 * latency, watts: 420 * watts };
        },
      });
      const kernels = ['slower', 'hungrier', 'better', 'same', 'copy'];
      const { judgements } = await compareOn(
        gpu,
        kernels.map((kernel) => ({ kernel, sentinel: kernel === 'copy' })),
      );
      expect(judgements.map(({ kernel, verdict }) => [kernel, verdict])).toEqual([
        ['slower', 'regressed'],
        ['hungrier', 'regressed'],
        ['better', 'improved'],
        ['same', 'unchanged'],
        ['copy', 'unchanged'],
      ]);
      expect(gpu.open).toBe(0);
    }
  });
});

test('a judge measures with more care than a search', async () => {
  const meter = (await new SimulatedGpu(usual).openMeter()).info;
  const search = measureOptions({ device: simulatedInfo, meter, purpose: 'search' }).window;
  const options = measureOptions({ device: simulatedInfo, meter, purpose: 'judge' });
  const { window: judge, processes = 1 } = options;
  // Two turns of an arm.
  expect(processes * judge.windowMs).toBeGreaterThan(search.windowMs);
  expect(judge.precision).toBeLessThan(search.precision ?? 0);
  expect(judge.longestMs).toBeGreaterThan(search.longestMs ?? 0);
  expect(search.heatUpMs).toBeUndefined();
  expect(judge.heatUpMs).toBeGreaterThan(0);
});
