import type { ExpressionElem } from '../wesl.ts';

type Ident = Extract<ExpressionElem, { kind: 'ref' }>['ident'];

/** Conversions between whole numbers, which change no value that matters here. */
const conversions = new Set(['u32', 'i32']);

/**
 * A name for what an expression stands for: equal names, equal values. Null where it is not worked out from names and numbers
 * alone.
 *
 * @param nameOf what a name stands for; null if that changes unseen
 */
export function expressionKey(
  expression: ExpressionElem,
  nameOf: (ident: Ident) => string | null,
): string | null {
  const keyOf = (part: ExpressionElem) => expressionKey(part, nameOf);
  switch (expression.kind) {
    case 'ref':
      return nameOf(expression.ident);
    case 'literal':
      return expression.value.replace(/[iu]$/, '');
    case 'parenthesized-expression':
      return keyOf(expression.expression);
    case 'component-member-expression': {
      const base = keyOf(expression.base);
      return base === null ? null : `${base}.${expression.access.name}`;
    }
    case 'binary-expression': {
      const [left, right] = [keyOf(expression.left), keyOf(expression.right)];
      return left === null || right === null ? null : `(${left}${expression.operator.value}${right})`;
    }
    case 'call-expression': {
      const { function: callee, arguments: args } = expression;
      const name = callee.kind === 'ref' ? callee.ident.originalName : callee.name.originalName;
      const [only, ...more] = args;
      return only !== undefined && more.length === 0 && conversions.has(name) ? keyOf(only) : null;
    }
    default:
      return null;
  }
}
