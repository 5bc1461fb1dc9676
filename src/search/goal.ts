import type { Objective } from '../manifest/index.ts';

/**
 * What the search minimises, in logarithms: `latencyPower * log(ms) + wattPower * log(W)`. Energy is latency times mean
 * power, the energy-delay product is energy times latency; so both follow from one latency and one power model.
 */
export interface Goal {
  readonly latencyPower: 1 | 2;
  readonly wattPower: 0 | 1;
  /** Latency may exceed the fastest one's by this share; Infinity where there is no such limit. */
  readonly latencySlack: number;
}

/** The goal of an objective; latency where energy cannot be measured. */
export function goalOf(objective: Objective, measuresEnergy: boolean): Goal {
  if (objective.minimize === 'energy' && measuresEnergy) {
    return { latencyPower: 1, wattPower: 1, latencySlack: objective.latencySlack };
  }
  if (objective.minimize === 'edp' && measuresEnergy) {
    return { latencyPower: 2, wattPower: 1, latencySlack: Number.POSITIVE_INFINITY };
  }
  return { latencyPower: 1, wattPower: 0, latencySlack: Number.POSITIVE_INFINITY };
}

/** Objective value in its unit: milliseconds, joules, or joule-seconds. null if energy is needed and unknown. */
export function objectiveValue(goal: Goal, latencyMs: number, joules: number | null): number | null {
  if (goal.wattPower === 0) return latencyMs;
  if (joules === null) return null;
  return goal.latencyPower === 1 ? joules : (joules * latencyMs) / 1000;
}
