import { elements } from '../graph.ts';
import { maxFolded } from './limits.ts';
import { fromFront, type NodeView, NotKnown } from './node-view.ts';
import { named, type Result, type Rule } from './rule.ts';

const constant: Rule = (node) => {
  const tensor = node.attribute('value')?.tensor;
  if (tensor !== undefined) return [tensor];
  const whole = node.attribute('value_ints')?.ints ?? node.attribute('value_int')?.ints;
  const values = whole ?? node.attribute('value_floats')?.floats ?? node.attribute('value_float')?.floats;
  if (values === undefined) throw new NotKnown('value');
  const isList = node.node.attributes.has('value_ints') || node.node.attributes.has('value_floats');
  return [{ shape: isList ? [values.length] : [], values, element: whole === undefined ? 'f32' : 'i64' }];
};

/** Axes that a reduction takes away; all unless given. */
export function reducedAxes(node: NodeView): readonly number[] {
  const rank = node.shape().length;
  const isArgument = /^Arg/.test(node.node.operator);
  const given = isArgument ? [node.int('axis', 0)] : node.list('axes', 1);
  if (given === null || given.length === 0)
    return node.int('noop_with_empty_axes', 0) === 1 ? [] : node.shape().map((_, axis) => axis);
  return given.map((axis) => fromFront(axis, rank));
}

const reduction: Rule = (node) => {
  const axes = reducedAxes(node);
  const keeps = node.int('keepdims', 1) === 1;
  const from = node.shape();
  const shape = keeps
    ? from.map((size, axis) => (axes.includes(axis) ? 1 : size))
    : from.filter((_, axis) => !axes.includes(axis));
  const { values } = node.input(0);
  const isWhole = values !== null && axes.length === from.length;
  const folds: Readonly<Record<string, (all: readonly number[]) => number>> = {
    ReduceProd: elements,
    ReduceSum: (all) => all.reduce((sum, value) => sum + value, 0),
    ReduceMax: (all) => Math.max(...all),
    ReduceMin: (all) => Math.min(...all),
  };
  const fold = folds[node.node.operator];
  const element = /^Arg/.test(node.node.operator) ? ('i64' as const) : node.input(0).element;
  return [{ shape, element, values: isWhole && fold !== undefined ? [fold(values)] : null }];
};

function list(values: readonly number[]): Result {
  return { shape: [values.length], element: 'i64', values };
}

function filled(shape: readonly number[], value: number): readonly number[] | null {
  return elements(shape) <= maxFolded ? Array<number>(elements(shape)).fill(value) : null;
}

/** Arrays out of nothing, out of shapes, and fewer numbers out of many. */
export const makeRules = {
  Constant: constant,
  Shape: (node: NodeView) => {
    const shape = node.shape();
    const end = node.int('end', shape.length);
    return [list(shape.slice(fromFront(node.int('start', 0), shape.length), fromFront(end, shape.length)))];
  },
  Size: (node: NodeView) => [{ shape: [], element: 'i64' as const, values: [elements(node.shape())] }],
  ConstantOfShape: (node: NodeView) => {
    const shape = node.values(0);
    const tensor = node.attribute('value')?.tensor;
    return [{ shape, element: tensor?.element ?? 'f32', values: filled(shape, tensor?.values?.[0] ?? 0) }];
  },
  EyeLike: (node: NodeView) => [{ shape: node.shape() }],
  Range: (node: NodeView) => {
    const [start, limit, step] = [0, 1, 2].map((at) => node.values(at)[0]!);
    const count = Math.max(0, Math.ceil((limit! - start!) / step!));
    if (!Number.isFinite(count)) throw new NotKnown('range');
    const values = count > maxFolded ? null : Array.from({ length: count }, (_, i) => start! + i * step!);
    return [{ shape: [count], values }];
  },
  NonZero: (node: NodeView) => {
    const values = node.values(0);
    if (node.shape().length !== 1) throw new NotKnown('shape');
    const found = values.flatMap((value, at) => (value === 0 ? [] : [at]));
    return [{ shape: [1, found.length], element: 'i64' as const, values: found }];
  },
  OneHot: (node: NodeView) => {
    const indices = node.shape();
    const axis = fromFront(node.int('axis', -1), indices.length + 1);
    return [{ shape: indices.toSpliced(axis, 0, node.values(1)[0]!), element: node.input(2).element }];
  },
  TopK: (node: NodeView) => {
    const from = node.shape();
    const count = node.list('k', 1)?.[0] ?? Number.NaN;
    const shape = from.with(fromFront(node.int('axis', -1), from.length), count);
    return [{ shape }, { shape, element: 'i64' as const }];
  },
  ...named(
    'ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare ArgMax ArgMin',
    reduction,
  ),
};
