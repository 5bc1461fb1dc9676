import { JoulegateError } from '../../errors/index.ts';
import type { Call, Work } from '../calls/index.ts';
import { type Architecture, architectures } from './architectures.ts';
import type { GgufHeader, GgufTensor } from './read-gguf.ts';

/** Layouts of weights that our products with quantised weights have, by ggml's names of types. */
const layouts: Readonly<Record<string, string>> = { Q4_0: 'q4_0', Q4_K: 'q4_k', Q8_0: 'q8_0' };

/** Sizes of a language model. */
interface Sizes {
  readonly blocks: number;
  readonly width: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headSize: number;
  readonly rotarySize: number;
  /** Last tokens that local blocks look at; 0: all. */
  readonly window: number;
  readonly softcap: number;
}

/** Tokens that are computed at once, and those in the cache with them. */
interface Step {
  readonly tokens: number;
  readonly cache: number;
}

function fault({ label }: GgufHeader, what: string, nextStep: string): JoulegateError {
  return new JoulegateError('bad-input', `${label}: ${what}`, { code: 'bad-model', nextStep });
}

function isPlain(type: string): boolean {
  return type === 'F16' || type === 'F32';
}

/** Our product for weights of a type, or why there is none. */
function productOf({ sizes, type }: GgufTensor, tokens: number, hasBias: boolean): Call | string {
  const [k = 1, n = 1] = sizes;
  const layout = layouts[type];
  const bias = hasBias ? { bias: true } : {};
  if (layout !== undefined) {
    return tokens === 1
      ? { operator: 'qmatvec', parameters: { n, k, layout, ...bias } }
      : { operator: 'qmatmul', parameters: { m: tokens, n, k, layout, ...bias } };
  }
  if (!isPlain(type)) return `weights of type ${type}`;
  const half = type === 'F16' ? { type: 'f16' } : {};
  return tokens === 1
    ? { operator: 'matvec', parameters: { m: n, k, ...half, ...bias } }
    : { operator: 'matmul', parameters: { m: tokens, n, k, transpose_b: true, ...half, ...bias } };
}

class LanguageModel {
  readonly #header: GgufHeader;
  readonly #name: string;
  readonly #architecture: Architecture;
  readonly #sizes: Sizes;
  readonly #step: Step;
  readonly work: Work[] = [];

  constructor(header: GgufHeader, step: Step) {
    this.#header = header;
    const name = String(header.metadata.get('general.architecture') ?? '');
    this.#name = name;
    const architecture = Object.hasOwn(architectures, name) ? architectures[name] : undefined;
    if (architecture === undefined) {
      const known = Object.keys(architectures).join(', ');
      throw fault(
        header,
        `its architecture is "${name}"`,
        `Known are ${known}; describe others in a manifest by hand.`,
      );
    }
    if (Number(header.metadata.get('split.count') ?? 1) > 1)
      throw fault(header, 'it is one of several files', 'Put them together with llama-gguf-split --merge.');
    this.#architecture = architecture;
    this.#step = step;
    const number = (key: string, byDefault?: number): number => {
      const value = header.metadata.get(`${name}.${key}`) ?? byDefault;
      if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
      throw fault(header, `there is no number ${name}.${key} in its metadata`, 'Convert the model again.');
    };
    const heads = number('attention.head_count');
    const width = number('embedding_length');
    const headSize = number('attention.key_length', width / heads);
    this.#sizes = {
      blocks: number('block_count'),
      width,
      heads,
      kvHeads: number('attention.head_count_kv', heads),
      headSize,
      rotarySize: number('rope.dimension_count', headSize),
      window: number('attention.sliding_window', 0),
      softcap: number('attn_logit_softcapping', 0),
    };
    if (!(this.#sizes.blocks <= 1000))
      throw fault(header, `it has ${this.#sizes.blocks} blocks`, 'Convert the model again.');
  }

  #tensor(name: string): GgufTensor | undefined {
    return this.#header.tensors.get(name);
  }

  #add(operator: string, done: Call | string, macs: number, bytes: number): void {
    const call = typeof done === 'string' ? null : done;
    const reason = typeof done === 'string' ? done : null;
    this.work.push({ operator, call, reason, macs, bytes, times: 1, isCounted: true });
  }

  /** Weights times the activations of some tokens; nothing if the model has no such weights. */
  #product(name: string, tokens: number, shown = name.replace(/^blk\.\d+\./, '')): void {
    const weights = this.#tensor(`${name}.weight`);
    if (weights === undefined) return;
    const [k = 1, n = 1, experts] = weights.sizes;
    const macs = tokens * n * k;
    if (experts === undefined) {
      const done = productOf(weights, tokens, this.#tensor(`${name}.bias`) !== undefined);
      this.#add(shown, done, macs, weights.bytes + 4 * tokens * (n + k));
      return;
    }
    // Of a mixture some experts are asked for each token.
    const used = Number(this.#header.metadata.get(`${this.#name}.expert_used_count`) ?? 1);
    const share = Math.min(1, (used * tokens) / experts);
    this.#add(shown, 'a mixture of experts', used * macs, weights.bytes * share);
  }

  #norm(name: string, rows: number): void {
    const weights = this.#tensor(`${name}.weight`);
    if (weights === undefined) return;
    const [cols = 1] = weights.sizes;
    const operator = this.#tensor(`${name}.bias`) === undefined ? 'rmsnorm' : 'layernorm';
    const call = { operator, parameters: { rows, cols } };
    this.#add(name.replace(/^blk\.\d+\./, ''), call, 0, weights.bytes + 8 * rows * cols);
  }

  #attention(block: number): void {
    const { heads, kvHeads, headSize, window, softcap } = this.#sizes;
    const { tokens, cache } = this.#step;
    const isLocal = window > 0 && window < cache && this.#architecture.isLocal(block);
    const how = {
      cache,
      type: 'f16',
      ...(isLocal ? { window } : {}),
      ...(softcap > 0 ? { softcap } : {}),
    };
    const sizes = { heads, kv_heads: kvHeads, head_size: headSize };
    const call =
      tokens === 1
        ? { operator: 'attention-decode', parameters: { ...sizes, ...how } }
        : { operator: 'attention-prefill', parameters: { ...sizes, queries: tokens, ...how } };
    // A token sees those before it and itself, and in a window at most so many.
    const reach = isLocal ? window : cache;
    const past = cache - tokens;
    const growing = Math.min(tokens, Math.max(0, reach - 1 - past));
    const seen = growing * past + (growing * (growing + 1)) / 2 + (tokens - growing) * reach;
    const read = 2 * 2 * kvHeads * headSize * Math.min(cache, reach + tokens - 1);
    this.#add('attention', call, 2 * heads * headSize * seen, read + 2 * 2 * tokens * heads * headSize);
  }

  /** New keys or values into the cache, which is kept in half precision. */
  #keep(what: string): void {
    const { kvHeads, headSize } = this.#sizes;
    const { tokens, cache } = this.#step;
    const parameters = {
      kv_heads: kvHeads,
      head_size: headSize,
      capacity: cache,
      ...(cache === tokens ? {} : { position: cache - tokens }),
      ...(tokens === 1 ? {} : { tokens }),
      type: 'f16',
    };
    this.#add(what, { operator: 'cache-update', parameters }, 0, 2 * 2 * tokens * kvHeads * headSize);
  }

  #rotary(heads: number): void {
    const { headSize, rotarySize } = this.#sizes;
    const { tokens, cache } = this.#step;
    const parameters = {
      tokens,
      heads,
      head_size: headSize,
      positions: cache,
      ...(rotarySize === headSize ? {} : { rotary_size: rotarySize }),
      ...(this.#architecture.pairs === 'halves' ? {} : { pairs: 'neighbours' }),
    };
    this.#add(
      'rope',
      { operator: 'rotary', parameters },
      0,
      4 * tokens * (2 * heads * headSize + rotarySize),
    );
  }

  #residual(): void {
    const cols = this.#step.tokens * this.#sizes.width;
    this.#add('residual', { operator: 'elementwise', parameters: { cols, binary: 'add' } }, 0, 12 * cols);
  }

  /** The gate's function times what goes up; some models keep both in one array. */
  #gate(block: string): void {
    const up = this.#tensor(`${block}.ffn_up.weight`)?.sizes[1];
    if (up === undefined) return;
    const isOne = this.#tensor(`${block}.ffn_gate.weight`) === undefined;
    const cols = this.#step.tokens * (isOne ? up / 2 : up);
    const parameters = { cols, binary: 'multiply', unary: this.#architecture.gate, unary_first: true };
    this.#add('ffn_act', { operator: 'elementwise', parameters }, 0, 12 * cols);
  }

  #block(index: number): void {
    const { tokens } = this.#step;
    const { heads, kvHeads } = this.#sizes;
    const block = `blk.${index}`;
    this.#norm(`${block}.attn_norm`, tokens);
    for (const name of ['attn_q', 'attn_k', 'attn_v', 'attn_qkv']) this.#product(`${block}.${name}`, tokens);
    this.#norm(`${block}.attn_q_norm`, tokens * heads);
    this.#norm(`${block}.attn_k_norm`, tokens * kvHeads);
    this.#rotary(heads);
    this.#rotary(kvHeads);
    this.#keep('keys kept');
    this.#keep('values kept');
    this.#attention(index);
    this.#product(`${block}.attn_output`, tokens);
    this.#norm(`${block}.post_attention_norm`, tokens);
    this.#residual();
    this.#norm(`${block}.ffn_norm`, tokens);
    for (const name of [
      'ffn_gate_inp',
      'ffn_gate',
      'ffn_up',
      'ffn_gate_exps',
      'ffn_up_exps',
      'ffn_down_exps',
    ])
      this.#product(`${block}.${name}`, tokens);
    this.#gate(block);
    this.#product(`${block}.ffn_down`, tokens);
    this.#norm(`${block}.post_ffw_norm`, tokens);
    this.#residual();
  }

  /** All blocks; the head is asked for the last token only. */
  run(): readonly Work[] {
    const { tokens } = this.#step;
    const { blocks, width } = this.#sizes;
    const embedding = this.#tensor('token_embd.weight');
    if (embedding === undefined || this.#tensor('blk.0.attn_norm.weight') === undefined)
      throw fault(
        this.#header,
        'it has no weights of a language model',
        'Name the file with the whole model.',
      );
    const [, vocabulary = 1] = embedding.sizes;
    const table = { table_rows: vocabulary, cols: width, count: tokens };
    const half = embedding.type === 'F16' ? { type: 'f16' } : {};
    const lookUp = isPlain(embedding.type)
      ? { operator: 'gather', parameters: { ...table, ...half } }
      : `rows of type ${embedding.type}`;
    this.#add('token_embd', lookUp, 0, tokens * (embedding.bytes / vocabulary + 4 * width));
    for (let index = 0; index < blocks; index++) this.#block(index);
    this.#norm('output_norm', 1);
    this.#product(this.#tensor('output.weight') === undefined ? 'token_embd' : 'output', 1, 'output');
    return this.work;
  }
}

/**
 * What a language model does: a token with `context` tokens in its cache, and a prompt of as many.
 * @throws JoulegateError (bad-input, `bad-model`) for an architecture that is not known, or sizes that are not there
 */
export function languageModelWork(
  header: GgufHeader,
  context: number,
): { readonly decode: readonly Work[]; readonly prefill: readonly Work[] } {
  return {
    decode: new LanguageModel(header, { tokens: 1, cache: context }).run(),
    prefill: new LanguageModel(header, { tokens: context, cache: context }).run(),
  };
}
