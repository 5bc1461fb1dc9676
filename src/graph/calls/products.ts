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

/** Layouts of `MatMulNBits` that ours has, by bits of a weight. */
const layouts: Readonly<Record<number, string>> = { 4: 'ort_q4_32', 8: 'ort_q8_32' };

function quantised(node: NodeView): Answer {
  const [bits, block] = [node.int('bits', 4), node.int('block_size', 32)];
  if (layouts[bits] === undefined || block !== 32) return `weights of ${bits} bits in blocks of ${block}`;
  const [n, k] = [node.int('N', 0), node.int('K', 0)];
  const m = elements(node.output().shape) / n;
  const layout = bits === 4 ? undefined : layouts[bits];
  return m === 1 ? callOf(node, 'qmatvec', { n, k, layout }) : callOf(node, 'qmatmul', { m, n, k, layout });
}

/** Query times keys and scores times values, for every head over all that the cache holds. */
function attentionMacs(node: NodeView): number {
  const [batch, rows, width] = node.output().shape;
  const cache = node.outputs[1]?.shape;
  const keys = cache?.[2] ?? node.shape(1)[1]!;
  return 2 * batch! * rows! * width! * keys;
}

/** Caches [batch, heads, tokens, size] come out, with the new tokens in them. */
function groupedAttention(node: NodeView): Answer {
  const [batch, tokens, width] = node.output().shape;
  const heads = node.int('num_heads', 1);
  const [, kvHeads, cache] = node.output(1).shape;
  const window = node.int('local_window_size', -1);
  const sizes = {
    heads,
    kv_heads: kvHeads,
    head_size: width! / heads,
    ...(tokens === 1 ? {} : { queries: tokens }),
    cache,
    batch: unless(1, batch!),
    window: window > 0 && window < cache! ? window : undefined,
  };
  return callOf(node, tokens === 1 ? 'attention-decode' : 'attention-prefill', sizes);
}

/** Attention that sees everything: of encoders, and of what is asked about something else. */
function multiHeadAttention(node: NodeView): Answer {
  const [batch, tokens, width] = node.output().shape;
  const heads = node.int('num_heads', 1);
  const keys = node.optional(1);
  if (keys?.shape.length !== 3 || node.has(6)) return 'attention over packed inputs or a cache';
  return callOf(node, 'attention-prefill', {
    heads,
    kv_heads: heads,
    head_size: width! / heads,
    queries: tokens!,
    cache: keys.shape[1]!,
    causal: node.int('unidirectional', 0) === 1 ? undefined : false,
    batch: unless(1, batch!),
  });
}

/** Tables [positions, half of what is turned]. */
function rotary(node: NodeView): Answer {
  const shape = node.shape();
  const [positions, half] = node.shape(2);
  const headSize =
    shape.length === 4 ? shape[3]! : shape[2]! / (node.int('num_heads', 0) || shape[2]! / (2 * half!));
  const rotarySize = node.int('rotary_embedding_dim', 0) || 2 * half!;
  const heads = shape.length === 4 ? shape[1]! : shape[2]! / headSize;
  return callOf(node, 'rotary', {
    tokens: elements(shape) / heads / headSize,
    heads,
    head_size: headSize,
    positions: positions!,
    rotary_size: rotarySize === headSize ? undefined : rotarySize,
    pairs: node.int('interleaved', 0) === 1 ? 'neighbours' : undefined,
  });
}

export const productMappings: Readonly<Record<string, Mapping>> = {
  ...mapped('MatMul FusedMatMul Gemm FusedGemm', { macs, call: product }),
  ...mapped('MatMulInteger QLinearMatMul', { macs, call: () => 'a product of integers' }),
  MatMulNBits: {
    macs: (node) => elements(node.output().shape) * node.int('K', 0),
    call: quantised,
  },
  Einsum: {
    macs: (node) => elements([...einsumSizes(node).sizes.values()]),
    call: () => 'a sum over indices',
  },
  GroupQueryAttention: { macs: attentionMacs, call: groupedAttention },
  MultiHeadAttention: { macs: attentionMacs, call: multiHeadAttention },
  RotaryEmbedding: { call: rotary },
  ...mapped('LSTM GRU RNN', {
    macs: (node) => {
      const [steps, batch] = node.shape();
      return steps! * batch! * (elements(node.shape(1)) + elements(node.shape(2)));
    },
    call: () => 'a layer with a state',
  }),
};
