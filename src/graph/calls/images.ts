import { elements } from '../graph.ts';
import { type NodeView, NotKnown, weightsAt, windowsOf } from '../shapes/index.ts';
import { type Answer, callOf, type Mapping, mapped, unless, when } from './call.ts';

/** Activations that ONNX Runtime fuses into convolutions and that ours have; without another one it is the same convolution. */
const activations: Readonly<Record<string, string>> = { Relu: 'relu', QuickGelu: 'silu' };

/** `[height, width]` of what has one or two axes; a row of height 1 for one. */
function plane(sizes: readonly number[], filler: number): readonly [number, number] {
  return sizes.length === 1 ? [filler, sizes[0]!] : [sizes[0]!, sizes[1]!];
}

function convolution(node: NodeView): Answer {
  const weights = node.shape(weightsAt(node));
  const image = node.shape();
  const axes = weights.length - 2;
  // A profile of a runtime that keeps channels last.
  if (image[1] !== weights[1]! * node.int('group', 1)) throw new NotKnown('channels');
  if (axes < 1 || axes > 2) return `a convolution over ${axes} axes`;
  const windows = windowsOf(node, weights.slice(2));
  const [height, width] = plane(image.slice(2), 1);
  const [kernelHeight, kernelWidth] = plane(windows.kernel, 1);
  const [above, left] = plane(windows.before, 0);
  const extra = windows.after.map((after, axis) => after - windows.before[axis]!);
  const [stride = 1] = windows.strides;
  const [dilation = 1] = windows.dilations;
  if (windows.strides.some((one) => one !== stride)) return 'a stride that differs by axis';
  if (windows.dilations.some((one) => one !== dilation)) return 'a dilation that differs by axis';
  if (extra.some((one) => one < 0 || one !== extra[0]) || (axes === 1 && extra[0] !== 0))
    return 'uneven padding';
  return callOf(node, 'conv2d', {
    height,
    width,
    channels: image[1]!,
    filters: weights[0]!,
    kernel_height: kernelHeight,
    kernel_width: kernelWidth,
    stride: unless(1, stride),
    padding_height: unless(0, above),
    padding_width: unless(0, left),
    padding_extra: unless(0, extra[0] ?? 0),
    dilation: unless(1, dilation),
    groups: unless(1, node.int('group', 1)),
    batch: unless(1, image[0]!),
    bias: when(node.has(2)),
    activation: activations[node.text('activation')],
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
    call: () => 'a transposed convolution',
  },
};
