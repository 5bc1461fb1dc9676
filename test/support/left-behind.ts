import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readModel, readRecording, readReport, readTuned, unpackState } from '../../src/store/index.ts';

/** Files below folders, with their paths; those that are not there have none. */
export function filesBelow(folders: readonly string[]): readonly string[] {
  return folders.filter(existsSync).flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name)),
  );
}

function textOf(path: string): string {
  const bytes = readFileSync(path);
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

const readers: Readonly<Record<string, (path: string) => unknown>> = {
  'joulegate-report': readReport,
  'joulegate-tuned': readTuned,
  'joulegate-model': readModel,
  'joulegate-recording': readRecording,
  'joulegate-state': (path) => unpackState(readFileSync(path), path),
};

function faultOf(path: string): string | null {
  if (path.endsWith('.tmp')) return `${path} was left behind`;
  if (!/\.json(?:\.gz)?$/.test(path)) return null;
  try {
    const { schema } = JSON.parse(textOf(path)) as { readonly schema?: string };
    const read = readers[schema ?? ''];
    if (read === undefined && schema !== undefined) return `${path} is of the unknown schema ${schema}`;
    read?.(path);
    return null;
  } catch (error) {
    return `${path} is half-written: ${error}`;
  }
}

/**
 * What a run should not have left below folders: files of ours that their own reader refuses, temporary files.
 */
export function halfWritten(...folders: readonly string[]): readonly string[] {
  return filesBelow(folders).flatMap((path) => faultOf(path) ?? []);
}

/** What can be read of a run by others than the runner itself. */
interface Readable {
  readonly log: string;
  readonly summary: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly processes: ReadonlyMap<number, string>;
}

function holds(path: string, text: string): boolean {
  try {
    return textOf(path).includes(text);
  } catch {
    return readFileSync(path).includes(text);
  }
}

/** Where a secret can be read, in itself or as git sends it: in the log, an argument, a file. Masking it is no spill. */
export function spills(secret: string, run: Readable, ...folders: readonly string[]): readonly string[] {
  const forms = [secret, Buffer.from(`x-access-token:${secret}`).toString('base64')];
  const isIn = (text: string) => forms.some((form) => text.includes(form));
  return [
    ...run.log.split('\n').filter((line) => !line.startsWith('::add-mask::') && isIn(line)),
    ...[...run.processes.values()].filter(isIn),
    ...[run.summary, ...Object.values(run.outputs)].filter(isIn),
    ...filesBelow(folders).filter((path) => forms.some((form) => holds(path, form))),
  ];
}
