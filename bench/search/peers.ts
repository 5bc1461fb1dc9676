import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { SearchSummary } from './methodology.ts';
import { loadJson } from './spaces.ts';

/** What peer tuners reach on a space, as given with the recordings. */
export interface PeerSpace {
  readonly budget: number;
  readonly strategies: Readonly<Record<string, SearchSummary>>;
}

/** Empty where there is no such file: other recordings have no peers. */
export function loadPeers(dataFolder: string): Readonly<Record<string, PeerSpace>> {
  const file = join(dataFolder, 'peers.json');
  return existsSync(file) ? (loadJson(file) as Record<string, PeerSpace>) : {};
}

/** The peer of the highest score. */
export function bestPeer(space: PeerSpace | undefined): readonly [string, SearchSummary] | null {
  const strategies = Object.entries(space?.strategies ?? {});
  return strategies.sort((a, b) => b[1].score - a[1].score)[0] ?? null;
}

interface Cache {
  readonly cache: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/**
 * What every peer found, evaluation by evaluation and seed by seed; null where there are no sequences.
 * @param name of a space as in peers.json.
 */
export function peerRuns(
  dataFolder: string,
  space: { readonly name: string; readonly file: string; readonly field: string },
): Readonly<Record<string, (number | null)[][]>> | null {
  const file = join(dataFolder, 'peers', `${space.name.replace(':', '.')}.json.gz`);
  if (!existsSync(file)) return null;
  const { cache } = loadJson(space.file) as Cache;
  const objectiveOf = (key: string) => {
    const row = cache[key];
    const value = row?.[space.field];
    return typeof value === 'number' && typeof row?.time === 'number' ? value : null;
  };
  const sequences = loadJson(file) as Record<string, { readonly runs: readonly (readonly string[])[] }>;
  return Object.fromEntries(
    Object.entries(sequences).map(([strategy, { runs }]) => [
      strategy,
      runs.map((keys) => keys.map(objectiveOf)),
    ]),
  );
}
