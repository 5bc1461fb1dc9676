import type { SourcePosition, TextOrigin } from './types.ts';

interface Piece {
  /** Where it starts in the text. */
  readonly start: number;
  readonly origin: TextOrigin;
  /** Where it, or what it stands for, starts there. */
  readonly offset: number;
  readonly replaced: boolean;
}

/** A text that is put together from parts of others, which knows where each part comes from. */
export class ComposedText implements TextOrigin {
  readonly #pieces: Piece[] = [];
  readonly #parts: string[] = [];
  #length = 0;

  /**
   * Adds a part that starts at an offset of where it comes from.
   * @param replaced it stands for what is there, and is not the same: all of it is placed at the offset
   */
  add(text: string, origin: TextOrigin, ...[offset, replaced = false]: [offset: number, replaced?: boolean]) {
    if (text === '') return;
    this.#pieces.push({ start: this.#length, origin, offset, replaced });
    this.#parts.push(text);
    this.#length += text.length;
  }

  get text(): string {
    return this.#parts.join('');
  }

  place(offset: number): SourcePosition {
    let low = 0;
    let high = this.#pieces.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#pieces[middle] as Piece).start <= offset) low = middle;
      else high = middle - 1;
    }
    const piece = this.#pieces[low];
    if (piece === undefined) return { file: '', line: 1, column: 1 };
    const within = piece.replaced ? 0 : Math.max(0, offset - piece.start);
    return piece.origin.place(piece.offset + within);
  }
}
