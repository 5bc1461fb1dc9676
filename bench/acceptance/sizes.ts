import { awkwardDecoder, recordedDecoder } from './decoder-sizes.ts';
import type { OperatorWorkload } from './workload.ts';

/** How much is done. `tiny` shows that the machinery works, in seconds, on a software adapter. */
export interface Sizes {
  readonly name: 'full' | 'tiny';
  readonly noiseMinutes: number;
  /** Small and awkward: whether every configuration is right. */
  readonly correctness: readonly OperatorWorkload[];
  readonly correctnessConfigurations: number;
  /** As in networks: what configurations cost. */
  readonly recorded: readonly OperatorWorkload[];
  readonly recordedConfigurations: number;
  readonly recordedEnergies: number;
  /** Seconds for a recording. */
  readonly recordSeconds: number;
  /** How many of `recorded` are retuned, from the first. */
  readonly retuned: number;
  readonly trials: number;
  readonly searchSeconds: number;
  readonly compareSeconds: number;
  readonly replaySeeds: number;
  readonly guardKernels: number;
  /** Turns of the loop in the guard's kernels: they decide how long a launch takes. */
  readonly guardRounds: number;
  readonly guardElements: number;
  readonly guardSeconds: number;
}

type Parameters = OperatorWorkload['parameters'];

function bytesOf(type: unknown): number {
  return type === 'f16' ? 2 : 4;
}

function matmul(m: number, n: number, k: number, type: string, rest: Parameters = {}): OperatorWorkload {
  return { operator: 'matmul', parameters: { m, n, k, type, ...rest }, flops: 2 * m * n * k, bytes: null };
}

function matvec(m: number, k: number, type: string): OperatorWorkload {
  const bytes = (m * k + k + m) * bytesOf(type);
  return { operator: 'matvec', parameters: { m, k, type }, flops: null, bytes };
}

/** A layer that reads rows of a matrix and writes as many. */
function rows(operator: string, count: number, cols: number, type: string): OperatorWorkload {
  const bytes = 2 * count * cols * bytesOf(type);
  return { operator, parameters: { rows: count, cols, type }, flops: null, bytes };
}

function gelu(count: number, cols: number, type: string): OperatorWorkload {
  const { parameters, ...rest } = rows('elementwise', count, cols, type);
  return { ...rest, parameters: { ...parameters, unary: 'gelu' } };
}

interface Layer {
  readonly size: number;
  readonly channels: number;
  readonly filters: number;
  readonly kernel: number;
  readonly stride: number;
  readonly type: string;
}

/** A square convolution with the padding that keeps the size at stride 1. */
function conv2d({ size, channels, filters, kernel, stride, type }: Layer): OperatorWorkload {
  const padding = (kernel - 1) / 2;
  const out = Math.floor((size + 2 * padding - kernel) / stride) + 1;
  return {
    operator: 'conv2d',
    parameters: {
      height: size,
      width: size,
      channels,
      filters,
      kernel_height: kernel,
      kernel_width: kernel,
      stride,
      padding_height: padding,
      padding_width: padding,
      type,
    },
    flops: 2 * out * out * filters * channels * kernel * kernel,
    bytes: null,
  };
}

const types = ['f32', 'f16'] as const;

/** Sizes that no tile divides, and the smallest there are. */
const awkward: readonly OperatorWorkload[] = types.flatMap((type) => [
  matmul(1, 1, 1, type),
  matmul(61, 67, 53, type),
  matmul(64, 32, 128, type),
  matvec(1, 1, type),
  matvec(127, 509, type),
  conv2d({ size: 7, channels: 3, filters: 5, kernel: 3, stride: 2, type }),
  conv2d({ size: 13, channels: 16, filters: 8, kernel: 1, stride: 1, type }),
  ...['softmax', 'layernorm', 'rmsnorm', 'reduce', 'transpose'].flatMap((operator) => [
    rows(operator, 1, 1, type),
    rows(operator, 31, 257, type),
  ]),
  gelu(1, 1, type),
  gelu(31, 257, type),
  ...awkwardDecoder(type),
]);

export const fullSizes: Sizes = {
  name: 'full',
  noiseMinutes: 1.5,
  correctness: awkward,
  correctnessConfigurations: 60,
  recorded: [
    matmul(1024, 1024, 1024, 'f32'),
    matvec(4096, 4096, 'f32'),
    conv2d({ size: 56, channels: 64, filters: 64, kernel: 3, stride: 1, type: 'f32' }),
    rows('softmax', 4096, 4096, 'f32'),
    matmul(4096, 4096, 4096, 'f32'),
    matmul(1024, 1024, 1024, 'f16'),
    conv2d({ size: 14, channels: 256, filters: 256, kernel: 3, stride: 1, type: 'f32' }),
    matvec(16384, 4096, 'f32'),
    conv2d({ size: 28, channels: 512, filters: 128, kernel: 1, stride: 1, type: 'f32' }),
    matmul(4096, 4096, 4096, 'f16'),
    rows('layernorm', 4096, 4096, 'f32'),
    rows('rmsnorm', 4096, 4096, 'f32'),
    rows('transpose', 8192, 8192, 'f32'),
    { ...rows('reduce', 4096, 16384, 'f32'), bytes: 4 * (4096 * 16384 + 4096) },
    gelu(8192, 8192, 'f32'),
    ...recordedDecoder,
  ],
  recordedConfigurations: 300,
  recordedEnergies: 60,
  recordSeconds: 240,
  retuned: 4,
  trials: 256,
  searchSeconds: 75,
  compareSeconds: 240,
  replaySeeds: 5,
  guardKernels: 10,
  guardRounds: 2000,
  guardElements: 1 << 22,
  guardSeconds: 300,
};

export const tinySizes: Sizes = {
  name: 'tiny',
  noiseMinutes: 0.08,
  correctness: awkward.slice(0, 1),
  correctnessConfigurations: 2,
  recorded: [matmul(48, 48, 48, 'f32')],
  recordedConfigurations: 5,
  recordedEnergies: 3,
  recordSeconds: 300,
  retuned: 1,
  trials: 5,
  searchSeconds: 60,
  compareSeconds: 30,
  replaySeeds: 1,
  guardKernels: 1,
  guardRounds: 200,
  guardElements: 1 << 13,
  guardSeconds: 60,
};

/** Name of a workload in manifests, files and tables: `matmul-1024-1024-1024-f32`. */
export function workloadSlug({ operator, parameters }: OperatorWorkload): string {
  return [operator, ...Object.values(parameters)].join('-').toLowerCase();
}
