/** Writes headers of GGUF files, which is all that is ever read of them. */

type Value = number | string | boolean | readonly string[] | { readonly float: number };

export interface GgufSpec {
  readonly version?: number;
  readonly metadata?: Readonly<Record<string, Value>>;
  /** Sizes as ggml has them, those of a row first, and the number of the type. */
  readonly tensors?: Readonly<Record<string, readonly [type: number, ...sizes: number[]]>>;
}

/** ggml's numbers of types. */
export const f32 = 0;
export const f16 = 1;
export const q4_0 = 2;
export const q8_0 = 8;
export const q4_k = 12;
export const q6_k = 14;

const u32 = (value: number) => [...new Uint8Array(new Uint32Array([value]).buffer)];
const u64 = (value: number) => [...new Uint8Array(new BigUint64Array([BigInt(value)]).buffer)];

function text(value: string): number[] {
  const bytes = new TextEncoder().encode(value);
  return [...u64(bytes.length), ...bytes];
}

function written(value: Value): number[] {
  if (typeof value === 'number') return [...u32(4), ...u32(value)];
  if (typeof value === 'boolean') return [...u32(7), Number(value)];
  if (typeof value === 'string') return [...u32(8), ...text(value)];
  if ('float' in value) return [...u32(6), ...new Uint8Array(new Float32Array([value.float]).buffer)];
  return [...u32(9), ...u32(8), ...u64(value.length), ...value.flatMap(text)];
}

export function ggufFile({ version = 3, metadata = {}, tensors = {} }: GgufSpec): Uint8Array {
  const entries = Object.entries(metadata);
  const arrays = Object.entries(tensors);
  return new Uint8Array([
    ...new TextEncoder().encode('GGUF'),
    ...u32(version),
    ...u64(arrays.length),
    ...u64(entries.length),
    ...entries.flatMap(([key, value]) => [...text(key), ...written(value)]),
    ...arrays.flatMap(([name, [type, ...sizes]]) => [
      ...text(name),
      ...u32(sizes.length),
      ...sizes.flatMap(u64),
      ...u32(type),
      ...u64(0),
    ]),
  ]);
}

interface ModelSizes {
  readonly architecture: string;
  readonly blocks: number;
  readonly width: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headSize: number;
  readonly forward: number;
  readonly vocabulary: number;
  readonly weights: number;
  /** Type of the head's weights; null: those of the embedding. */
  readonly head: number | null;
  readonly embedding: number;
  /** Whether queries and keys are normalised. */
  readonly normalised?: boolean;
}

/** A language model of the sizes of a public one. */
export function languageModel(sizes: ModelSizes): GgufSpec {
  const { architecture, blocks, width, heads, kvHeads, headSize, forward, vocabulary, weights } = sizes;
  const block = (index: number): GgufSpec['tensors'] =>
    Object.fromEntries(
      Object.entries({
        attn_norm: [f32, width],
        attn_q: [weights, width, heads * headSize],
        attn_k: [weights, width, kvHeads * headSize],
        attn_v: [weights, width, kvHeads * headSize],
        ...(sizes.normalised === true ? { attn_q_norm: [f32, headSize], attn_k_norm: [f32, headSize] } : {}),
        attn_output: [weights, heads * headSize, width],
        ffn_norm: [f32, width],
        ffn_gate: [weights, width, forward],
        ffn_up: [weights, width, forward],
        ffn_down: [weights, forward, width],
      }).map(([name, spec]) => [`blk.${index}.${name}.weight`, spec as [number, ...number[]]]),
    );
  return {
    metadata: {
      'general.architecture': architecture,
      'general.name': 'made for a test',
      [`${architecture}.block_count`]: blocks,
      [`${architecture}.embedding_length`]: width,
      [`${architecture}.feed_forward_length`]: forward,
      [`${architecture}.attention.head_count`]: heads,
      [`${architecture}.attention.head_count_kv`]: kvHeads,
      [`${architecture}.attention.key_length`]: headSize,
      [`${architecture}.rope.freq_base`]: { float: 500000 },
      'tokenizer.ggml.add_bos_token': true,
      'tokenizer.ggml.tokens': Array.from({ length: 1000 }, (_, token) => `token ${token}`),
    },
    tensors: {
      'token_embd.weight': [sizes.embedding, width, vocabulary],
      ...Object.assign({}, ...Array.from({ length: blocks }, (_, index) => block(index))),
      'output_norm.weight': [f32, width],
      ...(sizes.head === null ? {} : { 'output.weight': [sizes.head, width, vocabulary] as const }),
    },
  };
}

/** Sizes of Llama-3.2-1B with 4-bit weights, and of Qwen3-0.6B with those of another layout. */
export const llama: ModelSizes = {
  architecture: 'llama',
  blocks: 16,
  width: 2048,
  heads: 32,
  kvHeads: 8,
  headSize: 64,
  forward: 8192,
  vocabulary: 128_256,
  weights: q4_0,
  head: q8_0,
  embedding: q8_0,
};
export const qwen: ModelSizes = {
  architecture: 'qwen3',
  blocks: 28,
  width: 1024,
  heads: 16,
  kvHeads: 8,
  headSize: 128,
  forward: 3072,
  vocabulary: 151_936,
  weights: q4_k,
  head: null,
  embedding: q8_0,
  normalised: true,
};
