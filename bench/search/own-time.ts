import type { LatencyMeasurement } from '../../src/measure/index.ts';
import { runSearch } from '../../src/search/index.ts';
import { type Configuration, createSpace } from '../../src/space/index.ts';
import { round } from './methodology.ts';

const trials = 1000;

/** A space of 6^3 * 4^4 * 2 = 110,592 points, of which one in seven fails. */
const space = createSpace({
  tunables: [
    ...['A', 'B', 'C'].map((name) => ({ name, values: [1, 2, 4, 8, 16, 32] })),
    ...['D', 'E', 'F', 'G'].map((name) => ({ name, values: [1, 2, 4, 8] })),
    { name: 'H', values: [false, true] },
  ],
  constraints: [],
});

function latencyMs(configuration: Configuration): number {
  let log = configuration.H === true ? 0 : 0.2;
  for (const [i, name] of ['A', 'B', 'C', 'D', 'E', 'F', 'G'].entries()) {
    const value = Math.log2(Number(configuration[name]));
    log += 0.08 * (value - 2) ** 2 + 0.15 * Math.sin(3 * value + i);
  }
  return Math.exp(log);
}

const fails = (configuration: Configuration) => Number(configuration.A) * Number(configuration.B) > 256;

/** The search's own time. */
export interface OwnTime {
  readonly objective: string;
  readonly points: number;
  readonly trials: number;
  readonly millisecondsPerTrial: number;
}

/** What a trial costs besides the device, at a thousand trials in a space of 10^5, for the objectives that cost most. */
export async function ownTime(): Promise<readonly OwnTime[]> {
  const results: OwnTime[] = [];
  for (const [name, objective] of [
    ['latency', { minimize: 'latency' }],
    ['energy within 5 % of the fastest', { minimize: 'energy', latencySlack: 0.05 }],
  ] as const) {
    // Processor time: other work on the machine does not count.
    const startedAt = process.cpuUsage();
    const result = await runSearch({
      space,
      trials: {
        measuresEnergy: true,
        features: async () => null,
        latency: async (configuration) => {
          if (fails(configuration)) return { ok: false, failure: { kind: 'compile', message: 'too large' } };
          const medianMs = latencyMs(configuration);
          const value: LatencyMeasurement = {
            medianMs,
            relativeSpread: 0,
            samplesMs: [medianMs],
            launchesPerSample: 1,
          };
          return { ok: true, value };
        },
        energy: async (configuration) => {
          const seconds = latencyMs(configuration) / 1000;
          const watts = 80 + 10 * Math.log2(Number(configuration.C) * Number(configuration.D));
          return {
            ok: true,
            value: {
              joules: watts * seconds,
              netJoules: null,
              watts,
              launches: 1,
              seconds,
              estimated: false,
              relativeResolution: 0,
            },
          };
        },
      },
      objective,
      budget: { trials, seconds: Number.POSITIVE_INFINITY },
      seed: 1,
      start: [],
      costModel: null,
      clock: { nowMs: () => 0 },
      patience: Number.POSITIVE_INFINITY,
    });
    const { user, system } = process.cpuUsage(startedAt);
    const spent = (user + system) / 1000;
    results.push({
      objective: name,
      points: space.rawSize,
      trials: result.measurements.length,
      millisecondsPerTrial: round(spent / result.measurements.length, 2),
    });
  }
  return results;
}
