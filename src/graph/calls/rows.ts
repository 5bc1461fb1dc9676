import { elements } from '../graph.ts';
import { fromFront, type NodeView, reducedAxes } from '../shapes/index.ts';
import { type Answer, callOf, type Mapping, mapped, unless } from './call.ts';

/** Rows and columns where all axes from one on are a row. */
function rowsFrom(shape: readonly number[], axis: number): { readonly rows: number; readonly cols: number } {
  return { rows: elements(shape.slice(0, axis)), cols: elements(shape.slice(axis)) };
}

function softmax(node: NodeView): Answer {
  const shape = node.shape();
  const axis = fromFront(node.int('axis', -1), shape.length);
  // Before opset 13 the axis that is not named is the second, and all behind it are of the row.
  if (node.ints('axis') === undefined && shape.length > 2) return 'an axis that is not named';
  if (elements(shape.slice(axis + 1)) !== 1) return 'softmax over an axis that is not the last';
  return callOf(node, 'softmax', rowsFrom(shape, axis));
}

function normalisation(operator: string): Mapping['call'] {
  return (node) => {
    const shape = node.shape();
    return callOf(node, operator, rowsFrom(shape, fromFront(node.int('axis', -1), shape.length)));
  };
}

/** Axes in front are gone, or axes behind. */
function reduction(node: NodeView): Answer {
  const shape = node.shape();
  const op = node.node.operator.slice('Reduce'.length).toLowerCase();
  const axes = reducedAxes(node);
  const isGone = shape
    .map((size, axis) => ({ size, gone: axes.includes(axis) }))
    .filter(({ size }) => size > 1);
  const gone = elements(isGone.flatMap((axis) => (axis.gone ? [axis.size] : [])));
  const kept = elements(shape) / Math.max(1, gone);
  if (gone <= 1) return null;
  const order = isGone.map((axis) => axis.gone);
  if (order.lastIndexOf(false) < order.indexOf(true))
    return callOf(node, 'reduce', { rows: kept, cols: gone, op: op === 'sum' ? undefined : op });
  if (order.lastIndexOf(true) < order.indexOf(false))
    return callOf(node, 'reduce', {
      rows: gone,
      cols: kept,
      op: op === 'sum' ? undefined : op,
      axis: 'first',
    });
  return 'axes in the middle';
}

/** A mean per channel; of one image, whose channels are last here, over the axes in front. */
function globalPool(node: NodeView): Answer {
  const [batch, channels, ...sizes] = node.shape();
  const op = node.node.operator === 'GlobalMaxPool' ? 'max' : 'mean';
  const area = elements(sizes);
  return batch === 1
    ? callOf(node, 'reduce', { rows: area, cols: channels!, op, axis: 'first' })
    : callOf(node, 'reduce', { rows: batch! * channels!, cols: area, op });
}

/** Axes that stay beside each other count as one, and those of size 1 not at all. */
export function mergedOrder(
  shape: readonly number[],
  order: readonly number[],
): { readonly sizes: readonly number[]; readonly order: readonly number[] } {
  const real = order.filter((axis) => shape[axis]! > 1);
  const place = [...real].sort((x, y) => x - y);
  const runs: number[][] = [];
  for (const axis of real.map((one) => place.indexOf(one))) {
    const run = runs.at(-1);
    if (run !== undefined && run.at(-1) === axis - 1) run.push(axis);
    else runs.push([axis]);
  }
  const sorted = [...runs].sort((x, y) => x[0]! - y[0]!);
  return {
    sizes: sorted.map((run) => elements(run.map((at) => shape[place[at]!]!))),
    order: runs.map((run) => sorted.indexOf(run)),
  };
}

function transpose(node: NodeView): Answer {
  const shape = node.shape();
  const given = node.ints('perm') ?? shape.map((_, axis) => shape.length - 1 - axis);
  const { sizes, order } = mergedOrder(shape, given);
  const kind = order.join(' ');
  if (kind === '0' || kind === '') return null;
  if (kind === '1 0') return callOf(node, 'transpose', { rows: sizes[0], cols: sizes[1] });
  if (kind === '0 2 1')
    return callOf(node, 'transpose', { rows: sizes[1], cols: sizes[2], batch: unless(1, sizes[0]!) });
  return 'a transposition that keeps the last axis';
}

function largest(node: NodeView): Answer {
  const shape = node.shape();
  if (fromFront(node.int('axis', -1), shape.length) !== shape.length - 1)
    return 'an axis that is not the last';
  return callOf(node, 'topk', {
    ...rowsFrom(shape, shape.length - 1),
    k: unless(1, node.output().shape.at(-1)!),
  });
}

/** Rows of a table, such as words of an embedding. */
function gather(node: NodeView): Answer {
  const [table, indices] = [node.shape(0), node.shape(1)];
  if (fromFront(node.int('axis', 0), table.length) !== 0) return 'an axis that is not the first';
  const { rows, cols } = rowsFrom(table, 1);
  return callOf(node, 'gather', { table_rows: rows, cols, count: elements(indices) });
}

export const rowMappings: Readonly<Record<string, Mapping>> = {
  Softmax: { call: softmax },
  LayerNormalization: { call: normalisation('layernorm') },
  ...mapped('RMSNormalization SimplifiedLayerNormalization', { call: normalisation('rmsnorm') }),
  ...mapped('ReduceSum ReduceMean ReduceMax ReduceMin', { call: reduction }),
  ...mapped('GlobalAveragePool GlobalMaxPool', { call: globalPool }),
  Gather: { call: gather },
  TopK: { call: largest },
  Transpose: { call: transpose },
};
