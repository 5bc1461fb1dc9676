import { elements } from '../graph.ts';
import { type NodeView, NotKnown, type Windows, weightsAt, windowsOf } from '../shapes/index.ts';
import { type Answer, callOf, type Mapping, mapped, unless, when } from './call.ts';

/** Activations that ONNX Runtime fuses into convolutions and that ours have; without another one it is the same convolution. */
const activations: Readonly<Record<string, string>> = { Relu: 'relu', QuickGelu: 'silu' };

/** `[height, width]` of what has one or two axes; a row of height 1 for one. */
function plane(sizes: readonly number[], filler: number): readonly [number, number] {
  return sizes.length === 1 ? [filler, sizes[0]!] : [sizes[0]!, sizes[1]!];
}

/** A number for each axis as ours has it: the second is left out where it is as the first. */
function perAxis(
  name: string,
  [first, second]: readonly [number, number],
): Record<string, number | undefined> {
  return { [name]: unless(1, first), [`${name}_width`]: first === second ? undefined : second };
}

/** Rows below and columns right of an image with which a window gets to all its places; null: not one number for both. */
function extraPadding(windows: Windows, image: readonly number[], result: readonly number[]): number | null {
  const { kernel, strides, dilations, before, after } = windows;
  const candidates = [0, ...after.map((one, axis) => one - before[axis]!)].filter((extra) => extra >= 0);
  const fits = (extra: number) =>
    image.every((size, axis) => {
      const covered = (dilations[axis] ?? 1) * (kernel[axis]! - 1) + 1;
      const places = Math.floor((size + 2 * before[axis]! + extra - covered) / (strides[axis] ?? 1)) + 1;
      return places === result[axis]!;
    });
  const extra = candidates.find(fits);
  // A line is an image of one row, which must not get a second one.
  return extra === undefined || (image.length === 1 && extra > 0) ? null : extra;
}

/** What operators that move a window over an image have in common; or why it is none of ours. */
function windowParameters(
  node: NodeView,
  kernel: readonly number[],
): Record<string, number | undefined> | string {
  const image = node.shape();
  const windows = windowsOf(node, kernel);
  const axes = windows.kernel.length;
  if (axes < 1 || axes > 2) return `images of ${axes} axes`;
  const extra = extraPadding(windows, image.slice(2), node.output().shape.slice(2));
  if (extra === null) return 'uneven padding';
  const [height, width] = plane(image.slice(2), 1);
  const [kernelHeight, kernelWidth] = plane(windows.kernel, 1);
  const [above, left] = plane(windows.before, 0);
  // Along the one row of a line any stride is the same.
  const [stride = 1] = windows.strides;
  const [dilation = 1] = windows.dilations;
  return {
    height,
    width,
    channels: image[1]!,
    kernel_height: kernelHeight,
    kernel_width: kernelWidth,
    ...perAxis('stride', plane(windows.strides, stride)),
    padding_height: unless(0, above),
    padding_width: unless(0, left),
    padding_extra: unless(0, extra),
    ...perAxis('dilation', plane(windows.dilations, dilation)),
    batch: unless(1, image[0]!),
  };
}

function convolution(node: NodeView): Answer {
  const weights = node.shape(weightsAt(node));
  // A profile of a runtime that keeps channels last.
  if (node.shape()[1] !== weights[1]! * node.int('group', 1)) throw new NotKnown('channels');
  const windows = windowParameters(node, weights.slice(2));
  if (typeof windows === 'string') return windows;
  const { height, width, channels, ...rest } = windows;
  return callOf(node, 'conv2d', {
    height,
    width,
    channels,
    filters: weights[0]!,
    ...rest,
    groups: unless(1, node.int('group', 1)),
    bias: when(node.has(2)),
    activation: activations[node.text('activation')],
  });
}

function pooling(node: NodeView): Answer {
  const windows = windowParameters(node, []);
  if (typeof windows === 'string') return windows;
  const { dilation, dilation_width, ...rest } = windows;
  if (dilation !== undefined || dilation_width !== undefined) return 'a pool with a dilation';
  const isMean = node.node.operator === 'AveragePool';
  return callOf(node, 'pool2d', {
    ...rest,
    op: isMean ? 'average' : undefined,
    count_padding: when(isMean && node.int('count_include_pad', 0) === 1),
  });
}

/** Rows and columns that are more than windows beside each other give are `padding_extra`. */
function transposedConvolution(node: NodeView): Answer {
  const weights = node.shape(1);
  const image = node.shape();
  if (weights.length !== 4) return 'a transposed convolution over other than two axes';
  if (node.int('group', 1) !== 1) return 'a transposed convolution in groups';
  const { kernel, strides, dilations, before } = windowsOf(node, weights.slice(2));
  if (dilations.some((one) => one !== 1)) return 'a transposed convolution with a dilation';
  const [extra, other] = node
    .output()
    .shape.slice(2)
    .map(
      (size, axis) =>
        size - ((strides[axis] ?? 1) * (image[axis + 2]! - 1) + kernel[axis]! - 2 * before[axis]!),
    );
  if (extra! < 0 || extra !== other) return 'uneven padding';
  return callOf(node, 'conv-transpose', {
    height: image[2]!,
    width: image[3]!,
    channels: image[1]!,
    filters: weights[1]!,
    kernel_height: kernel[0]!,
    kernel_width: kernel[1]!,
    ...perAxis('stride', plane(strides, 1)),
    padding_height: unless(0, before[0]!),
    padding_width: unless(0, before[1]!),
    padding_extra: unless(0, extra!),
    batch: unless(1, image[0]!),
    bias: when(node.has(2)),
  });
}

/** How ONNX names where pixels lie, and ours; variants that differ for single pixels only count as the same. */
const coordinates: Readonly<Record<string, string>> = {
  '': 'half_pixel',
  half_pixel: 'half_pixel',
  half_pixel_symmetric: 'half_pixel',
  pytorch_half_pixel: 'half_pixel',
  asymmetric: 'asymmetric',
  align_corners: 'align_corners',
};

function resizing(node: NodeView): Answer {
  const from = node.shape();
  const to = node.output().shape;
  if (from.length !== 4 || from[0] !== to[0] || from[1] !== to[1]) return 'other axes than rows and columns';
  const mode = node.text('mode') || 'nearest';
  const modes: Readonly<Record<string, string>> = { nearest: 'nearest', linear: 'bilinear' };
  const where =
    node.node.operator === 'Upsample'
      ? 'asymmetric'
      : coordinates[node.text('coordinate_transformation_mode')];
  if (modes[mode] === undefined || where === undefined)
    return `${mode} with ${node.text('coordinate_transformation_mode')}`;
  return callOf(node, 'resize', {
    height: from[2]!,
    width: from[3]!,
    channels: from[1]!,
    out_height: to[2]!,
    out_width: to[3]!,
    batch: unless(1, from[0]!),
    mode: mode === 'linear' ? undefined : modes[mode],
    coordinates: where === 'half_pixel' ? undefined : where,
  });
}

/** Channels in groups of their own: instance normalisation. */
function groupNorm(node: NodeView): Answer {
  const [batch, channels, ...sizes] = node.shape();
  const isInstance = node.node.operator === 'InstanceNormalization';
  return callOf(node, 'group-norm', {
    positions: elements(sizes),
    channels: channels!,
    groups: isInstance ? channels! : node.int('num_groups', 1),
    batch: unless(1, batch!),
  });
}

/** Every element of the result is a sum over the window and the channels of its group. */
function macs(node: NodeView): number {
  return elements(node.output().shape) * elements(node.shape(weightsAt(node)).slice(1));
}

export const imageMappings: Readonly<Record<string, Mapping>> = {
  ...mapped('Conv FusedConv', { macs, call: convolution }),
  ...mapped('ConvInteger QLinearConv', { macs, call: () => 'a convolution of integers' }),
  // Every element of the image goes to a window of every filter of its group.
  ConvTranspose: {
    macs: (node) => elements(node.shape()) * elements(node.shape(1).slice(1)),
    call: transposedConvolution,
  },
  ...mapped('MaxPool AveragePool', { call: pooling }),
  ...mapped('Resize Upsample', { call: resizing }),
  ...mapped('InstanceNormalization GroupNormalization', { call: groupNorm }),
};
