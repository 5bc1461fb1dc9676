import { structuredPatch } from 'diff';
import type { Variant } from '../kernel/index.ts';

/** Longest diff that a report keeps, in characters; the rest is in the repository. */
const maxLength = 40_000;
/** A diff of programs that share next to nothing is no diff, and finding one would take long. */
const bounds = { context: 3, maxEditLength: 2000 };

/**
 * How the linked program of head differs from base's, as hunks of a unified diff; null where either is not known. An empty
 * text: the programs are the same, and something else changed, such as the launch.
 */
export function programDiff(base: Variant, head: Variant): string | null {
  const [from, to] = [base.program?.wgsl, head.program?.wgsl];
  if (from === undefined || to === undefined) return null;
  const patch = structuredPatch('base', 'head', from, to, '', '', bounds);
  if (patch === undefined) return 'The programs differ too much to be shown side by side.';
  const lines = patch.hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
    `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`,
    ...lines,
  ]);
  const text = lines.join('\n');
  if (text.length <= maxLength) return text;
  const note = '\n... cut';
  return `${text.slice(0, text.lastIndexOf('\n', maxLength - note.length))}${note}`;
}
