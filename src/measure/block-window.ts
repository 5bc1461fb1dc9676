import { mean } from '../stats/index.ts';
import { meanConditions } from './combine.ts';
import type { Turn } from './turn.ts';
import type { BlockWindow } from './types.ts';

/** The windows of an arm's turns as one; null if a turn has none. */
export function blockWindowOf(turns: readonly Turn[]): BlockWindow | null {
  const energies = turns.map(({ energy }) => energy).filter((energy) => energy !== null);
  if (energies.length === 0 || energies.length < turns.length) return null;
  const seconds = energies.reduce((sum, energy) => sum + energy.seconds, 0);
  const nets = energies.map(({ netJoules }) => netJoules).filter((net) => net !== null);
  const errors = energies.map(({ relativeError = null }) => relativeError);
  const disagreements = energies
    .map(({ disagreement = null }) => disagreement)
    .filter((disagreement) => disagreement !== null)
    .sort((a, b) => Math.abs(b) - Math.abs(a));
  const shares = turns.map(({ busyShare }) => busyShare).filter((share) => share !== null);
  return {
    seconds,
    launches: energies.reduce((sum, energy) => sum + energy.launches, 0),
    watts: energies.reduce((sum, energy) => sum + energy.watts * energy.seconds, 0) / seconds,
    netJoules: nets.length < energies.length ? null : mean(nets),
    // The sample's energy is the mean of the turns', whose errors are independent.
    relativeError: errors.some((error) => error === null)
      ? null
      : Math.hypot(...errors.filter((error) => error !== null)) / errors.length,
    disagreement: disagreements[0] ?? null,
    busyShare: shares.length === 0 ? null : Math.min(...shares),
    conditions: meanConditions(energies.map(({ conditions = null }) => conditions)),
  };
}
