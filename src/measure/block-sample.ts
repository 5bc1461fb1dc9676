import type { VariantFailure } from '../kernel/index.ts';
import { mean, moments } from '../stats/index.ts';
import { blockWindowOf } from './block-window.ts';
import { meanResetShares } from './resets.ts';
import type { Turn } from './turn.ts';
import type { Arm, BlockSample, TurnSpread } from './types.ts';

/** An arm's turns in a block. */
export interface ArmTurns {
  readonly sample: Pick<BlockSample, 'kernel' | 'workload' | 'arm' | 'block' | 'phase'>;
  readonly turns: readonly Turn[];
  /** Fresh processes that they were taken in. */
  readonly processes: number;
  /** See `TurnSpread`. */
  readonly seconds: number;
  /** Of all arms of the subject. */
  readonly failures: ReadonlyMap<Arm, VariantFailure>;
}

/** An arm's turns as one sample. A missing turn voids it: half of A B B A no longer cancels drift. */
export function toSample({ sample, turns, processes, seconds, failures }: ArmTurns): BlockSample {
  const voidReasons = [...new Set(turns.flatMap((turn) => turn.voidReasons))];
  const own = failures.get(sample.arm);
  const other = failures.get('B') === undefined ? 'H' : 'B';
  if (own !== undefined) voidReasons.push(`${own.kind}: ${own.message}`);
  else if (failures.has(other)) voidReasons.push(`not measured because arm ${other} failed`);
  const failed = own !== undefined || failures.has(other);
  const window = blockWindowOf(turns);
  const reset = meanResetShares(turns.map((turn) => turn.reset));
  const latencies = turns.map((turn) => turn.latencyMs);
  const energies = turns.map((turn) => turn.energy?.joules ?? null);
  return {
    ...sample,
    latencyMs: failed ? null : meanOrNull(latencies),
    joules: failed ? null : meanOrNull(energies),
    latencyResolution: Math.max(0, ...turns.map((turn) => turn.latencyResolution)),
    energyResolution: Math.max(0, ...turns.map((turn) => turn.energy?.relativeResolution ?? 0)),
    voidReasons,
    ...(failed ? {} : { turns: spreadOf({ latencies, energies, processes, seconds }) }),
    ...(reset === null || failed ? {} : { reset }),
    ...(window === null || failed ? {} : { window }),
  };
}

function spreadOf(turns: {
  readonly latencies: readonly (number | null)[];
  readonly energies: readonly (number | null)[];
  readonly processes: number;
  readonly seconds: number;
}): TurnSpread {
  const { latencies, energies, processes, seconds } = turns;
  return {
    count: latencies.length,
    processes,
    seconds,
    latencySd: sdOrNull(latencies),
    energySd: sdOrNull(energies),
  };
}

/** Mean of the turns; null if one of them is missing. */
function meanOrNull(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length > 0 && known.length === values.length ? mean(known) : null;
}

/** Standard deviation of a turn over the mean; null if one of them is missing. */
function sdOrNull(values: readonly (number | null)[]): number | null {
  const middle = meanOrNull(values);
  if (middle === null || values.length < 2) return null;
  return moments(values.filter((value) => value !== null)).standardDeviation / middle;
}
