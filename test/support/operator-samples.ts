import { createKernelSpace, type DeviceLimits } from '../../src/manifest/index.ts';
import type { Configuration } from '../../src/space/index.ts';
import { createRandom } from '../../src/stats/index.ts';
import { operatorWorkload, type Sizes } from '../operators/support.ts';

const image = { height: 14, width: 15, channels: 8, filters: 16, kernel_height: 3, kernel_width: 3 };

/** Workloads of every operator that differ in what programs are made of: types, epilogues, sizes that no tile divides. */
export const operatorSamples: readonly (readonly [operator: string, sizes: Sizes])[] = [
  ['matmul', { m: 256, n: 256, k: 256 }],
  [
    'matmul',
    { m: 64, n: 96, k: 100, type: 'f16', transpose_a: true, bias: true, activation: 'gelu', batch: 3 },
  ],
  ['matmul', { m: 33, n: 17, k: 7, transpose_b: true, activation: 'relu6' }],
  ['matvec', { m: 512, k: 300 }],
  ['matvec', { m: 512, k: 512, type: 'f16', bias: true, activation: 'silu' }],
  ['qmatvec', { n: 100, k: 512, layout: 'q4_k', gated: true, activation: 'silu' }],
  ['qmatvec', { n: 64, k: 96, layout: 'q4_0', type: 'f16', bias: true }],
  ['qmatmul', { m: 5, n: 100, k: 512, activations: 'int8' }],
  ['qmatmul', { m: 5, n: 100, k: 512, layout: 'mlc_q4f16', type: 'f16' }],
  ['conv2d', { ...image, stride: 2, padding_height: 1, padding_width: 1 }],
  ['conv2d', { ...image, type: 'f16', bias: true, activation: 'silu' }],
  ['conv2d', { ...image, groups: 8, filters: 8, dilation: 2 }],
  ['softmax', { rows: 7, cols: 1000 }],
  ['softmax', { rows: 64, cols: 64, type: 'f16', scale: 0.125 }],
  ['layernorm', { rows: 7, cols: 1000 }],
  ['layernorm', { rows: 64, cols: 64, type: 'f16' }],
  ['rmsnorm', { rows: 7, cols: 1000 }],
  ['rmsnorm', { rows: 64, cols: 512, type: 'f16' }],
  ['reduce', { rows: 70, cols: 1000, op: 'mean' }],
  ['reduce', { rows: 70, cols: 1024, op: 'max', axis: 'first', type: 'f16' }],
  ['elementwise', { rows: 70, cols: 1000, binary: 'add', broadcast: 'row', unary: 'gelu' }],
  ['elementwise', { cols: 4096, unary: 'silu', binary: 'multiply', unary_first: true, type: 'f16' }],
  [
    'elementwise',
    { rows: 8, cols: 64, unary: 'silu', binary: 'multiply', unary_first: true, broadcast: 'halves' },
  ],
  ['elementwise', { rows: 8, cols: 64, unary: 'relu', binary: 'affine', broadcast: 'row' }],
  ['transpose', { rows: 70, cols: 1000 }],
  ['transpose', { rows: 64, cols: 1024, batch: 2, type: 'f16' }],
  ['attention-decode', { heads: 8, kv_heads: 2, head_size: 64, cache: 300 }],
  [
    'attention-decode',
    { heads: 6, kv_heads: 3, head_size: 80, cache: 512, type: 'f16', mask: true, softcap: 30 },
  ],
  ['attention-prefill', { heads: 2, kv_heads: 1, head_size: 64, queries: 70, cache: 100 }],
  [
    'attention-prefill',
    { heads: 2, kv_heads: 2, head_size: 80, queries: 64, cache: 64, type: 'f16', mask: true },
  ],
  ['rotary', { tokens: 16, heads: 8, head_size: 64, positions: 100 }],
  [
    'rotary',
    {
      tokens: 16,
      heads: 8,
      head_size: 80,
      positions: 100,
      rotary_size: 32,
      pairs: 'neighbours',
      type: 'f16',
    },
  ],
  ['cache-update', { kv_heads: 8, head_size: 64, capacity: 128, position: 17, tokens: 5, type: 'f16' }],
  ['cache-update', { kv_heads: 8, head_size: 64, capacity: 128 }],
  ['gather', { table_rows: 50, cols: 64, count: 20 }],
  ['gather', { table_rows: 50, cols: 63, count: 20, type: 'f16' }],
  ['topk', { rows: 3, cols: 4096 }],
  ['topk', { rows: 2, cols: 1000, k: 40, type: 'f16' }],
  ['group-norm', { positions: 196, channels: 64, groups: 8, activation: 'silu' }],
  ['group-norm', { positions: 49, channels: 32, groups: 32, type: 'f16' }],
  ['resize', { height: 8, width: 8, channels: 16, out_height: 16, out_width: 16 }],
  [
    'resize',
    { height: 9, width: 8, channels: 16, out_height: 4, out_width: 16, mode: 'nearest', type: 'f16' },
  ],
  [
    'pool2d',
    { height: 14, width: 14, channels: 16, kernel_height: 3, kernel_width: 3, stride: 2, padding_height: 1 },
  ],
  [
    'pool2d',
    { height: 7, width: 7, channels: 16, kernel_height: 7, kernel_width: 7, op: 'average', type: 'f16' },
  ],
  [
    'conv-transpose',
    { height: 7, width: 8, channels: 16, filters: 8, kernel_height: 4, kernel_width: 4, stride: 2 },
  ],
  [
    'conv-transpose',
    {
      height: 7,
      width: 8,
      channels: 16,
      filters: 8,
      kernel_height: 2,
      kernel_width: 3,
      stride: 2,
      type: 'f16',
      bias: true,
    },
  ],
  ['qgather', { table_rows: 20, k: 256, count: 8 }],
  ['qgather', { table_rows: 20, k: 64, count: 8, layout: 'q8_0', type: 'f16' }],
];

/** Random configurations of a workload that a device of these limits can run; the same every time. */
export function sampleConfigurations(
  [operator, sizes]: (typeof operatorSamples)[number],
  limits: DeviceLimits,
  count: number,
) {
  const { kernel, workload } = operatorWorkload(operator, sizes);
  const space = createKernelSpace(kernel, workload, limits);
  const points = space.sample(createRandom(20), count);
  const configurations: readonly Configuration[] = points.map((point) => space.configuration(point));
  return { kernel, workload, configurations };
}
