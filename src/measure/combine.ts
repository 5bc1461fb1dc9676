import type { BoardConditions } from './ports.ts';
import { relativeErrorOf } from './precision.ts';
import type { EnergyMeasurement } from './types.ts';
import type { WindowCut } from './window.ts';

/** A window that counts. */
export type GoodCut = WindowCut & { readonly ok: true };

/** Several windows of one variant as one: their energies and launches added up. At least one. */
export function combineCuts(cuts: readonly GoodCut[]): EnergyMeasurement {
  const [only, ...others] = cuts.map(({ energy }) => energy);
  if (only === undefined) throw new RangeError('combineCuts: no window');
  if (others.length === 0) return only;
  const windows = [only, ...others];
  const launches = sumOf(windows.map((window) => window.launches));
  const seconds = sumOf(windows.map((window) => window.seconds));
  const total = sumOf(windows.map((window) => window.joules * window.launches));
  const net = windows.map((window) => window.netJoules);
  const byEnergy = windows.map((window) => window.joules * window.launches);
  const disagreement = weightedOrNull(
    windows.map((window) => window.disagreement ?? null),
    byEnergy,
  );
  const conditions = meanConditions(windows.map((window) => window.conditions ?? null));
  return {
    joules: total / launches,
    netJoules: weightedOrNull(
      net,
      windows.map((window) => window.launches),
    ),
    watts: total / seconds,
    launches,
    seconds,
    estimated: only.estimated,
    // Each window has its own two ends, and what they hide may add up.
    relativeResolution:
      sumOf(windows.map((window, i) => window.relativeResolution * (byEnergy[i] as number))) / total,
    relativeError: relativeErrorOf(cuts.flatMap(({ series }) => series)),
    ...(disagreement === null ? {} : { disagreement }),
    ...(conditions === null ? {} : { conditions }),
    ...(only.power === undefined ? {} : { power: only.power }),
  };
}

/** Field by field the mean of what is known; null if nothing is. */
export function meanConditions(all: readonly (BoardConditions | null)[]): BoardConditions | null {
  const known = all.filter((conditions) => conditions !== null);
  if (known.length === 0) return null;
  const meanOf = (field: keyof BoardConditions) => {
    const values = known.map((conditions) => conditions[field]).filter((value) => value !== null);
    return values.length === 0 ? null : sumOf(values) / values.length;
  };
  return {
    smMhz: meanOf('smMhz'),
    memoryMhz: meanOf('memoryMhz'),
    celsius: meanOf('celsius'),
    powerCappedPart: meanOf('powerCappedPart'),
  };
}

/** null if one value is missing. */
function weightedOrNull(values: readonly (number | null)[], weights: readonly number[]): number | null {
  let sum = 0;
  for (const [i, value] of values.entries()) {
    if (value === null) return null;
    sum += value * (weights[i] as number);
  }
  return sum / sumOf(weights);
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
