import { type Tuned, type TunedEntry, validateTuned } from '../schema/index.ts';
import type { Configuration } from '../space/index.ts';
import {
  type FileFormat,
  formatFile,
  parseFile,
  readFileIfPresent,
  readFileOf,
  writeFileOf,
} from './file-format.ts';

function key(kernel: string, workload: string, family: string): string {
  return JSON.stringify([kernel, workload, family]);
}

function keyOf(entry: TunedEntry): string {
  return key(entry.kernel, entry.workload.name, entry.family);
}

function findDuplicate(tuned: Tuned): string | null {
  const seen = new Set<string>();
  for (const entry of tuned.entries) {
    if (seen.has(keyOf(entry))) {
      return `kernel "${entry.kernel}", workload "${entry.workload.name}", family "${entry.family}" is there twice`;
    }
    seen.add(keyOf(entry));
  }
  return null;
}

export const tunedFormat: FileFormat<Tuned> = {
  title: 'a tuned state',
  schema: 'joulegate-tuned',
  version: 1,
  maxBytes: 32 * 1024 * 1024,
  expandedLevels: 3,
  validate: validateTuned,
  findFault: findDuplicate,
};

/** By code unit, so that every machine sorts alike. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareEntries(a: TunedEntry, b: TunedEntry): number {
  return (
    compareText(a.kernel, b.kernel) ||
    compareText(a.workload.name, b.workload.name) ||
    compareText(a.family, b.family)
  );
}

/** The same entry with its fields in the order files have them, whatever order it was built in. */
function ordered(entry: TunedEntry): TunedEntry {
  return {
    kernel: entry.kernel,
    workload: { name: entry.workload.name, parameters: entry.workload.parameters },
    family: entry.family,
    configuration: entry.configuration,
    latencyMs: entry.latencyMs,
    joules: entry.joules,
    estimated: entry.estimated,
    device: entry.device,
    driver: entry.driver,
    identity: entry.identity,
    trials: entry.trials,
    energyMeasurements: entry.energyMeasurements,
    seed: entry.seed,
    measuredAt: entry.measuredAt,
  };
}

/** A tuned state that knows nothing yet. */
export function emptyTuned(): Tuned {
  return { schema: 'joulegate-tuned', version: 1, entries: [] };
}

/** What was chosen for a kernel and workload (by name) on a device family; null if nothing was. */
export function tunedEntry(
  tuned: Tuned,
  kernel: string,
  workload: string,
  family: string,
): TunedEntry | null {
  const wanted = key(kernel, workload, family);
  return tuned.entries.find((entry) => keyOf(entry) === wanted) ?? null;
}

/** The configuration of `tunedEntry`. Whether it still fits the space is for the caller to check. */
export function tunedConfiguration(
  tuned: Tuned,
  kernel: string,
  workload: string,
  family: string,
): Configuration | null {
  return tunedEntry(tuned, kernel, workload, family)?.configuration ?? null;
}

/** A tuned state with `entry` in place of what it had for the same kernel, workload and family. */
export function withTunedEntry(tuned: Tuned, entry: TunedEntry): Tuned {
  const others = tuned.entries.filter((other) => keyOf(other) !== keyOf(entry));
  return { ...tuned, entries: [...others, entry].sort(compareEntries) };
}

/** Sorted and in a fixed field order: the same state is the same file to the byte. */
function normalised(tuned: Tuned): Tuned {
  return {
    schema: 'joulegate-tuned',
    version: 1,
    entries: [...tuned.entries].sort(compareEntries).map(ordered),
  };
}

/** For text that came from elsewhere, e.g. a git revision. `label` names it in messages. @throws JoulegateError (bad-input). */
export function parseTuned(text: string, label: string): Tuned {
  return parseFile(tunedFormat, text, label);
}

/** The text of the file, for a commit that is made without a checkout. */
export function formatTuned(tuned: Tuned): string {
  return formatFile(tunedFormat, normalised(tuned));
}

/** @throws JoulegateError (bad-input) naming the file and what is wrong, or `file-not-found`. */
export function readTuned(path: string): Tuned {
  return readFileOf(tunedFormat, path);
}

/** null if there is no such file. @throws JoulegateError (bad-input) if there is one and it is not right. */
export function readTunedIfPresent(path: string): Tuned | null {
  return readFileIfPresent(tunedFormat, path);
}

/** Writes atomically. @throws JoulegateError (bad-input, `cannot-write`). */
export function writeTuned(path: string, tuned: Tuned): void {
  writeFileOf(tunedFormat, path, normalised(tuned));
}
