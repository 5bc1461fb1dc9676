import { explain } from '../../model/index.ts';
import type { ReportRetune } from '../../schema/index.ts';
import type { SearchResult } from '../../search/index.ts';
import type { Space } from '../../space/index.ts';
import { medianOrNull } from '../project/index.ts';
import type { Final } from '../tuning/index.ts';

type Evidence = NonNullable<ReportRetune['kernels'][number]['evidence']>;

/** Points that a report keeps. */
const maxPoints = 500;

type Worked = SearchResult['measurements'][number] & {
  readonly latency: NonNullable<SearchResult['measurements'][number]['latency']>;
};

/** Those with energy first, then evenly spread over the search. */
function kept(measurements: readonly Worked[]): readonly Worked[] {
  const withEnergy = measurements.filter(({ energy }) => energy !== null);
  const others = measurements.filter(({ energy }) => energy === null);
  const room = Math.max(0, maxPoints - withEnergy.length);
  const step = Math.max(1, Math.ceil(others.length / Math.max(1, room)));
  return [...withEnergy.slice(0, maxPoints), ...others.filter((_, at) => at % step === 0)].slice(
    0,
    maxPoints,
  );
}

/** Position of each value in its tunable's list: ordered where the list is. */
function encode(space: Space, { configuration }: Worked): readonly number[] {
  return space.tunables.map(({ name, values }) => values.indexOf(configuration[name] as never));
}

function finalistsOf(final: Final | null): Evidence['finalists'] {
  if (final === null) return [];
  return final.contenders.map((configuration, at) => ({
    configuration,
    latencyMs: medianOrNull(final.samples[at]?.latencyMs ?? []),
    joules: medianOrNull(final.samples[at]?.joules ?? []),
    chosen: at === final.selection.index,
  }));
}

/**
 * What a search saw: points, finalists, tunables by importance, power. Predictions are of energy where it was measured for
 * enough configurations, else of latency, by trees that did not learn from the point itself.
 */
export function searchEvidence(task: {
  readonly space: Space;
  readonly result: SearchResult;
  readonly final: Final | null;
}): Evidence {
  const { space, result, final } = task;
  const worked = result.measurements.filter(
    (measurement): measurement is Worked => measurement.latency !== null,
  );
  const points = kept(worked);
  const measured = points.filter(({ energy }) => energy !== null);
  const learnt = measured.length > 0 ? measured : points;
  const targets = learnt.map(({ energy, latency }) => Math.log(energy?.joules ?? latency.medianMs));
  const explanation = explain(
    learnt.map((measurement) => encode(space, measurement)),
    targets,
  );
  const predictions = new Map(learnt.map((measurement, at) => [measurement, explanation?.outOfFold[at]]));
  const importances = space.tunables
    .map(({ name }, at) => ({ tunable: name, share: Math.min(1, explanation?.importances[at] ?? 0) }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share);
  return {
    points: points.map((measurement) => {
      const predicted = predictions.get(measurement);
      return {
        latencyMs: measurement.latency.medianMs,
        joules: measurement.energy?.joules ?? null,
        predicted: predicted === undefined ? null : Math.exp(predicted),
      };
    }),
    finalists: finalistsOf(final),
    importances,
    power: [...(result.best?.energy?.power ?? [])],
  };
}
