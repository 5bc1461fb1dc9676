import type { OperatorWorkload } from './workload.ts';

type Parameters = OperatorWorkload['parameters'];

function sized(
  operator: string,
  parameters: Parameters,
  bound: { readonly flops: number } | { readonly bytes: number },
): OperatorWorkload {
  return { operator, parameters, flops: null, bytes: null, ...bound };
}

/** A product with weights of 4 bits: of 32 numbers, 16 bytes and a scale of two. */
function quantised(operator: 'qmatvec' | 'qmatmul', m: number, n: number, k: number): OperatorWorkload {
  const product = { n, k, layout: 'ort_q4_32', type: 'f16' };
  return operator === 'qmatvec'
    ? sized(operator, product, { bytes: (n * k * 9) / 16 + 2 * (n + k) })
    : sized(operator, { m, ...product }, { flops: 2 * m * n * k });
}

/** What stands between products, at the smallest sizes and at ones that no tile divides. */
export function awkwardDecoder(type: 'f32' | 'f16'): readonly OperatorWorkload[] {
  const none = { flops: 0 };
  const image = { height: 7, width: 5, channels: 3 };
  const window = { kernel_height: 3, kernel_width: 2, stride: 2 };
  return [
    sized('attention-decode', { heads: 6, kv_heads: 3, head_size: 20, cache: 97, type }, none),
    sized('attention-prefill', { heads: 4, kv_heads: 2, head_size: 20, queries: 13, cache: 31, type }, none),
    sized('rotary', { tokens: 7, heads: 3, head_size: 10, positions: 31, type }, none),
    sized('cache-update', { kv_heads: 3, head_size: 10, capacity: 31, position: 5, tokens: 2, type }, none),
    sized('gather', { table_rows: 61, cols: 37, count: 11, type }, none),
    sized('qgather', { table_rows: 61, k: 96, count: 11, layout: 'q4_0', type }, none),
    sized('qmatvec', { n: 61, k: 96, layout: 'q8_0', type }, none),
    sized('qmatmul', { m: 5, n: 61, k: 256, layout: 'q4_k', type }, none),
    sized('topk', { rows: 3, cols: 257, k: 5, type }, none),
    sized('group-norm', { positions: 35, channels: 12, groups: 3, type }, none),
    sized('resize', { ...image, out_height: 11, out_width: 9, type }, none),
    sized('pool2d', { ...image, ...window, type }, none),
    sized('conv-transpose', { ...image, filters: 5, ...window, type }, none),
  ];
}

/** As in a language model of a billion parameters, and in networks on images. */
export const recordedDecoder: readonly OperatorWorkload[] = [
  quantised('qmatvec', 1, 8192, 2048),
  quantised('qmatmul', 512, 8192, 2048),
  sized(
    'attention-decode',
    { heads: 32, kv_heads: 8, head_size: 64, cache: 4096, type: 'f16' },
    { bytes: 2 * 2 * 8 * 4096 * 64 },
  ),
  sized(
    'attention-prefill',
    { heads: 32, kv_heads: 8, head_size: 64, queries: 1024, cache: 1024, type: 'f16' },
    // Half of the scores are masked.
    { flops: 2 * 32 * 1024 * 1024 * 64 },
  ),
  sized(
    'rotary',
    { tokens: 4096, heads: 32, head_size: 64, positions: 4096, type: 'f16' },
    { bytes: 2 * 2 * 4096 * 32 * 64 },
  ),
  sized(
    'cache-update',
    { kv_heads: 8, head_size: 64, capacity: 8192, tokens: 4096, type: 'f16' },
    { bytes: 2 * 2 * 2 * 8 * 64 * 4096 },
  ),
  sized(
    'gather',
    { table_rows: 128_256, cols: 2048, count: 4096, type: 'f16' },
    { bytes: 2 * 2 * 4096 * 2048 },
  ),
  sized(
    'qgather',
    { table_rows: 128_256, k: 2048, count: 4096, type: 'f16' },
    { bytes: 4096 * 2048 * (9 / 16 + 2) },
  ),
  sized('topk', { rows: 64, cols: 128_256, type: 'f32' }, { bytes: 4 * 64 * 128_256 }),
  sized(
    'group-norm',
    { positions: 4096, channels: 320, groups: 32, batch: 8, type: 'f32' },
    { bytes: 2 * 4 * 8 * 4096 * 320 },
  ),
  sized(
    'resize',
    { height: 128, width: 128, channels: 256, out_height: 256, out_width: 256, type: 'f32' },
    { bytes: 4 * 256 * (128 * 128 + 256 * 256) },
  ),
  sized(
    'pool2d',
    { height: 224, width: 224, channels: 256, kernel_height: 2, kernel_width: 2, stride: 2, type: 'f32' },
    { bytes: 4 * 256 * (224 * 224 + 112 * 112) },
  ),
  sized(
    'conv-transpose',
    {
      height: 64,
      width: 64,
      channels: 128,
      filters: 64,
      kernel_height: 2,
      kernel_width: 2,
      stride: 2,
      type: 'f32',
    },
    { flops: 2 * 64 * 64 * 128 * 64 * 4 },
  ),
];
