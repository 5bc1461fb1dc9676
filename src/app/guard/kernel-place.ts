import { posix } from 'node:path';
import type { Variant, VariantFailure } from '../../kernel/index.ts';
import { type KernelDefinition, SourceText } from '../../manifest/index.ts';

/** Where `fn ENTRY` is in a program's root module; its start if it is not there as plain text. */
function entryOffset(text: string, entry: string): number {
  return Math.max(0, text.search(new RegExp(`\\bfn[ \\t]+${entry}\\b`)));
}

/** The first of head's passes that is not the one that base has of its name; null if there is none. */
export function changedPass({ program: before }: Variant, { program: after }: Variant): string | null {
  const identities = new Map(before?.passes.map(({ name, identity }) => [name, identity]));
  return after?.passes.find(({ name, identity }) => identities.get(name) !== identity)?.name ?? null;
}

/**
 * Where to point a user at: the kernel's own file for a change of code, the manifest's entry for an operator (its file
 * is not the user's), a program of another kind (it may have many), one that another prints, and for a change of configuration. A failure that knows its place is pointed at there.
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
  if (pass === undefined || pass.source.generator !== undefined) return { file, line };
  const { path, files, origins } = pass.source;
  const at = entryOffset(files[path] ?? '', pass.entry);
  const place = (origins?.[path] ?? new SourceText(path, files[path] ?? '')).place(at);
  return { file: inProject(place.file), line: place.line };
}
