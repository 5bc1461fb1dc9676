import { ExitCode } from '../../errors/index.ts';
import { isSelfJudged, latencySlackOf, type Objective, objectiveValue } from '../../manifest/index.ts';
import { type Measurement, resetShares } from '../../measure/index.ts';
import type { ReportRetune } from '../../schema/index.ts';
import type { SearchResult } from '../../search/index.ts';
import type { Configuration } from '../../space/index.ts';
import type { PassTable } from '../laboratory/index.ts';
import { medianOrNull } from '../project/index.ts';
import type { Final, WorkloadSearch } from '../tuning/index.ts';
import { searchEvidence } from './evidence.ts';

export type RetunedKernel = ReportRetune['kernels'][number];

/** Curves in a report are thinned to this many points. */
const maxCurvePoints = 1000;

const maxExamples = 20;

/** Failed configurations by kind. */
export function countFailures(result: SearchResult): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { failure } of result.measurements) {
    if (failure !== null) counts[failure.kind] = (counts[failure.kind] ?? 0) + 1;
  }
  return counts;
}

/** The first failure of each kind, with its place: what a user needs to find the fault. */
export function failureExamples(result: SearchResult): NonNullable<RetunedKernel['failureExamples']> {
  const seen = new Set<string>();
  return result.measurements
    .flatMap(({ configuration, failure }) => {
      if (failure === null || seen.has(failure.kind)) return [];
      seen.add(failure.kind);
      return [
        {
          kind: failure.kind,
          message: failure.message.slice(0, 2000),
          file: failure.file ?? null,
          line: failure.line ?? null,
          configuration,
        },
      ];
    })
    .slice(0, maxExamples);
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

/** Of the first trials, which what ships here and on other devices is among, and of the best, this many are told. */
const comparedFirst = 8;
const comparedBest = 24;

/** What devices can be compared by; each once. */
function comparedOf({ result, objective }: WorkloadSearch): NonNullable<RetunedKernel['compared']> {
  const worked = result.measurements.filter(({ latency }) => latency !== null);
  const cost = ({ latency, energy }: Measurement) =>
    objectiveValue(objective.minimize, {
      latencyMs: latency?.medianMs ?? null,
      joules: energy?.joules ?? null,
    }) ?? Number.POSITIVE_INFINITY;
  const best = [...worked].sort((a, b) => cost(a) - cost(b)).slice(0, comparedBest);
  return [...new Set([...worked.slice(0, comparedFirst), ...best])].map(
    ({ configuration, latency, energy }) => ({
      configuration,
      latencyMs: latency?.medianMs ?? 0,
      joules: energy?.joules ?? null,
    }),
  );
}

function describeOutcome(final: Final): string {
  const { incumbentFailure, selection, contenders } = final;
  if (contenders.length === 0) return 'no configuration works; see the failures';
  if (incumbentFailure !== null)
    return `replaced: the previous configuration fails (${incumbentFailure.kind})`;
  return selection.index === 0 ? `kept: ${selection.reason}` : `replaced: ${selection.reason}`;
}

interface Choice {
  readonly configuration: Configuration | null;
  readonly cost: { readonly latencyMs: number | null; readonly joules: number | null };
  readonly before: RetunedKernel['before'];
  readonly reason: string;
}

function costIn(measurement: Measurement | undefined): Choice['cost'] {
  return {
    latencyMs: measurement?.latency?.medianMs ?? null,
    joules: measurement?.energy?.joules ?? null,
  };
}

/** Costs are those of the finals, measured side by side, where there were any, else the search's own. */
function choose(search: WorkloadSearch, final: Final | null): Choice {
  const { idOf, result, incumbent } = search;
  const searched = (configuration: Configuration) =>
    costIn(result.measurements.find((known) => idOf(known.configuration) === idOf(configuration)));
  if (final === null) {
    const reason = 'interrupted: the tuned state is unchanged, and the next retune goes on from here';
    return { configuration: incumbent, cost: searched(incumbent), before: null, reason };
  }
  const { index } = final.selection;
  const configuration = final.contenders[index] ?? null;
  const median = (at: number) => ({
    latencyMs: medianOrNull(final.samples[at]?.latencyMs ?? []),
    joules: medianOrNull(final.samples[at]?.joules ?? []),
  });
  const measured = median(index);
  const cost = configuration === null || measured.latencyMs !== null ? measured : searched(configuration);
  const { latencyMs, joules } = median(0);
  const before = final.incumbentFailure !== null || latencyMs === null ? null : { latencyMs, joules };
  return { configuration, cost, before, reason: describeOutcome(final) };
}

/** null where latency has no limit. */
export function reportedSlack(objective: Objective): number | null {
  const slack = latencySlackOf(objective);
  return Number.isFinite(slack) ? slack : null;
}

/** What putting back weighed beside the launches of a configuration. */
function describeReset(
  { idOf, result }: WorkloadSearch,
  configuration: Configuration | null,
): Pick<RetunedKernel, 'reset'> {
  const own = result.measurements.find(
    (known) => configuration !== null && idOf(known.configuration) === idOf(configuration),
  );
  const reset = own?.latency == null ? null : resetShares(own.latency, own.energy);
  return reset === null ? {} : { reset };
}

/**
 * One kernel and workload of a retune report.
 * @param task.final null: the run was interrupted before the finalists met
 */
export function retunedKernel(task: {
  readonly search: WorkloadSearch;
  readonly final: Final | null;
  readonly energyEstimated: boolean;
  /** Of a kernel with several passes, as far as they can be told apart. */
  readonly passes?: PassTable | undefined;
}): RetunedKernel {
  const { search, final } = task;
  const { kernel, workload, result, space, objective } = search;
  const { configuration, cost, before, reason } = choose(search, final);
  return {
    kernel: kernel.name,
    workload: workload.name,
    file: kernel.position.file,
    line: kernel.position.line,
    objective: objective.minimize,
    latencySlack: reportedSlack(objective),
    configuration,
    previousConfiguration: search.incumbent,
    ...cost,
    estimated: task.energyEstimated && cost.joules !== null,
    before,
    energyRatio: final?.selection.energyRatio ?? null,
    latencyRatio: final?.selection.latencyRatio ?? null,
    trials: result.measurements.length,
    energyMeasurements: result.energyMeasurements,
    failures: countFailures(result),
    failureExamples: failureExamples(result),
    spaceSize: space.count(1_000_000),
    seed: search.seed,
    stopped: result.stopped,
    seconds: search.seconds,
    spent: search.spent,
    convergence: thinned(result.convergence),
    pareto: describePareto(result),
    evidence: searchEvidence({ space, result, final }),
    compared: comparedOf(search),
    ...(isSelfJudged(kernel) ? { selfJudged: true } : {}),
    ...(task.passes === undefined ? {} : { passes: task.passes.passes }),
    ...describeReset(search, configuration),
    reason,
  };
}

/** A kernel of which nothing works is a fault in what was given, however well the others did. */
export function exitCodeOf(
  interrupted: boolean,
  faulty: number,
  kernels: readonly RetunedKernel[],
): ExitCode {
  if (interrupted) return ExitCode.interrupted;
  return faulty > 0 || kernels.some((kernel) => kernel.configuration === null)
    ? ExitCode.badInput
    : ExitCode.passed;
}
