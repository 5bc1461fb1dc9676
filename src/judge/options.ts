import type { BlockSample } from '../measure/index.ts';
import type { Metric, Network, Subject } from './types.ts';

/** How strict judging is. Everything has the default that design and documents state. */
export interface JudgeOptions {
  /** Level of every test; 0.05. */
  readonly alpha?: number;
  /** Smallest change worth calling an improvement; 0.01. */
  readonly improvedBy?: number;
  /**
   * Noise floor of the device as a relative change (0.04: 4 %), see `noiseFloorOf`; null where unknown. It may widen a
   * margin up to twofold, and excuses what cannot be decided even then; it never takes back a red.
   */
  readonly noiseFloor?: Readonly<Record<Metric, number | null>>;
  /**
   * What earlier attempts at the same comparisons measured, oldest first: their blocks count as evidence, and each
   * attempt may spend less of the level than the one before.
   */
  readonly earlier?: readonly (readonly BlockSample[])[];
  /** Networks of the subjects; none unless given. */
  readonly networks?: readonly Network[];
  /** How the machine changed while it was measured (`the driver is another one`); null if it did not. */
  readonly machineChanged?: string | null;
}

/** Blocks of a phase are measured again for void ones until this many times the wanted number were tried. */
export const attemptsFactor = 2;

export function withDefaults(options: JudgeOptions): Required<JudgeOptions> {
  return {
    alpha: 0.05,
    improvedBy: 0.01,
    noiseFloor: { energy: null, latency: null },
    earlier: [],
    networks: [],
    machineChanged: null,
    ...options,
  };
}

/** Whether a metric of a subject may fail the run. */
export function mayGate(subject: Subject, metric: Metric): boolean {
  return !subject.sentinel && isTrusted(subject, metric);
}

/** Energy that is estimated, or of more than the GPU, says something only where the manifest says that it does. */
export function isTrusted({ gate, energyEstimated, energyShared }: Subject, metric: Metric): boolean {
  if (metric === 'latency') return true;
  const { allowEstimated, allowShared } = gate.energy;
  return (!energyEstimated || allowEstimated) && (energyShared !== true || allowShared === true);
}

/** The margin that applies, as a relative change. */
export interface EffectiveMargin {
  readonly margin: number;
  readonly widened: boolean;
  /** The device's noise exceeds twice the margin: what cannot be decided is the machine's doing. */
  readonly tooNoisy: boolean;
}

export function effectiveMargin(
  subject: Subject,
  metric: Metric,
  { noiseFloor }: Required<JudgeOptions>,
): EffectiveMargin {
  const margin = subject.gate[metric].margin;
  const floor = noiseFloor[metric] ?? 0;
  return {
    // Twofold at most: the floor comes from what is kept between runs, which others on the runner may have written.
    margin: Math.min(Math.max(margin, floor), 2 * margin),
    widened: floor > margin,
    tooNoisy: floor > 2 * margin,
  };
}
