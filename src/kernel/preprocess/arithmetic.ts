/** What names in an expression stand for. */
export interface Names {
  /** Text of a macro or value; null: there is none. */
  text(name: string): string | null;
  /** What a name comes to that is no macro. @throws Error where it may not stand here */
  unknown(name: string): number;
}

/** How an expression is worked out. */
export interface Rules {
  /** As a C preprocessor does it: division cuts, a name that is no macro is 0, `defined` is known. */
  readonly integers: boolean;
}

const token =
  /\s*(?:(0[xX][\da-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)[uiflUIFL]*|([A-Za-z_]\w*)|(<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%<>!~&^|?:()]))/y;

/** Binary operators by how strongly they bind, as C has it. */
const binary: Readonly<Record<string, readonly [number, (a: number, b: number) => number]>> = {
  '||': [1, (a, b) => Number(a !== 0 || b !== 0)],
  '&&': [2, (a, b) => Number(a !== 0 && b !== 0)],
  '|': [3, (a, b) => a | b],
  '^': [4, (a, b) => a ^ b],
  '&': [5, (a, b) => a & b],
  '==': [6, (a, b) => Number(a === b)],
  '!=': [6, (a, b) => Number(a !== b)],
  '<': [7, (a, b) => Number(a < b)],
  '>': [7, (a, b) => Number(a > b)],
  '<=': [7, (a, b) => Number(a <= b)],
  '>=': [7, (a, b) => Number(a >= b)],
  '<<': [8, (a, b) => a * 2 ** b],
  '>>': [8, (a, b) => Math.floor(a / 2 ** b)],
  '+': [9, (a, b) => a + b],
  '-': [9, (a, b) => a - b],
  '*': [10, (a, b) => a * b],
  '/': [10, (a, b) => a / b],
  '%': [10, (a, b) => a % b],
};

/** Macros that stand for others, and parentheses. */
const deepest = 64;

/** Works out an expression. @throws Error that says in a clause why it cannot be */
export function evaluate(expression: string, names: Names, ...[rules, depth = 0]: [Rules, number?]): number {
  if (depth > deepest) throw new Error('it goes round in a circle, or too deep');
  return new Evaluation(expression, names, rules, depth).result();
}

class Evaluation {
  readonly #names: Names;
  readonly #rules: Rules;
  readonly #depth: number;
  readonly #tokens: string[] = [];
  #at = 0;
  #nested = 0;

  constructor(expression: string, ...[names, rules, depth]: [Names, Rules, number]) {
    this.#names = names;
    this.#rules = rules;
    this.#depth = depth;
    token.lastIndex = 0;
    const text = expression.trimEnd();
    while (token.lastIndex < text.length) {
      const from = token.lastIndex;
      const found = token.exec(text);
      if (found === null)
        throw new Error(`\`${text.slice(from).trim().slice(0, 20)}\` cannot be read in an expression`);
      this.#tokens.push(found[1] ?? found[2] ?? found[3] ?? '');
    }
  }

  result(): number {
    const value = this.#conditional();
    const rest = this.#tokens[this.#at];
    if (rest !== undefined) throw new Error(`\`${rest}\` is not expected here`);
    return value;
  }

  #take(wanted: string): boolean {
    if (this.#tokens[this.#at] !== wanted) return false;
    this.#at++;
    return true;
  }

  #expect(wanted: string): void {
    if (!this.#take(wanted)) throw new Error(`\`${wanted}\` is missing`);
  }

  #conditional(): number {
    if (++this.#nested > deepest) throw new Error('it is nested too deep');
    const condition = this.#operation(1);
    let value = condition;
    if (this.#take('?')) {
      const yes = this.#conditional();
      this.#expect(':');
      const no = this.#conditional();
      value = condition !== 0 ? yes : no;
    }
    this.#nested--;
    return value;
  }

  #operation(least: number): number {
    let left = this.#unary();
    for (;;) {
      const operator = this.#tokens[this.#at] ?? '';
      const known = Object.hasOwn(binary, operator) ? binary[operator] : undefined;
      if (known === undefined || known[0] < least) return left;
      this.#at++;
      const right = this.#operation(known[0] + 1);
      if ((operator === '/' || operator === '%') && right === 0) throw new Error('it divides by 0');
      const value = known[1](left, right);
      left = this.#rules.integers ? Math.trunc(value) : value;
    }
  }

  #unary(): number {
    if (++this.#nested > deepest) throw new Error('it is nested too deep');
    const operator = this.#tokens[this.#at] ?? '';
    let value: number;
    if (!/^[-+!~]$/.test(operator)) value = this.#primary();
    else {
      this.#at++;
      const operand = this.#unary();
      value = { '-': -operand, '+': operand, '!': Number(operand === 0), '~': ~operand }[operator] ?? operand;
    }
    this.#nested--;
    return value;
  }

  #primary(): number {
    const next = this.#tokens[this.#at++];
    if (next === undefined) throw new Error('it ends too early');
    if (next === '(') {
      const value = this.#conditional();
      this.#expect(')');
      return value;
    }
    if (/^\d/.test(next)) return Number(next);
    if (!/^[A-Za-z_]/.test(next)) throw new Error(`\`${next}\` is not expected here`);
    if (next === 'defined' && this.#rules.integers) return this.#defined();
    return this.#value(next);
  }

  #defined(): number {
    const inParentheses = this.#take('(');
    const name = this.#tokens[this.#at++] ?? '';
    if (inParentheses) this.#expect(')');
    return Number(this.#names.text(name) !== null);
  }

  #value(name: string): number {
    const text = this.#names.text(name);
    if (text === null) {
      if (name === 'true' || name === 'false') return Number(name === 'true');
      return this.#names.unknown(name);
    }
    // As with a compiler's -DNAME.
    if (text.trim() === '') return 1;
    const inside: Names = {
      text: (other) => (other === name ? null : this.#names.text(other)),
      unknown: () => {
        throw new Error(`\`${name}\` is \`${text}\`, which is no number`);
      },
    };
    return evaluate(text, inside, this.#rules, this.#depth + 1);
  }
}
