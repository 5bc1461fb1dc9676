import type { TunableValue } from '../../space/index.ts';
import { evaluate, type Names } from './arithmetic.ts';

/** Longest text that one use of a macro may come to. */
const longest = 64 * 1024;

const nameOrNumber = /\d[\w.]*|[\p{XID_Start}_][\p{XID_Continue}]*/gu;

interface Macro {
  readonly text: string;
  /** Whether it is a value of a configuration or workload: those win over what the template defines. */
  readonly isValue: boolean;
  /** Whether `#ifdef` sees it: a `false` is there, and is not defined. */
  readonly isDefined: boolean;
  /** Whether uses in the text are left alone, because the program declares that name itself. */
  readonly isOwn: boolean;
}

/**
 * Values as a template sees them: NAME is the value, `true` and `false` are 1 and 0 in conditions, and of a text `type: f16` or
 * a whole number `VEC: 4` also `type_f16` and `VEC_4` are defined, as WESL has it in `@if`.
 */
export class Macros {
  readonly #macros = new Map<string, Macro>();

  /** @param isOwn whether the program declares a name */
  constructor(values: Readonly<Record<string, TunableValue>>, isOwn: (name: string) => boolean) {
    for (const [name, value] of Object.entries(values)) {
      const text = String(value);
      this.#macros.set(name, { text, isValue: true, isDefined: value !== false, isOwn: isOwn(name) });
      if (
        typeof value === 'boolean' ||
        (typeof value === 'number' && !(Number.isSafeInteger(value) && value >= 0))
      )
        continue;
      const choice = `${name}_${text}`;
      if (!this.#macros.has(choice))
        this.#macros.set(choice, { text: '1', isValue: true, isDefined: true, isOwn: true });
    }
  }

  isDefined(name: string): boolean {
    return this.#macros.get(name)?.isDefined ?? false;
  }

  /** What a template defines itself; without effect for what has a value. */
  define(name: string, text: string): void {
    if (this.#macros.get(name)?.isValue) return;
    this.#macros.set(name, { text, isValue: false, isDefined: true, isOwn: false });
  }

  undefine(name: string): void {
    if (!this.#macros.get(name)?.isValue) this.#macros.delete(name);
  }

  /** What a use of a name in the text comes to; null: it stays. @throws Error if that is too long */
  expansion(name: string, within: ReadonlySet<string> = new Set()): string | null {
    const macro = this.#macros.get(name);
    if (macro === undefined || macro.isOwn || within.has(name)) return null;
    if (macro.isValue) return macro.text;
    const inside = new Set(within).add(name);
    let length = 0;
    return macro.text.replaceAll(nameOrNumber, (word) => {
      const text = this.expansion(word, inside) ?? word;
      length += text.length;
      if (length > longest) throw new Error(`\`${name}\` comes to more than 64 KiB of text`);
      return text;
    });
  }

  /** Whether a condition holds, as C has it. @throws Error that says why that cannot be told */
  holds(condition: string): boolean {
    const names: Names = {
      text: (name) => (this.isDefined(name) ? this.#text(name) : this.#falseOr(name)),
      unknown: () => 0,
    };
    return evaluate(condition, names, { integers: true }) !== 0;
  }

  /** What `{{ ... }}` stands for: a value, or arithmetic on numbers. @throws Error that says why there is none */
  placed(written: string): string {
    const own = this.#text(written);
    if (own !== null) return own;
    const unknown = (name: string): never => {
      const known = [...this.#macros]
        .filter(([, { isOwn, isValue }]) => isValue && !isOwn)
        .map(([one]) => one);
      throw new Error(`there is no tunable or workload parameter \`${name}\`; there are ${known.join(', ')}`);
    };
    if (/^\w+$/.test(written)) unknown(written);
    return String(evaluate(written, { text: (name) => this.#text(name), unknown }, { integers: false }));
  }

  /** In conditions a `false` is 0, though it is not defined. */
  #falseOr(name: string): string | null {
    return this.#macros.has(name) ? '0' : null;
  }

  #text(name: string): string | null {
    return this.#macros.get(name)?.text ?? null;
  }
}
