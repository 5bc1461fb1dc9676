import { resolve } from 'node:path';
import { init } from '../../src/app/init/index.ts';
import { JoulegateError } from '../../src/errors/index.ts';

/** What `init` made of a file. */
export type Draft =
  | { readonly outcome: 'drafted'; readonly entries: string; readonly leftOut: readonly string[] }
  | { readonly outcome: 'refused'; readonly reason: string }
  | { readonly outcome: 'crash'; readonly reason: string };

/** Asks `init` for the manifest's entries of one file; nothing is written. */
export async function draft(folder: string, path: string): Promise<Draft> {
  const host = {
    environment: { PATH: process.env.PATH },
    workingDirectory: folder,
    signal: new AbortController().signal,
    progress: () => {},
    workerPath: resolve('dist/worker.js'),
  } as unknown as Parameters<typeof init>[0];
  try {
    const made = await init(host, { manifest: 'joulegate-corpus.yaml', programs: [path], print: true });
    return { outcome: 'drafted', entries: made.entries, leftOut: made.leftOut.map(({ reason }) => reason) };
  } catch (error) {
    if (error instanceof JoulegateError) return { outcome: 'refused', reason: error.message };
    return {
      outcome: 'crash',
      reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}

/**
 * The manifest with its blanks filled in by something that fits: this is about reading programs, not about what they compute.
 * Sizes are 64, buffers hold 65,536 scalars.
 */
export function filled(entries: string): string {
  let section = '';
  const lines = entries.split('\n').map((line) => {
    const key = /^ {4}(\w+):/.exec(line)?.[1];
    if (key !== undefined) section = key;
    if (!line.includes('# FILL IN')) return line;
    return line.replace(/# FILL IN.*$/, filling(line, section));
  });
  return `version: 1\nobjective: { minimize: latency }\nkernels:\n${lines.join('\n')}\n`;
}

function filling(line: string, section: string): string {
  const key = /([\w-]+):\s*# FILL IN/.exec(line)?.[1] ?? '-';
  if (section === 'dispatch') return '4';
  if (section === 'tunables') return '[4]';
  if (section === 'default') return '4';
  if (section !== 'buffers')
    return /\((?:f32|f16)\)/.test(line) ? '1.5' : /\(bool\)/.test(line) ? 'true' : '64';
  if (key === 'length') return '65536';
  if (key === 'fill') return 'zeros';
  if (key === 'type') return 'f32';
  return '64';
}
