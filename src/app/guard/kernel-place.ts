import { posix } from 'node:path';
import type { VariantFailure } from '../../kernel/index.ts';
import type { KernelDefinition } from '../../manifest/index.ts';

/** 1-based line of `fn ENTRY` in a program's root module; 1 if it is not there as plain text. */
function entryLine(text: string, entry: string): number {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => new RegExp(`\\bfn\\s+${entry}\\b`).test(line));
  return at === -1 ? 1 : at + 1;
}

/**
 * Where to point a user at: the kernel's own file for a change of code, the manifest's entry for an operator (its file
 * is not the user's), a program of another kind (it may have many) and for a change of configuration. A failure that knows its place is pointed at there.
 */
export function kernelPlace(
  kernel: KernelDefinition,
  movedBy: 'code' | 'tuning' | 'both' | null,
  failure: VariantFailure | null = null,
): { readonly file: string; readonly line: number } {
  const { file, line } = kernel.position;
  const isElsewhere = kernel.operator !== null || kernel.command !== undefined;
  if (isElsewhere || movedBy === 'tuning') return { file, line };
  const { path, files } = kernel.source;
  const inProject = (below: string) => posix.join(posix.dirname(file), below);
  if (failure?.file !== undefined && failure.line !== undefined) {
    return { file: inProject(failure.file), line: failure.line };
  }
  return { file: inProject(path), line: entryLine(files[path] ?? '', kernel.entry) };
}
