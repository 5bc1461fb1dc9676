import { element } from '../svg/index.ts';
import { textHtml } from './parts.ts';

const diffKinds: Readonly<Record<string, string>> = { '+': 'plus', '-': 'minus', '@': 'hunk' };

/** Deeper than this nobody reads. */
const maxIndent = 80;

/** A line with its blanks in front, which other texts lose; the first character is the diff's own. */
function indentedHtml(line: string): string {
  const [front = ''] = /^.?[ \t]*/.exec(line) ?? [];
  const blanks = front.slice(1).replaceAll('\t', '  ').slice(0, maxIndent);
  return `${textHtml(front.slice(0, 1), 1) || ' '}${blanks}${textHtml(line.slice(front.length), 400)}`;
}

/** Every change of a program, with what was taken away and what was added. */
export function diffHtml(diff: string, maxLength: number): string {
  const text =
    diff.length <= maxLength
      ? diff
      : `${diff.slice(0, diff.lastIndexOf('\n', maxLength))}\n... cut, see report.json`;
  const all = text.split('\n');
  const lines = all.map((line, at) => {
    // A file's name stands in two lines above its hunks.
    const isName =
      (line.startsWith('--- ') && all[at + 1]?.startsWith('+++ ')) ||
      (line.startsWith('+++ ') && all[at - 1]?.startsWith('--- '));
    const kind = isName ? 'hunk' : (diffKinds[line[0] ?? ''] ?? null);
    return element('span', { class: kind }, indentedHtml(line));
  });
  return element('pre', { tabindex: '0' }, ...lines);
}
