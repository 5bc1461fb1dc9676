/** What a condition line asks. */
export interface Question {
  /** Offset of its line. */
  readonly at: number;
  /** The directive: `if`, `elifdef`. */
  readonly name: string;
  /** Called only where the answer matters. */
  holds(): boolean;
  refuse(message: string): never;
}

/** `#if` and what follows it up to `#endif`. */
interface Condition {
  readonly at: number;
  /** Whether what is around it is taken. */
  readonly outer: boolean;
  /** Whether the part that is being read is. */
  active: boolean;
  /** Whether one of its parts was. */
  taken: boolean;
  hasElse: boolean;
}

/** The conditions of a file that are open at a line. */
export class Conditions {
  readonly #open: Condition[] = [];

  /** Whether what stands here is taken. */
  get active(): boolean {
    return this.#open.at(-1)?.active ?? true;
  }

  /** Offset of the innermost that is open; null if none is. */
  get unclosed(): number | null {
    return this.#open.at(-1)?.at ?? null;
  }

  /** Follows a line; false if it is no condition. */
  follow(question: Question): boolean {
    const { name } = question;
    if (/^if(?:n?def)?$/.test(name)) this.#begin(question);
    else if (/^(?:elif(?:n?def)?|else)$/.test(name)) this.#next(question);
    else if (name === 'endif') {
      this.#innermost(question);
      this.#open.pop();
    } else return false;
    return true;
  }

  #begin({ at, holds }: Question): void {
    const outer = this.active;
    const active = outer && holds();
    this.#open.push({ at, outer, active, taken: active, hasElse: false });
  }

  #next(question: Question): void {
    const { name, holds, refuse } = question;
    const current = this.#innermost(question);
    if (current.hasElse) refuse(`#${name} after #else`);
    current.active = current.outer && !current.taken && holds();
    current.taken ||= current.active;
    current.hasElse = name === 'else';
  }

  #innermost({ name, refuse }: Question): Condition {
    return this.#open.at(-1) ?? refuse(`#${name} without an #if`);
  }
}
