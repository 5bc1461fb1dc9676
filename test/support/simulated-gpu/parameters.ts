import type { Variant, VariantFailure } from '../../../src/kernel/index.ts';

/**
 * What a launch of a variant truly costs on a board at its reference state: full clock, 60 degrees, a process without an
 * offset.
 */
export interface TrueCost {
  readonly latencyMs: number;
  /** Board power while it runs, idle power included. */
  readonly watts: number;
  /** Launches of at least 1 ms may draw power unevenly: parts of the launch that add up to 1, and their share of `watts`. */
  readonly phases?: readonly { readonly part: number; readonly factor: number }[];
}

/** The sensor on the board. */
export interface SensorParameters {
  /** `counter`: joules are read. `power`: watts are read, and the meter adds them up. */
  readonly kind: 'counter' | 'power';
  /** How often it has something new. NVML: 100 ms on A100, H100, H200 and Ada, 20 ms on Volta (arXiv 2312.02741). */
  readonly periodMs: number;
  /** How much of every period it sees, at its end. 25 of 100 ms on A100, H100 and H200, all of it on Ada (same). */
  readonly sampledMs: number;
  /** Relative sd of an update. 1 % is what the bar of the project asks for; no source states one. */
  readonly noise: number;
  /** Smallest step of the counter. 1 mJ with NVML (its documentation). */
  readonly unitJoules: number;
  /** Its readings are those of so long ago, */
  readonly lagMs: number;
  /** and a running mean that forgets with this time constant; 0: none. */
  readonly tauMs: number;
  /** When the first update is; anything, since nothing synchronises a sensor with a process. */
  readonly phaseMs: number;
}

/** How processes of one machine differ for as long as they live. */
export interface ProcessParameters {
  /** Relative sd of latency between processes: memory layout, caches. newton #2534: bimodal between, 0.05 ms within. */
  readonly latencySd: number;
  /** Relative sd of power above idle between processes. */
  readonly wattsSd: number;
  /** Part of the processes that get the slow one of two clock states, and how much longer they take. */
  readonly slowPart: number;
  readonly slowBy: number;
  /** What the n-th process (from 0) costs beside that, as factors on latency and on power above idle. */
  readonly offset: (process: number) => { readonly latency: number; readonly watts: number };
}

/** Everything about a simulated GPU and its host. Defaults are in `defaultParameters`. */
export interface GpuParameters {
  readonly seed: number;
  /** A failure is what `prepare` answers. */
  readonly cost: (variant: Variant) => TrueCost | VariantFailure;
  /** An H200 at rest draws some 75-80 W. */
  readonly idleWatts: number;
  /** 700 W on an H100 or H200 (SXM). Above it the clock gives way. */
  readonly powerLimitWatts: number;
  /** 1980 and 2619 MHz on an H200 (SXM) at full load. */
  readonly smMhz: number;
  readonly memoryMhz: number;
  readonly ambientCelsius: number;
  /** Heating at a steady power: 30 + 0.06 x 500 W = 60 degrees (inferred: boards run at 50-70 degrees at full load). */
  readonly celsiusPerWatt: number;
  /** Time constant of die and heat sink together (inferred: boards settle within half a minute). */
  readonly thermalTimeMs: number;
  /** Leakage: more power per degree, as a part of the power above idle (inferred: some 0.1 % a degree). */
  readonly leakagePerCelsius: number;
  /** Above this the clock falls to `throttledPart`, and the board says `software thermal slowdown`. */
  readonly throttleCelsius: number;
  readonly throttledPart: number;
  /** Slow wander of the whole machine, latency and power: Rapid-MLX #1547 saw 13.8 % in 14 hours. */
  readonly drift: { readonly part: number; readonly periodMs: number };
  /** Relative sd of the latency of one batch of launches. */
  readonly launchNoise: number;
  readonly processes: ProcessParameters;
  readonly sensor: SensorParameters;
  /** The host notices a finished batch, and queues the next one, this much later on the mean (exponential). */
  readonly noticeMs: number;
  /** Now and then (part of the batches) something holds it up for longer. */
  readonly stallPart: number;
  readonly stallMs: number;
  /** Opening a process takes 0.26 s, on lavapipe (facts.md). */
  readonly openMs: number;
  readonly timerResolutionMs: number;
}

/** What a test says about a GPU; the rest is as it is by default. */
export interface GpuSettings
  extends Partial<Omit<GpuParameters, 'sensor' | 'processes' | 'cost'>>,
    Pick<GpuParameters, 'cost'> {
  readonly sensor?: Partial<SensorParameters>;
  readonly processes?: Partial<ProcessParameters>;
}

/** A data-centre board with a sensor that sees a quarter of the time, on a host that is quiet but not silent. */
export function withDefaults(settings: GpuSettings): GpuParameters {
  return {
    seed: 1,
    idleWatts: 80,
    powerLimitWatts: 700,
    smMhz: 1980,
    memoryMhz: 2619,
    ambientCelsius: 30,
    celsiusPerWatt: 0.06,
    thermalTimeMs: 15_000,
    leakagePerCelsius: 0.001,
    throttleCelsius: 87,
    throttledPart: 0.8,
    drift: { part: 0, periodMs: 600_000 },
    launchNoise: 0.005,
    noticeMs: 0.3,
    stallPart: 0.002,
    stallMs: 10,
    openMs: 260,
    timerResolutionMs: 0.001,
    ...settings,
    processes: {
      latencySd: 0,
      wattsSd: 0,
      slowPart: 0,
      slowBy: 0.05,
      offset: () => ({ latency: 1, watts: 1 }),
      ...settings.processes,
    },
    sensor: {
      kind: 'counter',
      periodMs: 100,
      sampledMs: 25,
      noise: 0.01,
      lagMs: 0,
      tauMs: 0,
      unitJoules: 0.001,
      phaseMs: 37,
      ...settings.sensor,
    },
  };
}
