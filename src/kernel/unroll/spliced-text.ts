import { lineStarts, positionAt } from '../text-position.ts';
import type { Pass } from '../types.ts';

/** A text put together from parts of another, which remembers where its lines come from. */
export class SplicedText {
  readonly #original: string;
  readonly #parts: { readonly text: string; readonly origin: number; readonly copied: boolean }[] = [];
  #length = 0;

  constructor(original: string) {
    this.#original = original;
  }

  get length(): number {
    return this.#length;
  }

  /** Appends `[from, to)` of the original. */
  copy(from: number, to: number): void {
    this.#append(this.#original.slice(from, to), from, true);
  }

  /** Appends new text, which belongs to the character at `origin` of the original. */
  insert(text: string, origin: number): void {
    this.#append(text, origin, false);
  }

  #append(text: string, origin: number, copied: boolean): void {
    if (text === '') return;
    this.#parts.push({ text, origin, copied });
    this.#length += text.length;
  }

  toString(): string {
    return this.#parts.map(({ text }) => text).join('');
  }

  /** The line table of the new text, from that of the original: by the first character of each line that is no space. */
  lines(original: Pass['lines']): Pass['lines'] {
    const starts = lineStarts(this.#original);
    const result: Pass['lines'][number][] = [];
    let current: Pass['lines'][number] | undefined;
    for (const { text, origin, copied } of this.#parts) {
      for (const [index, piece] of text.split('\n').entries()) {
        if (index > 0) {
          result.push(current ?? null);
          current = undefined;
        }
        const indent = piece.length - piece.trimStart().length;
        if (current !== undefined || indent === piece.length) continue;
        const lineOffset = index === 0 ? 0 : text.split('\n', index).join('\n').length + 1;
        current = this.#place(copied ? origin + lineOffset + indent : origin, starts, original);
      }
    }
    result.push(current ?? null);
    return result;
  }

  #place(offset: number, starts: readonly number[], original: Pass['lines']): Pass['lines'][number] {
    const { line, column } = positionAt(starts, offset);
    const origin = original[line - 1];
    if (!origin || origin.column === undefined) return origin ?? null;
    const text = this.#original.slice(starts[line - 1], starts[line]);
    const indent = text.length - text.trimStart().length;
    return { ...origin, column: Math.max(1, origin.column + column - 1 - indent) };
  }
}
