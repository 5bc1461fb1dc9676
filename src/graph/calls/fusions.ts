import { elements } from '../graph.ts';
import type { NodeView } from '../shapes/index.ts';
import type { Call } from './call.ts';

/** The call with the node in it; null where the two do not go together. */
type Fusion = (call: Call, node: NodeView, whole: readonly number[]) => Call | null;

function activation(name: string): Fusion {
  return (call) =>
    call.parameters.activation === undefined
      ? { ...call, parameters: { ...call.parameters, activation: name } }
      : null;
}

/** A number for each filter or column. */
function widthOf({ operator, parameters }: Call): unknown {
  const widths: Readonly<Record<string, unknown>> = {
    conv2d: parameters.filters,
    'conv-transpose': parameters.filters,
    matmul: parameters.n,
    matvec: parameters.m,
    qmatmul: parameters.n,
    qmatvec: parameters.n,
  };
  return widths[operator];
}

function withBias(call: Call): Call | null {
  return call.parameters.activation === undefined
    ? { ...call, parameters: { ...call.parameters, bias: true } }
    : null;
}

const addition: Fusion = (call, node, whole) => {
  if (call.parameters.bias === true) return null;
  const other = node.inputs.find((input) => elements(input?.shape ?? []) !== elements(whole));
  const isRow = other?.isConstant === true && elements(other.shape) === widthOf(call);
  const axis = call.operator.startsWith('conv') ? 1 : whole.length - 1;
  const missing = whole.length - (other?.shape.length ?? 0);
  return isRow && other.shape[axis - missing] === widthOf(call) ? withBias(call) : null;
};

const clip: Fusion = (call, node, whole) => {
  const low = node.float('min', node.inputs[1]?.values?.[0] ?? Number.NaN);
  const high = node.float('max', node.inputs[2]?.values?.[0] ?? Number.NaN);
  return low === 0 && high === 6 ? activation('relu6')(call, node, whole) : null;
};

const fusions: Readonly<Record<string, Fusion>> = {
  Add: addition,
  BatchNormalization: (call) => (call.operator.startsWith('conv') ? withBias(call) : null),
  Clip: clip,
  FastGelu: activation('gelu'),
  Gelu: (call, node, whole) =>
    node.text('approximate') === 'tanh' ? activation('gelu')(call, node, whole) : null,
  Relu: activation('relu'),
};

/**
 * What every runtime computes in one go with a convolution or product: a bias, a normalisation of batches that becomes part of
 * the weights, an activation. null where a node is none of that.
 */
export function fused(call: Call, node: NodeView, whole: readonly number[]): Call | null {
  const fusion = Object.hasOwn(fusions, node.node.operator) ? fusions[node.node.operator] : undefined;
  return fusion === undefined || widthOf(call) === undefined ? null : fusion(call, node, whole);
}
