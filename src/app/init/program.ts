import type { DescribedEntry } from '../../kernel/index.ts';
import type { DraftKernel } from './draft.ts';
import { draftEntry } from './entry.ts';
import { WorkloadPool } from './workload-pool.ts';

/** The kernels of a program: what they need to be told is asked once for all of them, as far as a workload has room. */
export function draftProgram(
  entries: readonly DescribedEntry[],
  { source, nameOf }: { readonly source: string; readonly nameOf: (entry: string) => string },
): readonly DraftKernel[] {
  const named = entries.map((entry) => ({ entry, name: nameOf(entry.name) }));
  const shared = new WorkloadPool();
  const together = named.map(({ entry, name }) => draftEntry({ name, source, entry, pool: shared }));
  if (!shared.isFull && named.length > 1) {
    const anchor = anchorOf(source);
    const parameters = parametersOf(shared);
    return together.map((kernel) => ({ ...kernel, workload: { parameters, anchor } }));
  }
  return named.map(({ entry, name }) => {
    const pool = new WorkloadPool();
    const kernel = draftEntry({ name, source, entry, pool });
    return { ...kernel, workload: { parameters: parametersOf(pool), anchor: null } };
  });
}

/** A workload has a parameter, even where the program has none. */
function parametersOf({ parameters }: WorkloadPool): DraftKernel['workload']['parameters'] {
  return parameters.length > 0
    ? parameters
    : [{ name: 'SIZE', value: 1, note: 'the program has one size only' }];
}

function anchorOf(source: string): string {
  return source.replace(/\.\w+$/, '').replaceAll(/\W+/g, '-');
}
