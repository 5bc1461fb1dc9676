import { broadcast } from './broadcast.ts';
import { type NodeView, NotKnown } from './node-view.ts';
import { named, type Rule } from './rule.ts';

function swapped(shape: readonly number[], when: boolean): readonly number[] {
  return when ? [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!] : shape;
}

/** The two matrices of a product, as they are multiplied: [..., m, k] and [..., k, n]. Vectors become matrices. */
export function matricesOf(node: NodeView): { readonly a: readonly number[]; readonly b: readonly number[] } {
  const a = node.shape();
  const b = node.shape(node.node.operator === 'QLinearMatMul' ? 3 : 1);
  return {
    a: swapped(a.length === 1 ? [1, ...a] : a, node.int('transA', 0) === 1),
    b: swapped(b.length === 1 ? [...b, 1] : b, node.int('transB', 0) === 1),
  };
}

const product: Rule = (node) => {
  const { a, b } = matricesOf(node);
  const rows = node.shape().length === 1 ? [] : [a.at(-2)!];
  const columns = node.shape(node.node.operator === 'QLinearMatMul' ? 3 : 1).length === 1 ? [] : [b.at(-1)!];
  const shape = [...broadcast([a.slice(0, -2), b.slice(0, -2)]), ...rows, ...columns];
  const element = node.node.operator === 'MatMulInteger' ? ('i32' as const) : node.input(0).element;
  return [{ shape, element }];
};

/** `ij,jk->ik`: the sizes of its letters. */
export function einsumSizes(node: NodeView): {
  readonly sizes: ReadonlyMap<string, number>;
  readonly result: string;
} {
  const [left = '', right] = node.text('equation').replaceAll(' ', '').split('->');
  const terms = left.split(',');
  if (right === undefined || /[^a-zA-Z,]/.test(left + right)) throw new NotKnown('equation');
  const sizes = new Map<string, number>();
  terms.forEach((term, at) => {
    const shape = node.shape(at);
    [...term].forEach((letter, axis) => {
      sizes.set(letter, Math.max(sizes.get(letter) ?? 1, shape[axis] ?? 1));
    });
  });
  return { sizes, result: right };
}

/** Layers with a state: x [steps, batch, inputs], w [directions, gates x hidden, inputs]. */
const recurrent: Rule = (node) => {
  const [steps, batch] = node.shape();
  const directions = node.shape(1)[0]!;
  const hidden = node.int('hidden_size', node.shape(2).at(-1)!);
  const state = [directions, batch!, hidden];
  return [{ shape: [steps!, directions, batch!, hidden] }, { shape: state }, { shape: state }];
};

/** `com.microsoft`'s attention: the query's rows, and caches that grow by them. */
const attention: Rule = (node) => {
  const query = node.shape();
  const value = node.optional(2);
  const isPacked = value === null || value.shape.length === 0;
  if (isPacked && node.node.operator !== 'GroupQueryAttention') throw new NotKnown('value');
  const heads = node.int('num_heads', 1);
  const kept = node.int('kv_num_heads', heads);
  const width = isPacked ? (query[2]! * heads) / (heads + 2 * kept) : query[2]!;
  const past = node.has(3) && node.optional(3) !== null ? node.shape(3) : null;
  const cache = past === null ? null : [past[0]!, past[1]!, past[2]! + query[1]!, past[3]!];
  const result = { shape: [query[0]!, query[1]!, width] };
  return cache === null ? [result] : [result, { shape: cache }, { shape: cache }];
};

/** Operators that multiply matrices. */
export const productRules = {
  ...named('MatMul MatMulInteger FusedMatMul QLinearMatMul', product),
  ...named('Gemm FusedGemm', (node) => {
    const { a, b } = matricesOf(node);
    return [{ shape: [a[0]!, b[1]!] }];
  }),
  MatMulNBits: (node: NodeView) => [{ shape: [...node.shape().slice(0, -1), node.int('N', Number.NaN)] }],
  Einsum: (node: NodeView) => {
    const { sizes, result } = einsumSizes(node);
    return [{ shape: [...result].map((letter) => sizes.get(letter) ?? 1) }];
  },
  ...named('LSTM GRU RNN', recurrent),
  ...named('GroupQueryAttention MultiHeadAttention', attention),
};
