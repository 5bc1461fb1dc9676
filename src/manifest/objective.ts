import type { ManifestObjective } from '../schema/index.ts';

export type ObjectiveName = ManifestObjective['minimize'];

export type Objective =
  | { readonly minimize: 'energy'; readonly latencySlack: number }
  | { readonly minimize: Exclude<ObjectiveName, 'energy'> };

interface Powers {
  readonly energy: number;
  readonly latency: number;
  /** Unit of the product of both powers. */
  readonly unit: string;
  /** That unit's latency, in milliseconds. */
  readonly latencyUnitMs: number;
}

/** What an objective minimises: energy and latency, each to a power. */
export const objectives = {
  energy: { energy: 1, latency: 0, unit: 'J', latencyUnitMs: 1000 },
  latency: { energy: 0, latency: 1, unit: 'ms', latencyUnitMs: 1 },
  edp: { energy: 1, latency: 1, unit: 'J s', latencyUnitMs: 1000 },
  ed2p: { energy: 1, latency: 2, unit: 'J s²', latencyUnitMs: 1000 },
} as const satisfies Readonly<Record<ObjectiveName, Powers>>;

/** Whether it cannot be told without energy. */
export function needsEnergy(minimize: ObjectiveName): boolean {
  return objectives[minimize].energy > 0;
}

/** The objective itself; latency where it needs energy and none can be measured. */
export function measurableObjective(objective: Objective, measuresEnergy: boolean): Objective {
  return measuresEnergy || !needsEnergy(objective.minimize) ? objective : { minimize: 'latency' };
}

/** Share by which latency may exceed the fastest one's; Infinity where there is no such limit. */
export function latencySlackOf(objective: Objective): number {
  return objective.minimize === 'energy' ? objective.latencySlack : Number.POSITIVE_INFINITY;
}

/** Of ratios or values of energy and latency, the product to the objective's powers; null if one that counts is unknown. */
export function weighObjective(
  minimize: ObjectiveName,
  cost: { readonly energy: number | null; readonly latency: number | null },
): number | null {
  const { energy, latency } = objectives[minimize];
  if ((energy > 0 && cost.energy === null) || (latency > 0 && cost.latency === null)) return null;
  return (cost.energy ?? 1) ** energy * (cost.latency ?? 1) ** latency;
}

/** The objective's value in its unit; null if what it needs is unknown. */
export function objectiveValue(
  minimize: ObjectiveName,
  { latencyMs, joules }: { readonly latencyMs: number | null; readonly joules: number | null },
): number | null {
  const { latencyUnitMs } = objectives[minimize];
  return weighObjective(minimize, {
    energy: joules,
    latency: latencyMs === null ? null : latencyMs / latencyUnitMs,
  });
}
