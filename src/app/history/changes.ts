import { changePoints } from '../../judge/index.ts';
import type { HistoryChange } from '../../schema/index.ts';
import type { StateEntry } from '../../store/index.ts';
import { medianOrNull } from '../project/index.ts';

/** What is looked at over the nights. */
export type Metric = HistoryChange['metric'];

export const metrics: readonly Metric[] = ['latency', 'energy'];

/** Nights in which change points are looked for: shuffling takes time with the square of it. */
const maxSearched = 120;

/** Milliseconds or joules a launch; null if it was not measured. */
export function costOf(entry: Pick<StateEntry, 'latencyMs' | 'joules'>, metric: Metric): number | null {
  return metric === 'latency' ? entry.latencyMs : entry.joules;
}

/**
 * The change points of a metric over the nights that have it, oldest first; looked for in the last 120 of them.
 * @param series of one kernel and workload, oldest first
 */
export function changesOf(series: readonly StateEntry[], metric: Metric): readonly HistoryChange[] {
  const known = series.filter((entry) => costOf(entry, metric) !== null).slice(-maxSearched);
  const costs = known.map((entry) => costOf(entry, metric) ?? Number.NaN);
  const found = changePoints(costs.map(Math.log));
  return found.flatMap(({ at, p }, i) => {
    const entry = known[at];
    const previous = known[at - 1];
    const before = medianOrNull(costs.slice(found[i - 1]?.at ?? 0, at));
    const after = medianOrNull(costs.slice(at, found[i + 1]?.at));
    if (entry === undefined || previous === undefined || before === null || after === null) return [];
    return [
      {
        metric,
        at: entry.at,
        commit: entry.commit,
        previousCommit: previous.commit,
        ratio: after / before,
        p,
        driverChanged: entry.driver !== previous.driver || entry.device !== previous.device,
      },
    ];
  });
}
