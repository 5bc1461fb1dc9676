import { lineStarts, positionAt, type TextPosition } from './text-position.ts';
import { blankComments, spaces } from './tokens.ts';

/**
 * The function whose call stands for a directive while a program is linked, because linking drops comments and
 * attributes of loops. A kernel has no use for it: only fragment shaders may call it.
 */
export const marker = 'dpdx';

/** A comment that asks for unrolling: `@unroll`, or `@unroll(FACTOR)`. */
const directive = /^(?:\/\/|\/\*)\s*@unroll\b/;
const factor = /^(?:\/\/|\/\*)\s*@unroll\s*(?:\((?<factor>.*)\))?\s*(?:\*\/)?$/ds;

/** The text with spaces for comments and calls of `marker` for directives; every offset stays what it was. */
export function markLoops(text: string): string {
  return blankComments(text, (start, end) => {
    const comment = text.slice(start, end);
    const found = directive.test(comment) ? factor.exec(comment) : null;
    if (!found || !isBeforeLoop(text, start, end)) return null;
    const [from, to] = found.indices?.groups?.factor ?? [comment.length, comment.length];
    if (from === to) return `${marker}();${spaces(comment.slice(`${marker}();`.length))}`;
    const before = spaces(comment.slice(0, from - marker.length - 1));
    return `${before}${marker}(${comment.slice(from, to)});${spaces(comment.slice(to + 2))}`;
  });
}

/** The first directive that cannot be followed, and why; null if there is none. */
export function misplacedDirective(text: string): (TextPosition & { readonly message: string }) | null {
  let first: { offset: number; message: string } | null = null;
  blankComments(text, (start, end) => {
    const comment = text.slice(start, end);
    if (first !== null || !directive.test(comment)) return null;
    if (!factor.test(comment)) {
      first = {
        offset: start,
        message: 'write `@unroll` or `@unroll(FACTOR)`, and nothing else in the comment',
      };
    } else if (!isBeforeLoop(text, start, end)) {
      const message =
        '`@unroll` must be a statement of its own directly before a `for`; where the loop has an `@if`, put both into braces';
      first = { offset: start, message };
    }
    return null;
  });
  const found = first as { offset: number; message: string } | null;
  return found && { ...positionAt(lineStarts(text), found.offset), message: found.message };
}

/** Whether a comment is where a statement may start, and the next statement is a `for`. */
function isBeforeLoop(text: string, start: number, end: number): boolean {
  const before = blankComments(text.slice(0, start)).trimEnd();
  return /[{};]$/.test(before) && /^\s*for\b/.test(blankComments(text.slice(end)));
}
