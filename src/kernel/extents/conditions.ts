import type { ExpressionElem } from '../wesl.ts';
import type { Evaluator } from './evaluate.ts';
import { constant, numberOf, type Polynomial, subtract } from './polynomial.ts';
import { type Findings, isOfLaunch, type Use } from './program.ts';
import { anyNumber, type Range } from './range.ts';
import { rangeOf, type Value } from './value.ts';

/** The comparison that holds where another does not. */
const opposite: Readonly<Record<string, string>> = {
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
  '==': '!=',
  '!=': '==',
};

/** `a > b` as `b < a`. */
const turned: Readonly<Record<string, string>> = { '>': '<', '>=': '<=' };

const one = constant(1);

/** What conditions say, and what is used in them. */
export class Conditions {
  readonly #values: Evaluator;
  readonly #findings: Findings;

  constructor(values: Evaluator, findings: Findings) {
    this.#values = values;
    this.#findings = findings;
  }

  /** Evaluates a condition for what it reads. */
  read(condition: ExpressionElem, use: Use = 'condition'): void {
    this.use(this.#values.evaluate(condition), use);
  }

  use({ sources }: Value, use: Use = 'condition'): void {
    this.#values.use(sources, use);
  }

  /** From here on the condition is what is said. */
  assume(condition: ExpressionElem, isTrue: boolean): void {
    switch (condition.kind) {
      case 'parenthesized-expression':
        this.assume(condition.expression, isTrue);
        return;
      case 'unary-expression':
        if (condition.operator.value === '!') this.assume(condition.expression, !isTrue);
        return;
      case 'binary-expression': {
        const { left, right } = condition;
        const operator = condition.operator.value;
        if (operator === (isTrue ? '&&' : '||') || operator === (isTrue ? '&' : '|')) {
          this.assume(left, isTrue);
          this.assume(right, isTrue);
          return;
        }
        const holds = isTrue ? operator : opposite[operator];
        if (holds !== undefined && opposite[holds] !== undefined) this.#compare(left, holds, right);
        return;
      }
      case 'call-expression': {
        const { function: callee, arguments: args } = condition;
        const name = callee.kind === 'ref' ? callee.ident.originalName : callee.name.originalName;
        const [only] = args;
        if (only !== undefined && name === (isTrue ? 'all' : 'any')) this.assume(only, isTrue);
      }
    }
  }

  #compare(left: ExpressionElem, operator: string, right: ExpressionElem): void {
    const other = turned[operator];
    if (other !== undefined) {
      this.#compare(right, other, left);
      return;
    }
    const [a, b] = [this.#values.evaluate(left), this.#values.evaluate(right)];
    const length = Math.max(a.ranges?.length ?? 0, b.ranges?.length ?? 0);
    for (let i = 0; i < length; i++) {
      const part = length === 1 ? '' : `.${'xyzw'[i]}`;
      const at = ({ ranges }: Value) => ranges?.[ranges.length === 1 ? 0 : i] ?? anyNumber;
      this.#bound({ left, right, operator, part, ranges: [at(a), at(b)] });
    }
  }

  #bound(comparison: {
    readonly left: ExpressionElem;
    readonly right: ExpressionElem;
    readonly operator: string;
    /** `.x` of vectors. */
    readonly part: string;
    readonly ranges: readonly [Range, Range];
  }): void {
    const { left, right, operator, part } = comparison;
    const [a, b] = comparison.ranges;
    if (operator === '==') {
      this.#narrow(left, part, b);
      this.#narrow(right, part, a);
      return;
    }
    if (operator !== '<' && operator !== '<=') return;
    const step = operator === '<' ? one : constant(0);
    if (b.high !== null) {
      const high = subtract(b.high, step);
      if (b.low !== null) this.#guard(left, part, subtract(high, constant(-1)));
      this.#narrow(left, part, { low: null, high });
    }
    if (a.low !== null)
      this.#narrow(right, part, { low: subtract(a.low, subtract(constant(0), step)), high: null });
  }

  /** A bound of what depends on the launch says how far the launch has to reach. */
  #guard(expression: ExpressionElem, part: string, below: Polynomial): void {
    const { ranges } = this.#values.natural(expression);
    const reach = ranges?.[part === '' ? 0 : 'xyzw'.indexOf(part.slice(1))]?.high;
    if (reach === undefined || reach === null || !isOfLaunch(reach) || isOfLaunch(below)) return;
    this.#findings.guards.push({ reach, below });
  }

  #narrow(expression: ExpressionElem, part: string, range: Range): void {
    const key = this.#values.key(expression);
    if (key === null) return;
    this.#values.facts = this.#values.facts.with(key + part, range);
    // `i + 3 < n` says something of `i` as well.
    if (expression.kind !== 'binary-expression' || expression.operator.value !== '+' || part !== '') return;
    const { left, right } = expression;
    const { high } = range;
    if (high === null) return;
    const rest = rangeOf(this.#values.evaluate(right)).low;
    if (rest !== null && numberOf(rest) !== null)
      this.#narrow(left, '', { low: null, high: subtract(high, rest) });
  }
}
