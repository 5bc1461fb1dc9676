import { elements } from '../graph.ts';
import { broadcast } from './broadcast.ts';
import { maxFolded } from './limits.ts';
import { fromFront, type NodeView, NotKnown } from './node-view.ts';
import { named, type Rule } from './rule.ts';

const reshape: Rule = (node) => {
  const from = node.shape();
  const asked = node.list('shape', 1);
  if (asked === null) throw new NotKnown('shape');
  const keepsZero = node.int('allowzero', 0) === 1;
  const shape = asked.map((size, axis) => (size === 0 && !keepsZero ? (from[axis] ?? 0) : size));
  const open = shape.indexOf(-1);
  if (open !== -1) shape[open] = elements(from) / Math.max(1, elements(shape.filter((size) => size !== -1)));
  return [{ shape, values: node.input(0).values }];
};

const unsqueeze: Rule = (node) => {
  const axes = node.list('axes', 1) ?? [];
  const from = node.shape();
  const shape = [...from];
  const rank = from.length + axes.length;
  for (const axis of axes.map((one) => fromFront(one, rank)).sort((x, y) => x - y)) shape.splice(axis, 0, 1);
  return [{ shape, values: node.input(0).values }];
};

const squeeze: Rule = (node) => {
  const from = node.shape();
  const axes = node.list('axes', 1)?.map((axis) => fromFront(axis, from.length));
  const shape = from.filter((size, axis) => (axes === undefined ? size !== 1 : !axes.includes(axis)));
  return [{ shape, values: node.input(0).values }];
};

const concat: Rule = (node) => {
  const inputs = node.inputs.map((_, at) => node.input(at));
  const first = inputs[0]!.shape;
  const axis = fromFront(node.int('axis', 0), first.length);
  const shape = first.with(
    axis,
    inputs.reduce((sum, input) => sum + input.shape[axis]!, 0),
  );
  const isList = first.length === 1 && inputs.every(({ values }) => values !== null);
  return [{ shape, values: isList ? inputs.flatMap(({ values }) => values!) : null }];
};

const gather: Rule = (node) => {
  const [data, indices] = [node.input(0), node.input(1)];
  const axis = fromFront(node.int('axis', 0), data.shape.length);
  const shape = [...data.shape.slice(0, axis), ...indices.shape, ...data.shape.slice(axis + 1)];
  const isList = data.shape.length === 1 && data.values !== null && indices.values !== null;
  const values = isList
    ? indices.values!.map((index) => data.values![fromFront(index, data.values!.length)] ?? Number.NaN)
    : null;
  return [{ shape, values: values?.some(Number.isNaN) ? null : values }];
};

/** NumPy's slice of one axis: where it starts, and how many elements it takes. */
function sliced(size: number, start: number, end: number, step: number): { from: number; count: number } {
  const clamp = (at: number, low: number, high: number) =>
    Math.min(high, Math.max(low, at < 0 ? at + size : at));
  const from = clamp(start, 0, step < 0 ? size - 1 : size);
  const to = clamp(end, step < 0 ? -1 : 0, size);
  return { from, count: Math.max(0, Math.ceil((to - from) / step)) };
}

const slice: Rule = (node) => {
  const data = node.input(0);
  const starts = node.list('starts', 1);
  const ends = node.list('ends', 2);
  if (starts === null || ends === null) throw new NotKnown('starts');
  const axes = node.list('axes', 3) ?? starts.map((_, i) => i);
  const steps = node.list('steps', 4);
  const shape = [...data.shape];
  let values = data.shape.length === 1 ? data.values : null;
  axes.forEach((axis, i) => {
    const at = fromFront(axis, shape.length);
    const step = steps?.[i] ?? 1;
    if (step === 0) throw new NotKnown('steps');
    const { from, count } = sliced(shape[at]!, starts[i]!, ends[i]!, step);
    shape[at] = count;
    const before = values;
    values = before === null ? null : Array.from({ length: count }, (_, k) => before[from + k * step]!);
  });
  return [{ shape, values }];
};

const split: Rule = (node) => {
  const from = node.shape();
  const axis = fromFront(node.int('axis', 0), from.length);
  const count = node.node.outputs.length;
  const size = Math.ceil(from[axis]! / count);
  const sizes =
    node.list('split', 1) ??
    Array.from({ length: count }, (_, i) => Math.min(size, Math.max(0, from[axis]! - i * size)));
  const { values } = node.input(0);
  let start = 0;
  return sizes.map((one) => {
    const part = from.length === 1 && values !== null ? values.slice(start, start + one) : null;
    start += one;
    return { shape: from.with(axis, one), values: part };
  });
};

const pad: Rule = (node) => {
  const from = node.shape();
  const pads = node.list('pads', 1) ?? node.ints('paddings');
  if (pads == null) throw new NotKnown('pads');
  const axes = node.has(3)
    ? node.values(3).map((axis) => fromFront(axis, from.length))
    : from.map((_, axis) => axis);
  const shape = [...from];
  axes.forEach((axis, i) => {
    shape[axis] = shape[axis]! + pads[i]! + pads[i + axes.length]!;
  });
  return [{ shape }];
};

const resize: Rule = (node) => {
  const from = node.shape();
  const isOld = node.node.operator === 'Upsample' || node.node.inputs.length === 2;
  const scalesAt = isOld ? 1 : 2;
  const axes = (node.ints('axes') ?? from.map((_, axis) => axis)).map((axis) => fromFront(axis, from.length));
  const sizes = !isOld && node.has(3) ? node.values(3) : null;
  const scales = sizes === null ? (node.attribute('scales')?.floats ?? node.values(scalesAt)) : null;
  const shape = [...from];
  axes.forEach((axis, i) => {
    shape[axis] = sizes?.[i] ?? Math.floor(from[axis]! * (scales?.[i] ?? 1));
  });
  return [{ shape }];
};

const transpose: Rule = (node) => {
  const from = node.shape();
  const order = node.ints('perm') ?? from.map((_, axis) => from.length - 1 - axis);
  const { values } = node.input(0);
  return [{ shape: order.map((axis) => from[axis]!), values: from.length < 2 ? values : null }];
};

const expand: Rule = (node) => {
  const { shape: from, values } = node.input(0);
  const shape = broadcast([from, node.values(1)]);
  const isOne = values?.length === 1 && elements(shape) <= maxFolded;
  return [{ shape, values: isOne ? Array<number>(elements(shape)).fill(values[0]!) : null }];
};

/** Elements change places, or only get another shape. */
export const arrangeRules = {
  Reshape: reshape,
  Unsqueeze: unsqueeze,
  Squeeze: squeeze,
  Concat: concat,
  Gather: gather,
  Slice: slice,
  Split: split,
  Pad: pad,
  ...named('Resize Upsample', resize),
  Transpose: transpose,
  Expand: expand,
  Identity: (node: NodeView) => [{ shape: node.shape(), values: node.input(0).values }],
  Flatten: (node: NodeView) => {
    const from = node.shape();
    const axis = fromFront(node.int('axis', 1), from.length);
    return [{ shape: [elements(from.slice(0, axis)), elements(from.slice(axis))] }];
  },
  Tile: (node: NodeView) => {
    const times = node.values(1);
    return [{ shape: node.shape().map((size, axis) => size * times[axis]!) }];
  },
  GatherElements: (node: NodeView) => [{ shape: node.shape(1) }],
  GatherND: (node: NodeView) => {
    const indices = node.shape(1);
    const batch = node.int('batch_dims', 0);
    return [{ shape: [...indices.slice(0, -1), ...node.shape().slice(batch + indices.at(-1)!)] }];
  },
  DepthToSpace: (node: NodeView) => {
    const [batch, channels, height, width] = node.shape();
    const block = node.int('blocksize', 1);
    return [{ shape: [batch!, channels! / block ** 2, height! * block, width! * block] }];
  },
  SpaceToDepth: (node: NodeView) => {
    const [batch, channels, height, width] = node.shape();
    const block = node.int('blocksize', 1);
    return [{ shape: [batch!, channels! * block ** 2, height! / block, width! / block] }];
  },
};
