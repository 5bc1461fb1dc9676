import { outerName } from './cel.ts';
import type { CelNode } from './cel-node.ts';
import { lower } from './lower.ts';
import type { Expression, ExpressionType } from './types.ts';

/**
 * An expression as data, for programs that know no CEL: a number or boolean is itself, a string is the variable of that
 * name, a list is an operation and its operands. `['text', 'f16']` is the text f16; arithmetic on numbers with a fraction
 * starts with `f`.
 */
export type Formula = number | boolean | string | readonly Formula[];

/** What an expression was compiled from. Kept beside it, so that an expression stays what its readers need. */
const origins = new WeakMap<
  Expression,
  { readonly root: CelNode; readonly types: Readonly<Record<string, ExpressionType>> }
>();

/** Remembers what `expressionFormula` needs. */
export function keepOrigin(
  expression: Expression,
  root: CelNode,
  types: Readonly<Record<string, ExpressionType>>,
): void {
  origins.set(expression, { root, types });
}

/** The expression as data; null if it uses constructs of CEL (macros, maps, texts' methods) that have no such form. */
export function expressionFormula(expression: Expression): Formula | null {
  const origin = origins.get(expression);
  if (origin !== undefined) return lower(origin.root, origin.types) && formulaOf(origin.root, origin.types);
  // What the manifest leaves out is a constant without a text of its own.
  const value = expression.names.length === 0 ? expression.evaluate({}) : null;
  return typeof value === 'string' ? ['text', value] : value;
}

/** `lower` has accepted the node, so operands are of the right kinds and numbers safe. */
function formulaOf(node: CelNode, types: Readonly<Record<string, ExpressionType>>): Formula {
  const all = (nodes: readonly CelNode[]) => nodes.map((one) => formulaOf(one, types));
  switch (node.op) {
    case 'value':
      if (typeof node.args === 'string') return ['text', node.args];
      return typeof node.args === 'boolean' ? node.args : Number(node.args);
    case 'id':
      return outerName(node.args);
    case '!_':
      return ['!', formulaOf(node.args, types)];
    case '-_':
      return [`${isFraction(node.args, types) ? 'f' : ''}negate`, formulaOf(node.args, types)];
    case '?:':
    case '&&':
    case '||':
      return [node.op, ...all(node.args as readonly CelNode[])];
    case 'call':
      return [node.args[0], ...all(node.args[1])];
    case 'in': {
      const [needle, list] = node.args;
      return ['in', formulaOf(needle, types), ...all(list.args as readonly CelNode[])];
    }
    case '+':
    case '-':
    case '*':
    case '/':
    case '%': {
      const [left, right] = node.args;
      return [`${isFraction(left, types) ? 'f' : ''}${node.op}`, ...all([left, right])];
    }
    default:
      return [node.op, ...all(node.args as readonly CelNode[])];
  }
}

function isFraction(node: CelNode, types: Readonly<Record<string, ExpressionType>>): boolean {
  return lower(node, types)?.type === 'double';
}
