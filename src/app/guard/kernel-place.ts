import { posix } from 'node:path';
import type { VariantFailure } from '../../kernel/index.ts';
import type { KernelDefinition } from '../../manifest/index.ts';
import type { Comparison } from './comparison.ts';

/** 1-based line of `fn ENTRY` in a program's root module; 1 if it is not there as plain text. */
function entryLine(text: string, entry: string): number {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => new RegExp(`\\bfn\\s+${entry}\\b`).test(line));
  return at === -1 ? 1 : at + 1;
}

/** The first of head's passes that is not the one that base has of its name; null if there is none. */
export function changedPass(comparison: Comparison): string | null {
  if (comparison.status !== 'changed') return null;
  const [before, after] = [comparison.base.variant.program, comparison.head.variant.program];
  const identities = new Map(before?.passes.map(({ name, identity }) => [name, identity]));
  return after?.passes.find(({ name, identity }) => identities.get(name) !== identity)?.name ?? null;
}

/**
 * Where to point a user at: the kernel's own file for a change of code, the manifest's entry for an operator (its file
 * is not the user's), a program of another kind (it may have many) and for a change of configuration. A failure that knows its place is pointed at there.
 *
 * @param changedPass the first pass that differs, if there are several
 */
export function kernelPlace(
  kernel: KernelDefinition,
  movedBy: 'code' | 'tuning' | 'both' | null,
  ...[failure = null, changedPass = null]: [failure?: VariantFailure | null, changedPass?: string | null]
): { readonly file: string; readonly line: number } {
  const { file, line } = kernel.position;
  const isElsewhere = kernel.operator !== null || kernel.command !== undefined;
  if (isElsewhere || movedBy === 'tuning') return { file, line };
  const inProject = (below: string) => posix.join(posix.dirname(file), below);
  if (failure?.file !== undefined && failure.line !== undefined) {
    // A fault of the manifest's has the place that the manifest has.
    return { file: failure.file === file ? file : inProject(failure.file), line: failure.line };
  }
  const pass = kernel.passes.find(({ name }) => name === changedPass) ?? kernel.passes[0];
  if (pass === undefined) return { file, line };
  const { path, files } = pass.source;
  return { file: inProject(path), line: entryLine(files[path] ?? '', pass.entry) };
}
