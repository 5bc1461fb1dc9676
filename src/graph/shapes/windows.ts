import type { NodeView } from './node-view.ts';
import { named, type Rule } from './rule.ts';

/** How a window goes over an image, for each axis of the image. */
export interface Windows {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/**
 * What an operator says of its windows, `auto_pad` worked out.
 * @param kernel sizes of the window, where they follow from weights
 */
export function windowsOf(node: NodeView, kernel: readonly number[]): Windows {
  const size = node.ints('kernel_shape') ?? kernel;
  const image = node.shape().slice(2);
  const strides = node.ints('strides') ?? size.map(() => 1);
  const dilations = node.ints('dilations') ?? size.map(() => 1);
  const pads = node.ints('pads') ?? [];
  const auto = node.text('auto_pad');
  const sides = size.map((_, axis) => {
    if (!auto.startsWith('SAME'))
      return auto === 'VALID' ? [0, 0] : [pads[axis] ?? 0, pads[axis + size.length] ?? 0];
    const covered = (dilations[axis] ?? 1) * (size[axis]! - 1) + 1;
    const stride = strides[axis] ?? 1;
    const total = Math.max(0, (Math.ceil(image[axis]! / stride) - 1) * stride + covered - image[axis]!);
    const less = Math.floor(total / 2);
    return auto === 'SAME_UPPER' ? [less, total - less] : [total - less, less];
  });
  return {
    kernel: size,
    strides,
    dilations,
    before: sides.map(([before]) => before!),
    after: sides.map(([, after]) => after!),
  };
}

/** Sizes of the result: ONNX's formula for convolution and pooling. */
function positions(node: NodeView, windows: Windows): number[] {
  const round = node.int('ceil_mode', 0) === 1 ? Math.ceil : Math.floor;
  return node
    .shape()
    .slice(2)
    .map((size, axis) => {
      const { kernel, strides, dilations, before, after } = windows;
      const covered = (dilations[axis] ?? 1) * (kernel[axis]! - 1) + 1;
      return round((size + before[axis]! + after[axis]! - covered) / (strides[axis] ?? 1)) + 1;
    });
}

/** Which inputs of a convolution are its weights: quantised ones take scales in between. */
export function weightsAt(node: NodeView): number {
  return node.node.operator === 'QLinearConv' ? 3 : 1;
}

const convolution: Rule = (node) => {
  const weights = node.shape(weightsAt(node));
  const sizes = positions(node, windowsOf(node, weights.slice(2)));
  const element = node.node.operator === 'ConvInteger' ? ('i32' as const) : node.input(0).element;
  return [{ shape: [node.shape()[0]!, weights[0]!, ...sizes], element }];
};

const transposed: Rule = (node) => {
  const weights = node.shape(1);
  const { kernel, strides, dilations, before, after } = windowsOf(node, weights.slice(2));
  const extra = node.ints('output_padding') ?? [];
  const given = node.ints('output_shape');
  const isSame = node.text('auto_pad').startsWith('SAME');
  const sizes = node
    .shape()
    .slice(2)
    .map((size, axis) => {
      const stride = strides[axis] ?? 1;
      if (given !== undefined) return given[axis]!;
      if (isSame) return size * stride;
      const covered = (dilations[axis] ?? 1) * (kernel[axis]! - 1) + 1;
      return stride * (size - 1) + (extra[axis] ?? 0) + covered - before[axis]! - after[axis]!;
    });
  return [{ shape: [node.shape()[0]!, weights[1]! * node.int('group', 1), ...sizes] }];
};

const pool: Rule = (node) => {
  const shape = [...node.shape().slice(0, 2), ...positions(node, windowsOf(node, []))];
  return [{ shape }, { shape, element: 'i64' }];
};

/** Operators that move a window over images. */
export const windowRules = {
  ...named('Conv FusedConv ConvInteger QLinearConv', convolution),
  ConvTranspose: transposed,
  ...named('MaxPool AveragePool LpPool', pool),
  ...named('GlobalAveragePool GlobalMaxPool GlobalLpPool', (node) => [
    { shape: node.shape().map((size, axis) => (axis < 2 ? size : 1)) },
  ]),
};
