import type { ReportRetune } from '../schema/index.ts';
import type { SearchResult } from '../search/index.ts';
import type { Final } from './finals.ts';
import { medianOrNull } from './median-or-null.ts';
import type { WorkloadSearch } from './search-workload.ts';

export type RetunedKernel = ReportRetune['kernels'][number];

/** Curves in a report are thinned to this many points. */
const maxCurvePoints = 1000;

/** Failed configurations by kind. */
export function countFailures(result: SearchResult): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { failure } of result.measurements) {
    if (failure !== null) counts[failure.kind] = (counts[failure.kind] ?? 0) + 1;
  }
  return counts;
}

/** A curve with so few points that a report can hold it; the last one is always kept. */
export function thinned(curve: readonly (number | null)[]): (number | null)[] {
  const step = Math.max(1, Math.ceil(curve.length / maxCurvePoints));
  return curve.filter((_, at) => (curve.length - 1 - at) % step === 0);
}

/** The Pareto front as a report holds it. */
export function describePareto(result: SearchResult): RetunedKernel['pareto'] {
  return result.pareto
    .slice(0, maxCurvePoints)
    .flatMap(({ configuration, latency, energy }) =>
      latency === null || energy === null
        ? []
        : [{ configuration, latencyMs: latency.medianMs, joules: energy.joules }],
    );
}

function describeOutcome(search: WorkloadSearch, final: Final | null): string {
  if (search.result.best === null) return 'no configuration works; see the failures';
  if (search.result.stopped === 'interrupted') return 'interrupted; the next retune goes on from here';
  if (final === null) return 'not compared with the previous configuration';
  return final.selection.index === 0
    ? `kept: ${final.selection.reason}`
    : `replaced: ${final.selection.reason}`;
}

/**
 * One kernel and workload of a retune report. Costs are those of the finals, measured side by side, where there were
 * any, else the search's own.
 */
export function retunedKernel(search: WorkloadSearch, final: Final | null): RetunedKernel {
  const { kernel, workload, result, space } = search;
  const index = final?.selection.index ?? 0;
  const chosen = final?.samples[index] ?? null;
  const incumbent = final?.samples[0] ?? null;
  const best = final === null ? result.best : null;
  const incumbentId = space.point(search.incumbent);
  const known = result.measurements.find(
    (measurement) =>
      measurement.failure === null &&
      incumbentId !== null &&
      space.id(space.point(measurement.configuration) ?? incumbentId) === space.id(incumbentId),
  );
  const latencyMs =
    medianOrNull(chosen?.latencyMs ?? []) ?? best?.latency?.medianMs ?? known?.latency?.medianMs ?? null;
  const joules = medianOrNull(chosen?.joules ?? []) ?? best?.energy?.joules ?? known?.energy?.joules ?? null;
  const beforeLatencyMs = medianOrNull(incumbent?.latencyMs ?? []);
  const size = space.count(1_000_000);
  const objective = kernel.objective;
  return {
    kernel: kernel.name,
    workload: workload.name,
    file: kernel.position.file,
    line: kernel.position.line,
    objective: objective.minimize,
    latencySlack:
      objective.minimize === 'energy' && Number.isFinite(objective.latencySlack)
        ? objective.latencySlack
        : null,
    configuration:
      latencyMs === null ? null : (final?.contenders[index] ?? best?.configuration ?? search.incumbent),
    previousConfiguration: search.incumbent,
    latencyMs,
    joules,
    estimated: result.measurements.some((measurement) => measurement.energy?.estimated === true),
    before:
      beforeLatencyMs === null
        ? null
        : { latencyMs: beforeLatencyMs, joules: medianOrNull(incumbent?.joules ?? []) },
    energyRatio: final?.selection.energyRatio ?? null,
    latencyRatio: final?.selection.latencyRatio ?? null,
    trials: result.measurements.length,
    energyMeasurements: result.energyMeasurements,
    failures: countFailures(result),
    spaceSize: size,
    seed: search.seed,
    stopped: result.stopped,
    seconds: search.seconds,
    convergence: thinned(result.convergence),
    pareto: describePareto(result),
    reason: describeOutcome(search, final),
  };
}
