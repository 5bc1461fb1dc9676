import { describe, expect, test } from 'vitest';
import {
  BlockDesigner,
  type BlockSample,
  type MeasureOptions,
  measureOptions,
} from '../../src/measure/index.ts';
import { SimulatedGpu } from '../support/simulated-gpu/gpu.ts';
import { simulatedInfo } from '../support/simulated-gpu/process.ts';
import { compareOn } from './comparison.ts';

const options: MeasureOptions = {
  time: { samples: 9, minSampleMs: 2, maxMs: 100 },
  window: { preheatMs: 500, windowMs: 1000, longestMs: 2000 },
  processes: 2,
  choices: { processCounts: [1, 2, 4], windowFactors: [1, 2, 3, 6] },
};
const subject = { kernel: 'gelu', workload: 'N=1' };
const wanted = { energy: 0.01, latency: 0.01 };
const designed = [{ ...subject, arms: 2, wanted }];

/** A block whose turns differ by `turnSd`, `sensorSd` of it the sensor's, in windows of a second. */
function blockOf(block: number, turnSd: number, sensorSd: number, processes = 2): BlockSample[] {
  return (['B', 'H'] as const).map((arm) => ({
    ...subject,
    ...{ arm, block, phase: 'flag', latencyMs: 1, joules: 1, latencyResolution: 0, energyResolution: 0 },
    voidReasons: [],
    turns: { count: 2, processes, seconds: 6, latencySd: 0, energySd: turnSd },
    window: {
      ...{ seconds: 2, launches: 2000, watts: 300, netJoules: null, disagreement: null, busyShare: 1 },
      ...{ relativeError: sensorSd / Math.SQRT2, conditions: null },
    },
  }));
}

/** What a designer goes on with after three blocks. */
function designAfter(
  costs: { readonly launchMs: number; readonly turnMs: number },
  turnSd: number,
  sensorSd: number,
  processes?: number,
  leftMs?: number,
) {
  const designer = new BlockDesigner(options);
  const samples = [0, 1, 2].flatMap((block) => {
    designer.learn(costs);
    return blockOf(block, turnSd, sensorSd, processes);
  });
  const { processes: chosen, window } = designer.next('flag', samples, designed, leftMs);
  return { processes: chosen, windowMs: window.windowMs };
}

describe('blocks are made of', () => {
  const usual = { launchMs: 1000, turnMs: 1200 };

  test('what the options say at first, and of what is there already if nothing else is quicker', () => {
    const designer = new BlockDesigner(options);
    designer.learn(usual);
    expect(designer.next('flag', blockOf(0, 0.1, 0), designed)).toMatchObject({
      processes: 2,
      window: { windowMs: 1000 },
    });
    expect(designAfter(usual, 0.004, 0.002)).toEqual({ processes: 2, windowMs: 1000 });
  });

  test('more processes and short windows where processes differ, unless they are dear', () => {
    expect(designAfter(usual, 0.03, 0.002)).toEqual({ processes: 4, windowMs: 1000 });
    expect(designAfter({ launchMs: 60_000, turnMs: 1200 }, 0.004, 0.002)).toEqual({
      processes: 1,
      windowMs: 1000,
    });
  });

  test('nothing that takes longer than there is time for', () => {
    expect(designAfter(usual, 0.03, 0.002, 2, 25_000)).toEqual({ processes: 4, windowMs: 1000 });
    expect(designAfter(usual, 0.03, 0.002, 2, 20_000)).toEqual({ processes: 2, windowMs: 1000 });
  });

  test('long windows where the sensor is coarse', () => {
    const { processes, windowMs } = designAfter({ launchMs: 4000, turnMs: 3000 }, 0.02, 0.02);
    expect(windowMs).toBeGreaterThanOrEqual(3000);
    expect(processes).toBeLessThanOrEqual(4);
  });

  test('what blocks scatter by, where one process took all turns', () => {
    const designer = new BlockDesigner({ ...options, processes: 1 });
    const samples = [0.03, -0.03, 0.02].flatMap((d, block) => {
      designer.learn(usual);
      return blockOf(block, 0.001, 0.001, 1).map((sample) =>
        sample.arm === 'H' ? { ...sample, joules: Math.exp(d) } : sample,
      );
    });
    expect(designer.next('flag', samples, designed).processes).toBe(4);
  });

  test('the same from the first block that confirms to the last', () => {
    const designer = new BlockDesigner(options);
    const calm = [0, 1, 2].flatMap((block) => {
      designer.learn(usual);
      return blockOf(block, 0.004, 0.002);
    });
    expect(designer.next('confirm', calm, designed).processes).toBe(2);
    const wild = [...calm, ...[3, 4, 5].flatMap((block) => blockOf(block, 0.1, 0.002))];
    expect(designer.next('confirm', wild, designed).processes).toBe(2);
  });
});

describe('on a GPU whose processes differ by half a percent, at margins of 2 %', () => {
  const margins = { energy: 0.02, latency: 0.02 };
  const secondsOf = async (seed: number, change: number) => {
    const gpu = new SimulatedGpu({
      seed,
      processes: { latencySd: 0.005, wattsSd: 0.005 },
      cost: ({ id }) => ({ latencyMs: 0.8 * (id === 'kernel H' ? 1 + change : 1), watts: 420 }),
    });
    const startMs = gpu.clock.nowMs();
    const { info } = await gpu.openMeter();
    const judging = measureOptions({ device: simulatedInfo, meter: info, purpose: 'judge' });
    const { judgements } = await compareOn(gpu, [{ kernel: 'kernel' }], judging, margins);
    return { verdict: judgements[0]?.verdict, seconds: (gpu.clock.nowMs() - startMs) / 1000 };
  };

  test('+3 % is found within five minutes, and no change within 80 seconds', async () => {
    for (let seed = 1; seed <= 3; seed++) {
      const worse = await secondsOf(seed, 0.03);
      expect(worse.verdict).toBe('regressed');
      expect(worse.seconds).toBeLessThan(300);
      const same = await secondsOf(seed, 0);
      expect(same.verdict).toBe('unchanged');
      expect(same.seconds).toBeLessThan(95);
    }
  });
});
