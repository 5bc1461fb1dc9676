import { randomUUID } from 'node:crypto';
import { JoulegateError } from '../errors/index.ts';
import type { GitResult } from './git-process.ts';
import { askGit, type Repository } from './open-repository.ts';
import { maxFileBytes } from './reader-rules.ts';

/** A file of a commit. */
export interface CommittedFile {
  readonly path: string;
  /** Hash of the object that the commit has there. */
  readonly object: string;
}

/** Paths of which git reads a line, and nothing else. */
const isOneLine = (path: string) => /^\S\P{Cc}*$/u.test(path);

/** null for more than is read at once. */
function ask(repository: Repository, args: readonly string[], lines: readonly string[]): GitResult | null {
  try {
    return askGit(repository, { args, input: `${lines.join('\n')}\n`, maxBytes: maxFileBytes });
  } catch (error) {
    if (error instanceof JoulegateError && error.code === 'git-output-too-large') return null;
    throw error;
  }
}

/**
 * What git stores as objects, by path, in one process where each by itself takes one. It is for what will be asked for next: what
 * is left out, for whatever reason, has to be asked for by itself.
 *
 * @param converted through git's own conversions for each path; no filter runs
 */
export function readAhead(
  repository: Repository,
  files: readonly CommittedFile[],
  converted: boolean,
): ReadonlyMap<string, Buffer> {
  const found = new Map<string, Buffer>();
  const asked = files.filter(({ path }) => isOneLine(path));
  if (asked.length === 0) return found;
  // Git says how long an object is before it converts it. No object is called this, which git says after each.
  const end = `?${randomUUID()}`;
  const args = ['cat-file', '--batch', ...(converted ? ['--filters'] : [])];
  const lines = asked.flatMap(({ path, object }) => [converted ? `${object} ${path}` : object, end]);
  const answer = ask(repository, args, lines);
  if (answer?.ok !== true) return found;
  const separator = Buffer.from(`\n${end} missing\n`);
  let from = 0;
  for (const { path, object } of asked) {
    const to = answer.stdout.indexOf(separator, from);
    const head = answer.stdout.indexOf('\n', from) + 1;
    if (to >= head && answer.stdout.toString('latin1', from, head).startsWith(`${object} blob `))
      found.set(path, answer.stdout.subarray(head, to));
    if (to === -1) break;
    from = to + separator.length;
  }
  return found;
}
