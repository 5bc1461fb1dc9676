const noise = /^(Warning:|at |Node\.js v|[{}^]+$)/;

/** The last `limit` characters of a stream of text. */
export class Tail {
  readonly #limit: number;
  #text = '';

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(text: string): void {
    this.#text = (this.#text + text).slice(-this.#limit);
  }

  /** The last few lines that say something: no warnings of the driver's loader, no stack. */
  summary(lines = 5): string {
    return this.#text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !noise.test(line))
      .slice(-lines)
      .join('\n');
  }
}
