import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Host } from '../../src/app/index.ts';
import { createTerminalProgress, main } from '../../src/cli/index.ts';
import { JoulegateError } from '../../src/errors/index.ts';
import { readZip, UnusableZipError } from '../../src/github/index.ts';
import { readModel, unpackState } from '../../src/store/index.ts';
import { writeFiles } from '../support/command-line.ts';
import { smallProject } from '../support/small-project.ts';
import { liveHtml, liveMarkup, runnerCommands, steersTerminal } from './markdown-rules.ts';

/**
 * Files that somebody hostile could hand us, each read the way a user or a job reads it. `expected.json` says of every
 * one what its refusal says, or null where it is to be taken, and to do no harm. Those of `mutations.json` are made of the
 * innocent file of their kind in `bases/`: each pair is a text that stands in it once, and what stands there instead.
 */
const corpus = join(import.meta.dirname, 'corpus');
function table<T>(name: string): Readonly<Record<string, T>> {
  return JSON.parse(readFileSync(join(corpus, name), 'utf8'));
}
const expected = table<string | null>('expected.json');
const mutations = table<readonly (readonly [string, string])[]>('mutations.json');

function mutated(kind: string, name: string): string {
  let text = readFileSync(join(corpus, 'bases', `${kind}${extname(name)}`), 'utf8');
  for (const [from, to] of mutations[`${kind}/${name}`] ?? []) {
    expect(text.split(from)).toHaveLength(2);
    text = text.replace(from, () => to);
  }
  return text;
}

/** Names of the files of a kind, those that are there and those that are made. */
function namesOf(kind: string): readonly string[] {
  const made = Object.keys(mutations).filter((path) => path.startsWith(`${kind}/`));
  const folder = join(corpus, kind);
  const there = existsSync(folder) ? readdirSync(folder) : [];
  return [...there, ...made.map((path) => path.slice(kind.length + 1))].sort();
}

const folder = mkdtempSync(join(tmpdir(), 'joulegate-corpus-'));
beforeAll(() => writeFiles(folder, smallProject(1)));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What reading a file came to. */
interface Reading {
  /** null where the file was taken. */
  readonly refusal: string | null;
  /** Everything that was said on the way, for a terminal or a log. */
  readonly said: string;
}

/** Runs the command line in this process, in a project of its own. */
async function joulegate(...args: string[]): Promise<Reading & { readonly output: string }> {
  const told: string[] = [];
  const stream = { write: (text: string) => told.push(text) };
  const host: Host = {
    environment: {},
    workingDirectory: folder,
    signal: new AbortController().signal,
    progress: createTerminalProgress(stream, () => 0),
    workerPath: join(folder, 'no-worker.js'),
    version: '0.1.0',
    command: 'joulegate',
    now: () => new Date(0),
  };
  const { output, error, exitCode } = await main(args, host, { colour: false, width: 100 });
  if (exitCode !== 0 && exitCode !== 2) throw new Error(`status ${exitCode}: ${error}`);
  // What to do is said as `next:` or below each of a manifest's faults.
  if (exitCode === 2) expect(error).toMatch(/next(?: step)?: \S/);
  return { refusal: exitCode === 0 ? null : error, said: [...told, error].join(''), output };
}

/** Refusals of readers that the command line does not reach. */
function readBy(read: () => unknown): Reading {
  try {
    read();
    return { refusal: null, said: '' };
  } catch (error) {
    if (!(error instanceof JoulegateError) && !(error instanceof UnusableZipError)) throw error;
    return { refusal: error.message, said: error.message };
  }
}

async function shownReport(path: string): Promise<Reading> {
  const [terminal, markdown, html, json] = await Promise.all(
    ['terminal', 'markdown', 'html', 'json'].map((format) => joulegate('report', path, '--format', format)),
  );
  if (terminal === undefined || terminal.refusal !== null) return terminal ?? { refusal: '', said: '' };
  expect(liveMarkup(markdown?.output ?? '')).toEqual([]);
  expect(liveHtml(html?.output ?? '')).toEqual([]);
  expect(JSON.parse(json?.output ?? '')).toEqual(
    JSON.parse(readFileSync(path, 'utf8').replace(/^\ufeff/, '')),
  );
  return { refusal: null, said: `${terminal.said}\n${terminal.output}` };
}

/** How each kind of file is read. */
const readers: Readonly<Record<string, (path: string, name: string) => Reading | Promise<Reading>>> = {
  manifests: async (path, name) => {
    copyFileSync(path, join(folder, name));
    const ended = await joulegate('validate', '--manifest', name);
    return { ...ended, said: `${ended.said}\n${ended.output}` };
  },
  programs: async (path, name) => {
    copyFileSync(path, join(folder, 'kernels', name));
    const ended = await joulegate('init', '--wgsl', `kernels/${name}`, '--print');
    return { ...ended, said: `${ended.said}\n${ended.output}` };
  },
  reports: shownReport,
  recordings: async (path) => {
    const args = ['--recording', path, '--trials', '4', '--objective', 'latency'];
    const ended = await joulegate('retune', '--device', 'replay', ...args);
    if (ended.refusal === null) await joulegate('export', 'kernel-tuner', path, '--out', 'cache.json');
    return { ...ended, said: `${ended.said}\n${ended.output}` };
  },
  tuned: async (path) => {
    copyFileSync(path, join(folder, 'tuned.json'));
    const ended = await joulegate('export', 'runtime', '--out', 'kernels.json');
    return { ...ended, said: `${ended.said}\n${ended.output}` };
  },
  'kernel-tuner': (path) => joulegate('import', 'kernel-tuner', path, '--out', 'recording.json'),
  models: (path) => readBy(() => readModel(path)),
  states: (path, name) => readBy(() => unpackState(readFileSync(path), name)),
  archives: (path) =>
    readBy(() =>
      readZip(readFileSync(path), { names: ['report.json'], maxEntryBytes: 2 ** 20, maxEntries: 100 }),
    ),
};

it('has an expectation of every file, and no other', () => {
  const files = Object.keys(readers).flatMap((kind) => namesOf(kind).map((name) => `${kind}/${name}`));
  expect(Object.keys(expected).sort()).toEqual(files.sort());
});

describe.each(Object.entries(readers))('a hostile file among %s', (kind, read) => {
  it.each(namesOf(kind))('%s', async (name) => {
    let path = join(corpus, kind, name);
    if (Object.hasOwn(mutations, `${kind}/${name}`)) {
      path = join(folder, 'made', kind, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, mutated(kind, name));
    }
    const { refusal, said } = await read(path, name);
    for (const line of said.split('\n')) expect(steersTerminal(line)).toBe(false);
    expect(runnerCommands(said)).toEqual([]);
    const reason = expected[`${kind}/${name}`];
    if (reason === null) expect(refusal).toBe(null);
    else {
      expect(refusal).toContain(reason);
      // What reads archives is told apart by the artifact's name, which it does not know.
      if (kind !== 'archives') expect(refusal).toContain(kind === 'tuned' ? 'tuned.json' : name);
    }
  });
});
