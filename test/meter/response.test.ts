import { describe, expect, it } from 'vitest';
import { measureOptions } from '../../src/measure/index.ts';
import { fitResponse, openSensor, type Sensor } from '../../src/meter/index.ts';
import { createRandom } from '../../src/stats/index.ts';
import { compareOn } from '../measure/comparison.ts';
import { sampled } from '../support/full.ts';
import { SimulatedGpu } from '../support/simulated-gpu/gpu.ts';
import { VirtualTime } from '../support/simulated-gpu/virtual-time.ts';
import { standInInfo } from './gpu-lab.ts';

const stepMs = 5;
/** A load that comes and goes three times in nine seconds. */
const values = Array.from({ length: 1800 }, (_, i) => (i % 600 > 200 && i % 600 < 400 + (i % 7) ? 1 : 0));
const cause = { startMs: 0, stepMs, values };

describe('the response of a sensor', () => {
  it.each(
    sampled([
      [0, 100],
      [300, 100],
      [2000, 1000],
    ]),
  )('that is %d ms late and a mean over %d ms is found', (delayMs, widthMs) => {
    const meanBefore = (timeMs: number) => {
      const last = Math.round((timeMs - delayMs) / stepMs);
      const size = widthMs / stepMs;
      const part = Array.from({ length: size }, (_, i) => values[last - size + i] ?? 0);
      return part.reduce<number>((sum, value) => sum + value, 0) / size;
    };
    const updates = Array.from({ length: 88 }, (_, i) => {
      const timeMs = 100 * (i + 1) + 3;
      return { timeMs, sinceMs: null, watts: 80 + 300 * meanBefore(timeMs) };
    });
    const fit = fitResponse(cause, updates);
    expect(fit?.shape).toBe('box');
    expect(Math.abs((fit?.delayMs ?? 0) - delayMs)).toBeLessThan(20);
    expect(Math.abs((fit?.spreadMs ?? 0) - widthMs)).toBeLessThan(40);
    expect(fit?.gain).toBeCloseTo(300, -1);
    expect(fit?.base).toBeCloseTo(80, -1);
  });

  it.each(sampled([200, 1500]))('that forgets with %d ms is found', (constantMs) => {
    let watts = 80;
    const kept = Math.exp(-stepMs / constantMs);
    const course = values.map((value) => {
      watts = 80 + 300 * value + (watts - 80 - 300 * value) * kept;
      return watts;
    });
    const updates = course.flatMap((shown, i) =>
      i % 20 === 7 ? [{ timeMs: i * stepMs, sinceMs: null, watts: shown }] : [],
    );
    const fit = fitResponse(cause, updates);
    expect(fit?.shape).toBe('exponential');
    expect((fit?.spreadMs ?? 0) / constantMs).toBeCloseTo(1, 1);
    expect((fit?.settledAfterMs ?? 0) / (5.3 * constantMs)).toBeCloseTo(1, 1);
  });

  it('is none for readings that do not vary, or are too few', () => {
    const flat = Array.from({ length: 50 }, (_, i) => ({ timeMs: 100 * i, sinceMs: null, watts: 80 }));
    expect(fitResponse(cause, flat)).toBeNull();
    expect(fitResponse(cause, flat.slice(0, 5))).toBeNull();
  });
});

describe('a board that does nothing', () => {
  /** Boards whose power moves by itself, in ways that real ones do. */
  const courses: Readonly<Record<string, (seed: number) => (nowMs: number) => number>> = {
    'is noisy': (seed) => {
      const random = createRandom(seed);
      return () => 3 * random.normal();
    },
    wanders: (seed) => {
      const random = createRandom(seed);
      let watts = 0;
      return () => (watts += random.normal());
    },
    'is taken up by somebody at a moment': (seed) => {
      const atMs = 1500 + 9000 * createRandom(seed).next();
      return (nowMs) => (nowMs % 20_000 > atMs ? 150 : 0);
    },
    'is used now and then': (seed) => {
      const random = createRandom(seed);
      const [periodMs, phase] = [500 + 2500 * random.next(), random.next()];
      return (nowMs) => ((nowMs / periodMs + phase) % 1 < 0.5 ? 40 : 0);
    },
  };

  it.each(sampled(Object.entries(courses)))('is never picked although it %s', async (_, course) => {
    for (let seed = 1; seed <= 3; seed++) {
      const time = new VirtualTime(10_000);
      const watts = course(seed);
      let update = { index: -1, watts: 80 };
      const sensor: Sensor = {
        ...{ label: 'Board', details: '', scope: 'board', key: 'board', unitJoules: 1e-3 },
        ...{ counter: null, state: null, processes: null },
        power: {
          ...{ label: 'power', instant: true, fine: true },
          read: async () => {
            const index = Math.floor(time.nowMs() / 100);
            if (index !== update.index) update = { index, watts: Math.max(1, 80 + watts(time.nowMs())) };
            return { ok: true, value: update.watts };
          },
        },
        close: async () => undefined,
      };
      const run = async (variant: never, durationMs: number) => {
        await time.playTo(time.nowMs() + durationMs);
        return { ok: true as const, value: { variant, completions: [] } };
      };
      const candidate = { sensor, name: null, handles: ['0'], refusal: null };
      const opened = await openSensor('nvml', [candidate], {
        device: { info: standInInfo, run: run as never },
        time,
      });
      expect(opened.ok ? opened.reason : 'refused').toBe('refused');
    }
  });
});

describe('a counter that ticks about as often as it is looked at', () => {
  it('shows loads although a look sees one tick or three', async () => {
    const time = new VirtualTime(10_000);
    const random = createRandom(11);
    let [joules, countedMs, watts] = [0, 0, 80];
    const countTo = (ms: number) => {
      joules += (watts * (ms - countedMs)) / 1000;
      countedMs = ms;
    };
    const sensor: Sensor = {
      ...{ label: 'Board', details: '', scope: 'board', key: 'board', unitJoules: 1e-3 },
      ...{ power: null, state: null, processes: null },
      counter: {
        label: 'counter',
        read: async () => {
          const tickMs = 20 * Math.floor(time.nowMs() / 20);
          if (tickMs > countedMs) countTo(tickMs);
          return { ok: true, value: joules };
        },
      },
      close: async () => undefined,
    };
    const run = async (variant: never, durationMs: number) => {
      countTo(time.nowMs());
      watts = 180;
      await time.playTo(time.nowMs() + durationMs);
      countTo(time.nowMs());
      watts = 80;
      return { ok: true as const, value: { variant, completions: [] } };
    };
    const candidate = { sensor, name: null, handles: ['0'], refusal: null };
    const late = { nowMs: time.nowMs, sleep: (ms: number) => time.sleep(ms + 20 * random.next()) };
    const opened = await openSensor('nvml', [candidate], {
      device: { info: standInInfo, run: run as never },
      time: late,
    });
    expect(opened.ok && opened.reason).toContain('four loads showed in its power');
  });
});

describe('a planted +5 % at a margin of 3 %', () => {
  it.each(
    sampled([
      [0, 300],
      [1000, 0],
      [2000, 1000],
      [0, 2000],
    ]),
  )('on a sensor that is %d ms late and forgets with %d ms is found, or refused', async (lagMs, tauMs) => {
    const gpu = new SimulatedGpu({
      ...{ seed: 3, processes: { latencySd: 0.003, wattsSd: 0.003 } },
      sensor: { kind: 'power', periodMs: 100, sampledMs: 100, noise: 0.003, lagMs, tauMs },
      cost: ({ id }) => ({ latencyMs: 0.8, watts: 420 * (id === 'kernel H' ? 1.05 : 1) }),
    });
    const opened = await gpu.openMeter().catch((error: Error) => error.message);
    if (typeof opened === 'string') {
      expect(opened).toMatch(/its readings follow a load only after \d+\.\d s/);
      return;
    }
    const { info } = await gpu.openDevice();
    const options = measureOptions({ device: info, meter: opened.info, purpose: 'judge' });
    const { judgements } = await compareOn(
      gpu,
      [{ kernel: 'kernel' }, { kernel: 'copy', sentinel: true }],
      options,
    );
    expect(judgements[0]?.verdict).toBe('regressed');
  });
});
