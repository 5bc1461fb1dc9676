import type { EnergyMeasurement, LatencyMeasurement } from '../../src/measure/index.ts';
import type { SearchTask, Trials } from '../../src/search/index.ts';
import { type Configuration, type Constraint, createSpace, type Space } from '../../src/space/index.ts';

/** A kernel as a formula: what a configuration costs, null where it does not work. */
export interface SyntheticKernel {
  readonly space: Space;
  latencyMs(configuration: Configuration): number | null;
  watts(configuration: Configuration): number;
}

const value = (configuration: Configuration, name: string) => Number(configuration[name]);

/** Two thirds of its 3,072 points are valid; the best ones want a workgroup of 128 and a tile of 4. */
export function tiledKernel(constraints: readonly Constraint[] = []): SyntheticKernel {
  const space = createSpace({
    tunables: [
      { name: 'WORKGROUP', values: [16, 32, 64, 128, 256, 512] },
      { name: 'TILE_X', values: [1, 2, 4, 8] },
      { name: 'TILE_Y', values: [1, 2, 4, 8] },
      { name: 'UNROLL', values: [1, 2, 4, 8] },
      { name: 'LAYOUT', values: ['row', 'column', 'blocked', 'swizzled'] },
      { name: 'VECTORIZE', values: [false, true] },
    ],
    constraints,
  });
  const layouts: Record<string, number> = { row: 0.3, column: 0.6, blocked: 0, swizzled: 0.2 };
  return {
    space,
    latencyMs(configuration) {
      // Too much private memory: does not compile.
      if (value(configuration, 'TILE_X') * value(configuration, 'TILE_Y') > 16) return null;
      const workgroup = Math.log2(value(configuration, 'WORKGROUP')) - 7;
      const tileX = Math.log2(value(configuration, 'TILE_X')) - 2;
      const tileY = Math.log2(value(configuration, 'TILE_Y')) - 2;
      const unroll = Math.log2(value(configuration, 'UNROLL')) - 1;
      const layout = layouts[String(configuration.LAYOUT)] ?? 0;
      const vectorize = configuration.VECTORIZE === true ? 0 : 0.25;
      return (
        2 *
        Math.exp(
          0.15 * workgroup ** 2 +
            0.2 * tileX ** 2 +
            0.12 * tileY ** 2 +
            0.05 * unroll ** 2 +
            layout +
            vectorize,
        )
      );
    },
    // Wide workgroups and unrolled loops draw more power, so that the fastest is not the thriftiest.
    watts: (configuration) =>
      100 +
      15 * Math.log2(value(configuration, 'WORKGROUP')) +
      25 * Math.log2(value(configuration, 'UNROLL')),
  };
}

/** What was asked of a `SyntheticTrials`, in order. */
export interface Calls {
  readonly latency: Configuration[];
  readonly energy: Configuration[];
}

export interface SyntheticTrials extends Trials {
  readonly calls: Calls;
}

/** Answers by the kernel's formulas, and remembers what it was asked. */
export function syntheticTrials(kernel: SyntheticKernel, options: Partial<Trials> = {}): SyntheticTrials {
  const calls: Calls = { latency: [], energy: [] };
  return {
    measuresEnergy: true,
    features: async () => null,
    latency: async (configuration) => {
      calls.latency.push(configuration);
      const latencyMs = kernel.latencyMs(configuration);
      return latencyMs === null
        ? { ok: false, failure: { kind: 'compile', message: 'too much private memory' } }
        : { ok: true, value: latencyOf(latencyMs) };
    },
    energy: async (configuration) => {
      calls.energy.push(configuration);
      return { ok: true, value: energyOf(kernel.latencyMs(configuration) ?? 0, kernel.watts(configuration)) };
    },
    ...options,
    calls,
  };
}

export function latencyOf(medianMs: number): LatencyMeasurement {
  return { medianMs, relativeSpread: 0, samplesMs: [medianMs], launchesPerSample: 1 };
}

export function energyOf(latencyMs: number, watts: number): EnergyMeasurement {
  const seconds = latencyMs / 1000;
  return {
    joules: watts * seconds,
    netJoules: null,
    watts,
    launches: 1,
    seconds,
    estimated: false,
    relativeResolution: 0,
  };
}

/** A search of `kernel` with all that a test does not care about filled in. */
export function searchTask(kernel: SyntheticKernel, change: Partial<SearchTask> = {}): SearchTask {
  return {
    space: kernel.space,
    trials: syntheticTrials(kernel),
    objective: { minimize: 'energy', latencySlack: 0.1 },
    budget: { trials: 96, seconds: 3600 },
    seed: 1,
    start: [],
    costModel: null,
    clock: { nowMs: () => 0 },
    ...change,
  };
}

/** Everything that works, with its cost. */
export function everything(kernel: SyntheticKernel) {
  return [...kernel.space.enumerate()].flatMap((point) => {
    const configuration = kernel.space.configuration(point);
    const latencyMs = kernel.latencyMs(configuration);
    if (latencyMs === null) return [];
    return [{ configuration, latencyMs, joules: (kernel.watts(configuration) * latencyMs) / 1000 }];
  });
}
