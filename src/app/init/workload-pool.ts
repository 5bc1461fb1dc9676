import { isReservedName } from '../../expression/index.ts';
import {
  type DescribedSlot,
  expressionText,
  memberSymbol,
  type Polynomial,
  symbolsOf,
  type Use,
} from '../../kernel/index.ts';
import type { DraftParameter } from './draft.ts';

/** Most parameters a workload may have. */
const mostParameters = 16;

const longestName = 64;

const axisSuffix = ['', '_Y', '_Z'] as const;

/** The parameters that kernels of one file ask for, each once. */
export class WorkloadPool {
  readonly #parameters: DraftParameter[] = [];
  /** By what they stand for. */
  readonly #names = new Map<string, string>();
  readonly #taken = new Set<string>();
  #isFull = false;

  get parameters(): readonly DraftParameter[] {
    return this.#parameters;
  }

  /** Whether there was no room for something. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Keeps a name for something else. */
  reserve(name: string): void {
    this.#taken.add(name);
  }

  /** A constant of the program. */
  addConstant(parameter: DraftParameter): void {
    if (this.#names.has(parameter.name)) return;
    this.#add(parameter.name, parameter);
  }

  /**
   * The parameter for a scalar of a listed buffer.
   * @returns its name; null if there is no room for one
   */
  member(buffer: string, { path, scalar }: DescribedSlot, use: Use | undefined): string | null {
    const isMember = /^\w/.test(path);
    const base = (isMember ? path : `${buffer}${path}`).replaceAll(/\W+/g, '_').replaceAll(/^_|_$/g, '');
    const shown = isMember ? `\`${path}\` of \`${buffer}\`` : `\`${buffer}${path}\``;
    const decides = use === 'condition' ? ', which the program decides on' : '';
    return this.#ask(
      memberSymbol(buffer, path),
      [base, `${buffer}_${base}`],
      `${shown} (${scalar})${decides}`,
    );
  }

  /**
   * Names for the symbols in a value, which are asked for if they are not yet.
   *
   * @param entry the entry point whose launch it is
   * @returns the value as an expression of the manifest; null if there is no room for all
   */
  text(value: Polynomial, entry: string): string | null {
    const names = new Map<string, string>();
    for (const symbol of symbolsOf(value)) {
      const name = this.#nameOf(symbol, entry);
      if (name === null) return null;
      names.set(symbol, name);
    }
    return expressionText(value, (symbol) => names.get(symbol) ?? symbol);
  }

  #nameOf(symbol: string, entry: string): string | null {
    const [kind = '', what = ''] = symbol.split(' ');
    switch (kind) {
      case 'count':
        return this.#ask(symbol, ['N', `N_${what}`], `elements of \`${what}\``);
      case 'below':
        return this.#ask(
          symbol,
          [`${what}_below`],
          `what the numbers in \`${what}\` are below: it indexes with them`,
        );
      case 'longest':
        return this.#ask(
          symbol,
          [`${what}_rows_below`],
          `rows that start where \`${what}\` says are shorter than this`,
        );
      case 'threads':
      case 'groups': {
        const axis = Number(what);
        const isThreads = kind === 'threads';
        const base = `${isThreads ? 'N' : 'WORKGROUPS'}${axisSuffix[axis] ?? ''}`;
        const note = `${isThreads ? 'invocations' : 'workgroups'} in ${'xyz'[axis]}: nothing in the program bounds them`;
        return this.#ask(`${symbol} ${entry}`, [base, `${base}_${entry}`], note);
      }
      case 'member':
        return this.#names.get(symbol) ?? null;
      default:
        return symbol;
    }
  }

  #ask(key: string, candidates: readonly string[], note: string): string | null {
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const name = candidates
      .map((candidate) => candidate.replaceAll(/\W+/g, '_'))
      .find((candidate) => this.#isFree(candidate));
    if (name === undefined) return null;
    return this.#add(key, { name, value: null, note }) ? name : null;
  }

  #isFree(name: string): boolean {
    return (
      /^[A-Za-z_]\w*$/.test(name) &&
      name.length <= longestName &&
      !name.startsWith('__') &&
      !this.#taken.has(name) &&
      !isReservedName(name)
    );
  }

  #add(key: string, parameter: DraftParameter): boolean {
    if (this.#parameters.length >= mostParameters) {
      this.#isFull = true;
      return false;
    }
    this.#taken.add(parameter.name);
    this.#names.set(key, parameter.name);
    this.#parameters.push(parameter);
    return true;
  }
}
