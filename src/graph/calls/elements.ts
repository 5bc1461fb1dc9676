import { elements } from '../graph.ts';
import type { NodeView } from '../shapes/index.ts';
import { type Answer, callOf, type Mapping, mapped } from './call.ts';

/** Functions of one number. Clip stands for any two bounds: what it costs does not depend on them. */
const unary: Readonly<Record<string, string>> = {
  Abs: 'absolute',
  Clip: 'relu6',
  Exp: 'exp',
  FastGelu: 'gelu',
  LeakyRelu: 'leaky_relu',
  Neg: 'negate',
  QuickGelu: 'silu',
  Relu: 'relu',
  Sigmoid: 'sigmoid',
  Swish: 'silu',
  Tanh: 'tanh',
};

/** Functions of two numbers; which of the two is given first costs nothing. */
const binary: Readonly<Record<string, string>> = {
  Add: 'add',
  Div: 'divide',
  Max: 'maximum',
  Min: 'minimum',
  Mul: 'multiply',
  Sub: 'subtract',
  Sum: 'add',
};

function unaryCall(node: NodeView): Answer {
  const { operator } = node.node;
  if (operator === 'FastGelu' && node.has(1)) return 'a bias before its function';
  const gelu = node.text('approximate') === 'tanh' ? 'gelu' : 'gelu_erf';
  return callOf(node, 'elementwise', {
    cols: elements(node.output().shape),
    unary: operator === 'Gelu' ? gelu : unary[operator],
  });
}

/** How the smaller operand is laid over the larger one. */
export interface Spread {
  readonly rows?: number;
  readonly cols: number;
  readonly broadcast?: 'row' | 'column' | 'scalar';
}

/**
 * Rows and columns of a result of which one operand has only some axes; null where neither its first nor its last axes are
 * that. Images (four axes) have their channels last here, so that a number per channel is a row.
 */
export function spreadOf(result: readonly number[], operand: readonly number[]): Spread | null {
  const count = elements(result);
  const small = elements(operand);
  if (small === count) return { cols: count };
  if (small === 1) return { cols: count, broadcast: 'scalar' };
  const missing = result.length - operand.length;
  const axes = result.map((size, axis) => ({ size, isKept: (operand[axis - missing] ?? 1) === size }));
  const real = axes.filter(({ size }) => size > 1);
  const cols = count / small;
  const isKept = real.map((axis) => axis.isKept);
  if (result.length === 4 && axes.every((axis, at) => axis.isKept === (at === 1) || axis.size === 1))
    return { rows: cols, cols: small, broadcast: 'row' };
  const lastLeft = isKept.lastIndexOf(false);
  if (isKept.indexOf(true) > lastLeft) return { rows: cols, cols: small, broadcast: 'row' };
  if (isKept.lastIndexOf(true) < isKept.indexOf(false)) return { rows: small, cols, broadcast: 'column' };
  return null;
}

function binaryCall(node: NodeView): Answer {
  if (node.inputs.length !== 2) return 'more than two operands';
  const result = node.output().shape;
  const [a, b] = [node.shape(0), node.shape(1)];
  const isFirstWhole = elements(a) === elements(result);
  if (!isFirstWhole && elements(b) !== elements(result)) return 'both operands are spread';
  const spread = spreadOf(result, isFirstWhole ? b : a);
  if (spread === null) return 'an operand that is spread over axes in the middle';
  const { rows, cols, broadcast } = spread;
  return callOf(node, 'elementwise', { rows, cols, binary: binary[node.node.operator], broadcast });
}

function power(node: NodeView): Answer {
  if (node.input(1).values?.[0] !== 2) return 'a power other than 2';
  return callOf(node, 'elementwise', { cols: elements(node.output().shape), unary: 'square' });
}

export const elementMappings: Readonly<Record<string, Mapping>> = {
  ...mapped([...Object.keys(unary), 'Gelu'].join(' '), { call: unaryCall }),
  ...mapped(Object.keys(binary).join(' '), { call: binaryCall }),
  Pow: { call: power },
};
