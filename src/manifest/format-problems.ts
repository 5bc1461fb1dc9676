import type { ManifestProblem } from './types.ts';

/** Longest piece of a source line that is shown, in characters. */
const widest = 120;

const styles = { error: '31;1', warning: '33;1', place: '1', caret: '32;1', nextStep: '36' } as const;

type Paint = (style: keyof typeof styles, text: string) => string;

/** Control characters could move the cursor or recolour the terminal of whoever reads the message. */
function printable(text: string): string {
  return text.replace(/\t/g, ' ').replace(/\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
}

/** The part of a long line around the caret, with where the caret is in it. */
function excerpt(line: string, column: number): { text: string; before: number } {
  if (line.length <= widest) return { text: line, before: column - 1 };
  const start = Math.max(0, Math.min(column - 1 - widest / 3, line.length - widest));
  const head = start > 0 ? '…' : '';
  const tail = start + widest < line.length ? '…' : '';
  return {
    text: head + line.slice(start, start + widest) + tail,
    before: column - 1 - start + head.length,
  };
}

function formatProblem(problem: ManifestProblem, paint: Paint): string {
  const { file, line, column, severity, message, nextStep } = problem;
  const place = paint('place', printable(`${file}:${line}:${column}:`));
  const gutter = String(line).padStart(5);
  const { text, before } = excerpt(printable(problem.sourceLine), column);
  const carets = '^'.repeat(Math.max(1, Math.min(problem.length, text.length - before)));
  const lines = [
    `${place} ${paint(severity, `${severity}:`)} ${printable(message)}`,
    `${gutter} | ${text}`,
    `${' '.repeat(gutter.length)} | ${' '.repeat(before)}${paint('caret', carets)}`,
  ];
  if (nextStep !== null)
    lines.push(`${' '.repeat(gutter.length)} = ${paint('nextStep', 'next step:')} ${printable(nextStep)}`);
  return lines.join('\n');
}

/**
 * All problems as text for a terminal or a log: `file:line:column: error: text`, the source line, carets below it and
 * the next step; a blank line between problems. Ends without a line break; empty without problems.
 */
export function formatProblems(
  problems: readonly ManifestProblem[],
  options: { readonly colour: boolean },
): string {
  const paint: Paint = (style, text) => (options.colour ? `\u001b[${styles[style]}m${text}\u001b[0m` : text);
  return problems.map((problem) => formatProblem(problem, paint)).join('\n\n');
}
