import type { AbstractElem, ExpressionElem } from './wesl-syntax.ts';

type Binary = Extract<ExpressionElem, { kind: 'binary-expression' }>;

/** How tightly operators bind (WGSL specification, "Operator Precedence and Associativity"). */
const precedence: Readonly<Record<string, number>> = {
  '||': 1,
  '&&': 2,
  '|': 3,
  '^': 4,
  '&': 5,
  '==': 6,
  '!=': 6,
  '<': 6,
  '<=': 6,
  '>': 6,
  '>=': 6,
  '<<': 7,
  '>>': 7,
  '+': 8,
  '-': 8,
  '*': 9,
  '/': 9,
  '%': 9,
};

/**
 * Puts the operators of a syntax tree in order, in place: the library's parser takes `a || b + c < d` for
 * `(a || b + c) < d`. Parentheses are elements of their own, so a chain of binary expressions has none.
 *
 * @param childrenOf the parts of an element.
 */
export function associate(
  element: AbstractElem,
  childrenOf: (element: AbstractElem) => readonly AbstractElem[],
): void {
  if (element.kind === 'binary-expression' && isMisplaced(element)) {
    const operands: ExpressionElem[] = [];
    const operators: Binary['operator'][] = [];
    collect(element, operands, operators);
    Object.assign(element, climb(operands, operators));
  }
  for (const child of childrenOf(element)) associate(child, childrenOf);
}

/** Whether an operator of a chain binds tighter than one within its operands. */
function isMisplaced(chain: ExpressionElem): boolean {
  if (chain.kind !== 'binary-expression') return false;
  const { left, right, operator } = chain;
  return (
    [left, right].some(
      (side) => side.kind === 'binary-expression' && strength(side.operator) < strength(operator),
    ) ||
    isMisplaced(left) ||
    isMisplaced(right)
  );
}

function strength({ value }: Binary['operator']): number {
  return precedence[value] ?? 0;
}

function collect(
  expression: ExpressionElem,
  operands: ExpressionElem[],
  operators: Binary['operator'][],
): void {
  if (expression.kind !== 'binary-expression') {
    operands.push(expression);
    return;
  }
  collect(expression.left, operands, operators);
  operators.push(expression.operator);
  collect(expression.right, operands, operators);
}

/** The expression of operands with operators between them, by which binds tightest; from left to right among equals. */
function climb(
  operands: readonly ExpressionElem[],
  operators: readonly Binary['operator'][],
): ExpressionElem {
  let weakest = -1;
  for (const [index, operator] of operators.entries()) {
    if (weakest < 0 || strength(operator) <= strength(operators[weakest] as Binary['operator']))
      weakest = index;
  }
  const operator = operators[weakest];
  if (operator === undefined) return operands[0] as ExpressionElem;
  const left = climb(operands.slice(0, weakest + 1), operators.slice(0, weakest));
  const right = climb(operands.slice(weakest + 1), operators.slice(weakest + 1));
  return { kind: 'binary-expression', operator, left, right, start: left.start, end: right.end };
}
