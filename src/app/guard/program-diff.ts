import { structuredPatch } from 'diff';
import { type CommandProgram, type Program, programSources, type Variant } from '../../kernel/index.ts';
import type { SourceFile } from '../../manifest/index.ts';

/** Longest diff that a report keeps, in characters; the rest is in the repository. */
const maxLength = 40_000;
/** A diff of programs that share next to nothing is no diff, and finding one would take long. */
const bounds = { context: 3, maxEditLength: 2000 };

/** Hunks of a unified diff of two texts; null if they share next to nothing. */
function hunksOf(from: string, to: string): readonly string[] | null {
  const patch = structuredPatch('base', 'head', from, to, '', '', bounds);
  return (
    patch?.hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
      `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`,
      ...lines,
    ]) ?? null
  );
}

function cut(text: string): string {
  if (text.length <= maxLength) return text;
  const note = '\n... cut';
  return `${text.slice(0, text.lastIndexOf('\n', maxLength - note.length))}${note}`;
}

/** A source file's text; null if it is no text, empty if there is none. */
function textOf(file: SourceFile | undefined): string | null {
  const bytes = file?.content() ?? new Uint8Array();
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
}

function fileDiff(path: string, base: SourceFile | undefined, head: SourceFile | undefined): string[] {
  const [from, to] = [textOf(base), textOf(head)];
  const hunks = from === null || to === null ? null : hunksOf(from, to);
  const names = [
    `--- ${base === undefined ? '(none)' : path}`,
    `+++ ${head === undefined ? '(none)' : path}`,
  ];
  return [...names, ...(hunks ?? [' These files are no text, or differ too much to be shown side by side.'])];
}

function commandDiff(base: CommandProgram, head: CommandProgram): string {
  const paths = [...new Set([...Object.keys(base.files), ...Object.keys(head.files)])].sort();
  const changed = paths.filter((path) => base.files[path]?.digest !== head.files[path]?.digest);
  const programs = ({ build, run }: CommandProgram) =>
    [build, run].flatMap((program) => (program === null ? [] : [`${program.join(' ')}\n`])).join('');
  return [
    ...(hunksOf(programs(base), programs(head)) ?? []),
    ...changed.flatMap((path) => fileDiff(path, base.files[path], head.files[path])),
  ].join('\n');
}

/** All texts of a program in a row, each under the names of its passes where there are several. */
function textOfProgram(program: Program): string {
  const [first, ...others] = programSources(program);
  if (first === undefined || others.length === 0) return first?.wgsl ?? '';
  return [first, ...others]
    .map(({ wgsl, passes }) => `// ${passes.map(({ name }) => name).join(', ')}\n${wgsl.trimEnd()}\n`)
    .join('\n');
}

/**
 * How the linked program of head differs from base's, as hunks of a unified diff; of programs of another kind their commands
 * and files. null where either is not known. An empty text: the programs are the same, and something else changed, such as
 * the launch.
 */
export function programDiff(base: Variant, head: Variant): string | null {
  if (base.command !== undefined && head.command !== undefined) {
    return cut(commandDiff(base.command, head.command));
  }
  if (base.program === null || head.program === null) return null;
  const hunks = hunksOf(textOfProgram(base.program), textOfProgram(head.program));
  return hunks === null ? 'The programs differ too much to be shown side by side.' : cut(hunks.join('\n'));
}
