import { failed, succeeded } from '../failure.ts';
import { lineStarts, positionAt } from '../text-position.ts';
import type { BufferBinding, Outcome, PassBinding } from '../types.ts';
import { declarationOf, type ExpressionElem, typeOf, type WgslModule } from '../wesl.ts';
import { accessesIn, buffersOf } from './accesses.ts';
import { boundBuffers } from './bound-buffers.ts';

/** What leaves a large number large. A remainder, a mask or a shift may bring any number into a range. */
const keeping: ReadonlySet<string> = new Set(['+', '-', '*', '|', '^', '<<']);
const keepingCalls: ReadonlySet<string> = new Set(['min', 'max', 'clamp', 'select', 'u32', 'i32', 'bitcast']);

/**
 * Refuses programs that index buffers with random bits: nearly all of them are beyond any buffer, and where a program clamps its
 * indices, all are the same, so that no result shows a wrong one.
 */
export function refuseRandomIndices(
  module: WgslModule,
  bindings: readonly PassBinding[],
  buffers: readonly BufferBinding[],
): Outcome<null> {
  const isRandom = ({ type, fill, values }: BufferBinding) =>
    fill === 'uniform' && values === null && (type === 'u32' || type === 'i32');
  if (!buffers.some(isRandom)) return succeeded(null);
  const bound = boundBuffers(module, bindings, buffers);
  for (const { start, index, buffers: indexed } of accessesIn(module)) {
    const sources = sourcesOf(index, module).flatMap((name) => bound.get(name) ?? []);
    const random = sources.find(isRandom);
    if (random === undefined) continue;
    const names = indexed.map((name) => `\`${bound.get(name)?.name ?? name}\``).join(' or ');
    return failed(
      'validation',
      `buffer \`${random.name}\` holds random bits (fill: uniform), and the program indexes ${names} with them: ` +
        `nearly all are beyond it; fill \`${random.name}\` with indices that are there: fill: { integers: [0, COUNT] }`,
      positionAt(lineStarts(module.text), start),
    );
  }
  return succeeded(null);
}

/** The buffers whose elements an expression is, or is a sum or product of, as far as can be seen. */
function sourcesOf(expression: ExpressionElem, module: WgslModule): readonly string[] {
  switch (expression.kind) {
    case 'parenthesized-expression':
    case 'unary-expression':
      return sourcesOf(expression.expression, module);
    case 'component-member-expression':
      return sourcesOf(expression.base, module);
    case 'component-expression': {
      const buffers = buffersOf(expression, module);
      return buffers.length > 0 ? buffers : sourcesOf(expression.base, module);
    }
    case 'binary-expression': {
      const { left, operator, right } = expression;
      return keeping.has(operator.value) ? [left, right].flatMap((side) => sourcesOf(side, module)) : [];
    }
    case 'call-expression': {
      const { function: callee, arguments: values } = expression;
      const name = callee.kind === 'ref' ? callee.ident.originalName : callee.name.originalName;
      if (!keepingCalls.has(name) || !isWhole(expression, module)) return [];
      return (name === 'select' ? values.slice(0, 2) : values).flatMap((value) => sourcesOf(value, module));
    }
    case 'ref': {
      const element = declarationOf(expression.ident, module)?.declElem;
      return element?.kind === 'let' && element.init ? sourcesOf(element.init, module) : [];
    }
    default:
      return [];
  }
}

/** Whether a call gives a whole number out of whole numbers: `u32(x)` of a float is another matter. */
function isWhole(call: Extract<ExpressionElem, { kind: 'call-expression' }>, module: WgslModule): boolean {
  return call.arguments.every((argument) => {
    const type = typeOf(argument, module);
    const scalar = type.kind === 'vector' ? type.elem : type;
    return scalar.kind !== 'scalar' || (scalar.scalar !== 'f32' && scalar.scalar !== 'f16');
  });
}
