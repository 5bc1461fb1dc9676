import type { History, HistorySeries } from '../../schema/index.ts';
import type { KeptState, StateEntry } from '../../store/index.ts';
import { changesOf, metrics } from './changes.ts';

/** The adapter that a night was measured on, by which a series goes on over updates of its driver. */
function adapterOf({ device, driver }: StateEntry, family: string): string {
  const suffix = `, driver ${driver}`;
  if (device === undefined || device === '') return family;
  return device.endsWith(suffix) ? device.slice(0, -suffix.length) : device;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function seriesOf(family: string, nights: readonly [StateEntry, ...StateEntry[]]): HistorySeries {
  const [{ kernel, workload }] = nights;
  const ordered = nights.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return {
    kernel,
    workload,
    family,
    device: adapterOf(nights[0], family),
    nights: ordered.map(({ at, commit, tag = null, driver, latencyMs, joules, estimated }) => {
      return { at, commit, tag, driver, latencyMs, joules, estimated };
    }),
    changes: metrics
      .flatMap((metric) => changesOf(ordered, metric))
      .sort((a, b) => Date.parse(a.at) - Date.parse(b.at)),
  };
}

/**
 * The nights of kept states, one series per kernel, workload and adapter. States are not mixed: those of two manifests
 * may name their kernels alike.
 * @param made.at when this is, in UTC
 */
export function historyOf(
  states: readonly Pick<KeptState, 'family' | 'history'>[],
  made: { readonly at: Date; readonly version: string },
): History {
  const series = states.flatMap(({ family, history }) => {
    const nights = new Map<string, [StateEntry, ...StateEntry[]]>();
    for (const entry of history) {
      const key = JSON.stringify([entry.kernel, entry.workload, adapterOf(entry, family)]);
      const known = nights.get(key);
      if (known === undefined) nights.set(key, [entry]);
      else known.push(entry);
    }
    return [...nights.values()].map((entries) => seriesOf(family, entries));
  });
  return {
    schema: 'joulegate-history',
    version: 1,
    tool: { name: 'joulegate', version: made.version },
    createdAt: made.at.toISOString(),
    series: series.toSorted(
      (a, b) =>
        compareText(a.kernel, b.kernel) ||
        compareText(a.workload, b.workload) ||
        compareText(a.device, b.device),
    ),
  };
}
