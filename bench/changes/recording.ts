import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { DeviceLimits } from '../../src/manifest/index.ts';
import type { Configuration } from '../../src/space/index.ts';

/** A configuration of a kernel as it was measured. */
export interface MeasuredRow {
  readonly kernel: string;
  readonly configuration: Configuration;
  /** Processor time of a launch: the default's, times the ratio to it in the same turns. */
  readonly ms: number;
}

/** A change at a configuration: what it did to the time. */
export interface MeasuredChange {
  readonly kernel: string;
  readonly name: string;
  readonly configuration: Configuration;
  /** ln(time of head / time of base). */
  readonly logRatio: number;
  /** Half of what two halves of the turns differ by. */
  readonly error: number;
}

/** What the guard said of a change at the kernel's default. */
export interface GuardedChange {
  readonly kernel: string;
  readonly name: string;
  readonly verdict: string;
  /** Head's latency over base's as the guard measured it; null where it did not. */
  readonly ratio: number | null;
  readonly seconds: number;
}

/** What was measured on an adapter. Features are not kept: programs are there to be counted again. */
export interface ChangesRecording {
  readonly family: string;
  readonly device: string;
  readonly date: string;
  readonly limits: DeviceLimits;
  readonly rows: readonly MeasuredRow[];
  readonly changes: readonly MeasuredChange[];
  readonly guarded?: readonly GuardedChange[];
}

/** Whether a change was measured at its kernel's default. */
export function atDefaults({ configuration }: MeasuredChange, defaults: Configuration): boolean {
  return Object.entries(defaults).every(([name, value]) => configuration[name] === value);
}

export const recordingsFolder = 'bench/changes/recordings';

/** Every recording that is kept, by the name of its file. */
export function loadRecordings(): readonly (ChangesRecording & { readonly name: string })[] {
  return readdirSync(recordingsFolder)
    .filter((name) => name.endsWith('.json.gz'))
    .sort()
    .map((name) => ({ name: name.slice(0, -8), ...readRecording(join(recordingsFolder, name)) }));
}

export function readRecording(path: string): ChangesRecording {
  return JSON.parse(gunzipSync(readFileSync(path)).toString('utf8')) as ChangesRecording;
}

/** What `path` holds already; a measurement that was cut off goes on. */
export function startedRecording(path: string): Pick<ChangesRecording, 'rows' | 'changes' | 'guarded'> {
  return existsSync(path) ? readRecording(path) : { rows: [], changes: [] };
}

export function writeRecording(path: string, recording: ChangesRecording): void {
  writeFileSync(path, gzipSync(JSON.stringify(recording), { level: 9 }));
}
