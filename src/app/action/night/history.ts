import type { Manifest } from '../../../manifest/index.ts';
import type { ReportRetune } from '../../../schema/index.ts';
import { firstNightsLabel, type KeptState, type StateEntry } from '../../../store/index.ts';
import { changesOf, costOf, type Metric, metrics } from '../../history/index.ts';
import { medianOrNull } from '../../project/index.ts';

type Anchor = KeptState['anchors'][number];
type History = NonNullable<ReportRetune['kernels'][number]['history']>;

/** Nights that are kept of a kernel and workload. */
const maxNights = 400;
/** Nights that make up an anchor, and that stand against it: one night may be a bad one. */
const anchorNights = 3;

function keyOf({ kernel, workload }: { readonly kernel: string; readonly workload: string }): string {
  return JSON.stringify([kernel, workload]);
}

/** What ships, as the night measured it beside what it found; what it found where there was nothing to measure it beside. */
export function nightOf(
  report: ReportRetune,
  night: { readonly commit: string; readonly machine: string; readonly tag: string | null },
): readonly StateEntry[] {
  const { commit, machine, tag } = night;
  return report.kernels.flatMap(({ kernel, workload, before, latencyMs, joules, estimated }) => {
    const cost = before ?? (latencyMs === null ? null : { latencyMs, joules });
    if (cost === null) return [];
    return [
      {
        at: report.createdAt,
        commit,
        kernel,
        workload,
        latencyMs: cost.latencyMs,
        joules: cost.joules,
        estimated,
        driver: (report.device?.driver ?? '').slice(0, 400),
        device: machine,
        ...(tag === null ? {} : { tag }),
      },
    ];
  });
}

/** History with a night added: a kernel that is retuned often pushes out its own nights, and no other's. */
export function withNight(
  history: readonly StateEntry[],
  night: readonly StateEntry[],
): readonly StateEntry[] {
  const counts = new Map<string, number>();
  return [...history, ...night]
    .reverse()
    .filter((entry) => {
      const count = (counts.get(keyOf(entry)) ?? 0) + 1;
      counts.set(keyOf(entry), count);
      return count <= maxNights;
    })
    .reverse();
}

/** Geometric mean of an anchor so far and one more night. */
function joined(before: number, nights: number, night: number): number {
  return Math.exp((nights * Math.log(before) + Math.log(night)) / (nights + 1));
}

function joinedAnchor(anchor: Anchor, entry: StateEntry): Anchor {
  const { nights, latencyMs, joules } = anchor;
  return {
    ...anchor,
    nights: nights + 1,
    latencyMs: joined(latencyMs, nights, entry.latencyMs),
    joules: joules === null || entry.joules === null ? null : joined(joules, nights, entry.joules),
  };
}

/**
 * Anchors after a night. One is set by the first nights after a release, or by the first nights of all, and then stays
 * where it is: against a moving one, slow drift is none. Another driver or device has an anchor of its own.
 */
export function withAnchors(anchors: readonly Anchor[], night: readonly StateEntry[]): readonly Anchor[] {
  const result = [...anchors];
  for (const entry of night) {
    const device = entry.device ?? '';
    const label = entry.tag ?? firstNightsLabel;
    const at = result.findIndex((one) => keyOf(one) === keyOf(entry) && one.device === device);
    const there = result[at];
    const isNewRelease = there !== undefined && entry.tag !== undefined && there.label !== entry.tag;
    if (there === undefined || isNewRelease) {
      const { commit, kernel, workload, latencyMs, joules } = entry;
      const fresh = { at: entry.at, commit, label, kernel, workload, device, nights: 1, latencyMs, joules };
      if (there === undefined) result.push(fresh);
      else result[at] = fresh;
    } else if (there.nights < anchorNights) {
      result[at] = joinedAnchor(there, entry);
    }
  }
  return result;
}

function driftOf(
  series: readonly StateEntry[],
  anchor: Anchor | undefined,
  margins: Readonly<Record<Metric, number>>,
): History['drift'] {
  if (anchor === undefined || anchor.nights < anchorNights) return null;
  const since = series.filter((entry) => entry.device === anchor.device && entry.at >= anchor.at);
  // The anchor's own nights cannot have drifted from it.
  const last = since.slice(anchorNights).slice(-anchorNights);
  if (last.length < anchorNights) return null;
  const ratio = (metric: Metric) => {
    const now = medianOrNull(last.map((entry) => costOf(entry, metric)));
    const then = costOf(anchor, metric);
    return now === null || then === null ? null : now / then;
  };
  const [energy, latency] = [ratio('energy'), ratio('latency')];
  return {
    since: anchor.at,
    commit: anchor.commit,
    label: anchor.label,
    energy,
    latency,
    exceeds: (energy ?? 0) > 1 + margins.energy || (latency ?? 0) > 1 + margins.latency,
  };
}

/** A retune report that tells how its kernels' costs went over the nights that are kept. */
export function withHistory(
  report: ReportRetune,
  kept: Pick<KeptState, 'history' | 'anchors'> & {
    readonly manifest: Pick<Manifest, 'kernels' | 'gate'>;
    readonly machine: string;
  },
): ReportRetune {
  const kernels = report.kernels.map((kernel) => {
    const series = kept.history.filter((entry) => keyOf(entry) === keyOf(kernel));
    if (series.length < 2) return kernel;
    const anchor = kept.anchors.find((one) => keyOf(one) === keyOf(kernel) && one.device === kept.machine);
    const { gate } = kept.manifest.kernels.find(({ name }) => name === kernel.kernel) ?? kept.manifest;
    const history: History = {
      nights: series.length,
      changes: metrics.flatMap((metric) =>
        changesOf(series, metric).map(({ previousCommit, ...change }) => change),
      ),
      drift: driftOf(series, anchor, { energy: gate.energy.margin, latency: gate.latency.margin }),
    };
    return { ...kernel, history };
  });
  const drifted = kernels.filter((kernel) => kernel.history?.drift?.exceeds === true);
  const warnings = drifted.map(
    ({ kernel, workload, history }) =>
      `${kernel} ${workload} has drifted beyond its margin since ${history?.drift?.label ?? ''}, in steps that no single change need have made.`,
  );
  return { ...report, kernels, warnings: [...report.warnings, ...warnings] };
}
