import { elements } from '../graph.ts';
import { broadcast, elementAt } from './broadcast.ts';
import { maxFolded } from './limits.ts';
import type { NodeView } from './node-view.ts';
import { named, type Rule } from './rule.ts';

type Fold = (...operands: number[]) => number;

/** Rounds half to even, as ONNX's Round does. */
function round(x: number): number {
  const down = Math.floor(x);
  return x - down === 0.5 ? down + (down % 2 === 0 ? 0 : 1) : Math.round(x);
}

const isWhole = (x: number, y: number) => Number.isInteger(x) && Number.isInteger(y);

/** How operators that sizes are computed with fold; those of weights are not of interest. */
const folds: Readonly<Record<string, Fold>> = {
  Abs: Math.abs,
  Add: (x, y) => x + y!,
  And: (x, y) => Number(x !== 0 && y !== 0),
  Cast: (x) => x,
  Ceil: Math.ceil,
  Div: (x, y) => (isWhole(x!, y!) ? Math.trunc(x! / y!) : x! / y!),
  Equal: (x, y) => Number(x === y),
  Floor: Math.floor,
  Greater: (x, y) => Number(x! > y!),
  GreaterOrEqual: (x, y) => Number(x! >= y!),
  Less: (x, y) => Number(x! < y!),
  LessOrEqual: (x, y) => Number(x! <= y!),
  Max: Math.max,
  Min: Math.min,
  Mod: (x, y) => (y === 0 ? Number.NaN : ((x! % y!) + y!) % y!),
  Mul: (x, y) => x! * y!,
  Neg: (x) => -x!,
  Not: (x) => Number(x === 0),
  Or: (x, y) => Number(x !== 0 || y !== 0),
  Pow: (x, y) => x! ** y!,
  Round: (x) => round(x!),
  Sqrt: (x) => Math.sqrt(x!),
  Sub: (x, y) => x! - y!,
  Where: (condition, x, y) => (condition !== 0 ? x! : y!),
};

const truths = new Set('And Equal Greater GreaterOrEqual IsInf IsNaN Less LessOrEqual Not Or Xor'.split(' '));

function folded(node: NodeView, shape: readonly number[]): readonly number[] | null {
  const fold = folds[node.node.operator];
  const count = elements(shape);
  const { inputs } = node;
  if (fold === undefined || count > maxFolded || inputs.some((input) => input?.values == null)) return null;
  const operands = inputs.map((input) => input!);
  const isTruncated = node.node.operator === 'Cast' && [6, 7].includes(node.int('to', 1));
  const values = Array.from({ length: count }, (_, place) =>
    fold(...operands.map((operand) => elementAt(operand.values!, operand.shape, place, shape))),
  );
  if (values.some(Number.isNaN)) return null;
  return isTruncated ? values.map(Math.trunc) : values;
}

/** ONNX's numbers of types that a Cast may give, as far as their sizes differ from what it takes. */
const castTo = { 1: 'f32', 6: 'i32', 7: 'i64', 9: 'bool', 10: 'f16', 11: 'f64', 16: 'bf16' } as const;

const each: Rule = (node) => {
  const inputs = node.inputs.map((_, at) => node.input(at));
  const shape = broadcast(inputs.map((input) => input.shape));
  const { operator } = node.node;
  const values = folded(node, shape);
  if (truths.has(operator)) return [{ shape, values, element: 'bool' }];
  if (operator === 'Where') return [{ shape, values, element: inputs[1]!.element }];
  if (operator !== 'Cast') return [{ shape, values }];
  const element = castTo[node.int('to', 1) as keyof typeof castTo] ?? 'other';
  return [{ shape, values, element }];
};

/** Operators whose first output has the shape of their first input, whatever else they take. */
const likeFirst: Rule = (node) => {
  const shape = node.shape();
  return node.node.outputs.map(() => ({ shape }));
};

/** Element by element, with the values of those that sizes are computed with. */
export const elementwiseRules = {
  ...named(
    'Abs Add And Cast Ceil Div Equal Floor Greater GreaterOrEqual Less LessOrEqual Max Mean Min Mod Mul Neg Not Or Pow Round Sqrt Sub Sum Where Xor',
    each,
  ),
  ...named(
    'Acos Acosh Asin Asinh Atan Atanh BatchNormalization Celu Clip Cos Cosh CumSum Dropout Elu Erf Exp FastGelu Gelu BiasGelu BitwiseNot GroupNorm GroupNormalization HardSigmoid HardSwish Hardmax InstanceNormalization IsInf IsNaN LayerNormalization LeakyRelu Log LogSoftmax LpNormalization LRN Mish PRelu QuickGelu RMSNormalization Reciprocal Relu RotaryEmbedding ScatterElements ScatterND Selu Sigmoid Sign SimplifiedLayerNormalization Sin Sinh SkipGroupNorm Softmax Softplus Softsign Swish Tan Tanh ThresholdedRelu Trilu',
    likeFirst,
  ),
  // Of the statistics that these give beside their result nothing is used when a network runs.
  ...named('SkipLayerNormalization SkipSimplifiedLayerNormalization', (node) => [{ shape: node.shape() }]),
  ...named('QuantizeLinear DequantizeLinear', (node) => [
    {
      shape: node.shape(),
      element:
        node.node.operator === 'DequantizeLinear'
          ? node.input(1).element
          : (node.optional(2)?.element ?? 'u8'),
    },
  ]),
  DynamicQuantizeLinear: (node: NodeView) => [
    { shape: node.shape(), element: 'u8' as const },
    { shape: [] },
    { shape: [], element: 'u8' as const },
  ],
};
