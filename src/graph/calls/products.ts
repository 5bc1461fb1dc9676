import { elements } from '../graph.ts';
import { einsumSizes, matricesOf, type NodeView } from '../shapes/index.ts';
import { type Answer, callOf, type Mapping, mapped, unless, when } from './call.ts';

function macs(node: NodeView): number {
  return elements(node.output().shape) * matricesOf(node).a.at(-1)!;
}

/** One row times weights that do not change is a product of matrix and vector: who runs it lays the weights out for it. */
function product(node: NodeView): Answer {
  const { a, b } = matricesOf(node);
  const [rows, k, n] = [a.at(-2)!, a.at(-1)!, b.at(-1)!];
  const batches = elements(a.slice(0, -2));
  const batchesOfB = elements(b.slice(0, -2));
  if (batchesOfB > 1 && batchesOfB !== batches) return 'matrices that several products share';
  const isShared = batchesOfB === 1;
  const transposesA = node.int('transA', 0) === 1;
  if (isShared && batches > 1 && transposesA) return 'a batch of transposed matrices with one matrix';
  const m = isShared ? rows * batches : rows;
  const bias = when(node.node.operator.endsWith('Gemm') && node.has(2));
  const activation = node.text('activation') === 'Relu' ? 'relu' : undefined;
  if (m === 1 && isShared && node.input(1).isConstant)
    return callOf(node, 'matvec', { m: n, k, bias, activation });
  return callOf(node, 'matmul', {
    m,
    n,
    k,
    batch: unless(1, isShared ? 1 : batches),
    transpose_a: when(transposesA),
    transpose_b: when(node.int('transB', 0) === 1),
    bias,
    activation,
  });
}

/** Query times keys and scores times values, for every head over all that the cache holds. */
function attentionMacs(node: NodeView): number {
  const [batch, rows, width] = node.output().shape;
  const cache = node.outputs[1]?.shape;
  const keys = cache?.[2] ?? node.shape(1)[1]!;
  return 2 * batch! * rows! * width! * keys;
}

export const productMappings: Readonly<Record<string, Mapping>> = {
  ...mapped('MatMul FusedMatMul Gemm FusedGemm', { macs, call: product }),
  ...mapped('MatMulInteger QLinearMatMul', { macs, call: () => 'a product of integers' }),
  MatMulNBits: {
    macs: (node) => elements(node.output().shape) * node.int('K', 0),
    call: (node) => `weights of ${node.int('bits', 4)} bits`,
  },
  Einsum: {
    macs: (node) => elements([...einsumSizes(node).sizes.values()]),
    call: () => 'a sum over indices',
  },
  ...mapped('GroupQueryAttention MultiHeadAttention', { macs: attentionMacs, call: () => 'attention' }),
  ...mapped('LSTM GRU RNN', {
    macs: (node) => {
      const [steps, batch] = node.shape();
      return steps! * batch! * (elements(node.shape(1)) + elements(node.shape(2)));
    },
    call: () => 'a layer with a state',
  }),
};
