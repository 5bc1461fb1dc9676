import { describe, expect, it } from 'vitest';
import { ggufWork, summarise } from '../../src/graph/index.ts';
import {
  f16,
  type GgufSpec,
  ggufFile,
  languageModel,
  llama,
  q4_0,
  q6_k,
  qwen,
} from '../support/gguf-file.ts';
import { sourceOf } from '../support/onnx-file.ts';

const read = (spec: GgufSpec, context = 512) => ggufWork(sourceOf(ggufFile(spec), 'model.gguf'), context);

/** Calls as text with their launches. */
function calls(work: ReturnType<typeof read>['decode']): Record<string, number> {
  const { calls: all } = summarise(work, { least: 0, refuse: () => null });
  return Object.fromEntries(
    all.map(({ call, times }) => {
      const parameters = Object.entries(call.parameters).map(([name, value]) => `${name}=${value}`);
      return [`${call.operator} ${parameters.join(' ')}`, times];
    }),
  );
}

describe('a language model’s header', () => {
  it('gives what a decoded token launches: products by layout of weights, the cache, norms, rotary and gates', () => {
    expect(calls(read(languageModel(llama)).decode)).toEqual({
      'qmatvec n=128256 k=2048 layout=q8_0': 1,
      'qmatvec n=8192 k=2048 layout=q4_0': 32,
      'qmatvec n=2048 k=8192 layout=q4_0': 16,
      'qmatvec n=2048 k=2048 layout=q4_0': 32,
      'qmatvec n=512 k=2048 layout=q4_0': 32,
      'attention-decode heads=32 kv_heads=8 head_size=64 cache=512 type=f16': 16,
      'elementwise cols=8192 binary=multiply unary=silu unary_first=true': 16,
      'rmsnorm rows=1 cols=2048': 33,
      'elementwise cols=2048 binary=add': 32,
      'rotary tokens=1 heads=32 head_size=64 positions=512 pairs=neighbours': 16,
      'rotary tokens=1 heads=8 head_size=64 positions=512 pairs=neighbours': 16,
      'cache-update kv_heads=8 head_size=64 capacity=512 position=511 type=f16': 32,
    });
  });

  it('gives what a prompt launches, whose head computes the last token only', () => {
    const prefill = calls(read(languageModel(qwen), 256).prefill);
    expect(prefill).toMatchObject({
      'qmatvec n=151936 k=1024 layout=q8_0': 1,
      'qmatmul m=256 n=3072 k=1024 layout=q4_k': 56,
      'attention-prefill heads=16 kv_heads=8 head_size=128 queries=256 cache=256 type=f16': 28,
      'rmsnorm rows=4096 cols=128': 28,
      'rmsnorm rows=2048 cols=128': 28,
      'rotary tokens=256 heads=16 head_size=128 positions=256': 28,
      'cache-update kv_heads=8 head_size=128 capacity=256 tokens=256 type=f16': 56,
    });
  });

  it('counts: MACs of a token are its weights and twice the cache; bytes are the weights’ and the cache’s', () => {
    const { macs, bytes, covers, leftOut } = summarise(read(languageModel(llama), 4096).decode, {
      least: 0,
      refuse: () => null,
    });
    const layer = 2 * 2048 * 2048 + 2 * 512 * 2048 + 3 * 8192 * 2048;
    const head = 128_256 * 2048;
    expect(macs).toBe(16 * (layer + 2 * 32 * 64 * 4096) + head);
    const weights = (16 * layer * 18) / 32 + (head * 34) / 32;
    const cache = 16 * 2 * 2 * 8 * 64 * 4096;
    expect(bytes / (weights + cache)).toBeCloseTo(1.005, 2);
    expect(covers.macs).toBe(1);
    expect(leftOut.map(({ operator, reason }) => `${operator}: ${reason}`)).toEqual([
      'token_embd: rows of type Q8_0',
    ]);
  });

  it('of a prompt each token sees those before it, and with a window the last ones', () => {
    const attention = (spec: GgufSpec, context: number) =>
      read(spec, context)
        .prefill.filter(({ operator }) => operator === 'attention')
        .map(({ macs }) => macs / (2 * 32 * 64));
    expect(attention(languageModel({ ...llama, blocks: 1 }), 10)).toEqual([55]);
    const phi = languageModel({ ...llama, blocks: 1, architecture: 'phi3' });
    const windowed = { ...phi, metadata: { ...phi.metadata, 'phi3.attention.sliding_window': 4 } };
    expect(attention(windowed, 10)).toEqual([1 + 2 + 3 + 7 * 4]);
    expect(read(windowed, 10).decode.find(({ operator }) => operator === 'attention')).toMatchObject({
      macs: 2 * 32 * 64 * 4,
      call: { parameters: { cache: 10, window: 4 } },
    });
  });

  it('lists weights of types that no product of ours has, experts, and knows unquantised ones', () => {
    const spec = languageModel({ ...llama, blocks: 1, weights: q6_k, head: f16 });
    const experts = {
      ...spec,
      tensors: { ...spec.tensors, 'blk.0.ffn_up_exps.weight': [q4_0, 2048, 512, 8] as const },
    };
    const { decode } = read({ ...experts, metadata: { ...spec.metadata, 'llama.expert_used_count': 2 } });
    const missing = decode
      .filter(({ reason }) => reason !== null)
      .map(({ operator, reason }) => `${operator}: ${reason}`);
    expect(missing).toContain('attn_q: weights of type Q6_K');
    expect(missing).toContain('ffn_up_exps: a mixture of experts');
    expect(decode.find(({ operator }) => operator === 'ffn_up_exps')?.macs).toBe(2 * 2048 * 512);
    const plain = read(languageModel({ ...llama, blocks: 1, embedding: f16 })).prefill[0];
    expect(plain?.call).toEqual({
      operator: 'gather',
      parameters: { table_rows: 128_256, cols: 2048, count: 512, type: 'f16' },
    });
    expect(decode.at(-1)?.call).toEqual({
      operator: 'matvec',
      parameters: { m: 128_256, k: 2048, type: 'f16' },
    });
  });
});

describe('a GGUF file that is not one', () => {
  const sound = languageModel({ ...llama, blocks: 1 });
  const fault = (bytes: Uint8Array): string => {
    try {
      ggufWork(sourceOf(bytes, 'model.gguf'), 8);
      return 'none';
    } catch (error) {
      const { code, message, nextStep } = error as Error & { code: string; nextStep: string };
      expect(nextStep).not.toBe('');
      return `${code} ${message.replace('model.gguf: ', '')}`;
    }
  };

  it('is cut off anywhere: a fault with the byte', () => {
    const bytes = ggufFile(sound);
    expect(fault(bytes)).toBe('none');
    const step = 97;
    for (let length = 0; length < bytes.length; length += step)
      expect(fault(bytes.slice(0, length))).toMatch(/^bad-model byte \d+: /);
  });

  it('is of another kind or version, or has numbers that cannot be', () => {
    expect(fault(new TextEncoder().encode('GGML and more than twenty-four bytes'))).toBe(
      'bad-model byte 0: it does not begin with GGUF',
    );
    expect(fault(ggufFile({ version: 1 }))).toBe('bad-model byte 4: version 1 of GGUF');
    const many = ggufFile(sound);
    many.set([255, 255, 255, 255, 255, 255, 255, 255], 8);
    expect(fault(many)).toBe('bad-model byte 8: arrays: 18446744073709551615, more than 100000');
    const zero = { ...sound, tensors: { ...sound.tensors, 'a.weight': [0, 0, 8] as const } };
    expect(fault(ggufFile(zero))).toMatch(/^bad-model byte \d+: an array of 0 x 8$/);
  });

  it('is of an architecture that is not known, a part of several, or without its sizes', () => {
    const metadata = sound.metadata ?? {};
    expect(fault(ggufFile({ ...sound, metadata: { 'general.architecture': 'mamba' } }))).toBe(
      'bad-model its architecture is "mamba"',
    );
    expect(fault(ggufFile({ ...sound, metadata: { ...metadata, 'split.count': 3 } }))).toBe(
      'bad-model it is one of several files',
    );
    const { 'llama.block_count': _, ...less } = metadata;
    expect(fault(ggufFile({ ...sound, metadata: less }))).toBe(
      'bad-model there is no number llama.block_count in its metadata',
    );
    expect(fault(ggufFile({ metadata }))).toBe('bad-model it has no weights of a language model');
  });
});
