import type { DeviceLimits, KernelDefinition, Workload } from '../../src/manifest/index.ts';
import { createKernelSpace, formatProblems, noFiles, parseManifest } from '../../src/manifest/index.ts';
import { operators } from '../../src/operators/index.ts';
import type { Sizes } from './graphs.ts';

/** An operator at a workload. */
export interface OperatorCase {
  readonly operator: string;
  readonly sizes: Sizes;
}

const image = (side: number, channels: number, filters: number, kernel: number): Sizes => ({
  ...{ height: side, width: side, channels, filters, kernel_height: kernel, kernel_width: kernel },
  ...{ padding_height: (kernel - 1) / 2, padding_width: (kernel - 1) / 2 },
});

/** By operator; the first is its main shape. Small enough for a software adapter, where each takes milliseconds. */
const shapes: Readonly<Record<string, readonly Sizes[]>> = {
  matmul: [
    { m: 256, n: 256, k: 256 },
    { m: 128, n: 128, k: 128 },
    { m: 64, n: 256, k: 256 },
    { m: 32, n: 384, k: 384 },
    { m: 1, n: 1024, k: 512 },
    { m: 1, n: 1024, k: 1024 },
  ],
  matvec: [
    { m: 1024, k: 1024 },
    { m: 512, k: 512 },
  ],
  // Of Llama-3.2-1B, Phi-4-mini and Qwen3-0.6B.
  qmatvec: [
    { n: 2048, k: 2048 },
    { n: 512, k: 2048, layout: 'q4_k' },
    { n: 3072, k: 3072, layout: 'mlc_q4f16' },
    { n: 2048, k: 1024, layout: 'q4_0' },
    { n: 1024, k: 3072, layout: 'ort_q8_32' },
    { n: 3072, k: 1024, gated: true, activation: 'silu' },
  ],
  qmatmul: [
    { m: 16, n: 512, k: 2048 },
    { m: 2, n: 2048, k: 1024, layout: 'q4_k' },
    { m: 8, n: 1024, k: 1024, layout: 'mlc_q4f16' },
    { m: 64, n: 256, k: 1024 },
    { m: 8, n: 1024, k: 1024, layout: 'ort_q8_32' },
    { m: 8, n: 512, k: 1024, gated: true, activation: 'silu' },
  ],
  conv2d: [
    ...[image(28, 32, 64, 3), image(14, 32, 64, 3), image(7, 128, 128, 3)],
    ...[image(14, 64, 64, 1), image(28, 64, 128, 1), image(7, 256, 512, 1)],
  ],
  softmax: [
    { rows: 256, cols: 128 },
    { rows: 64, cols: 1024 },
    { rows: 16, cols: 4096 },
  ],
  layernorm: [
    { rows: 256, cols: 512 },
    { rows: 64, cols: 768 },
    { rows: 128, cols: 256 },
  ],
};

/** The cases of these operators, or of all that have some. */
export function casesOf(wanted: readonly string[]): readonly OperatorCase[] {
  return Object.entries(shapes)
    .filter(([operator]) => wanted.length === 0 || wanted.includes(operator))
    .flatMap(([operator, list]) => list.map((sizes) => ({ operator, sizes })));
}

/** `MM 256 x 256 x 256`: sizes in a row, other parameters by name. */
export function titleOf({ operator, sizes }: OperatorCase): string {
  const parts = Object.entries(sizes)
    .filter(([, value]) => value !== 0)
    .map(([name, value]) => `${name} ${value}`);
  return `${operator} ${parts.join(', ')}`;
}

/** What a manifest with that one kernel defines. */
export function defineCase({ operator, sizes }: OperatorCase, limits: DeviceLimits) {
  const text = JSON.stringify({ version: 1, kernels: { kernel: { operator, workloads: [sizes] } } });
  const { manifest, problems } = parseManifest({ path: 'joulegate.yaml', text, reader: noFiles, operators });
  const kernel: KernelDefinition | undefined = manifest?.kernels[0];
  const workload: Workload | undefined = kernel?.workloads[0];
  if (!kernel || !workload) throw new Error(formatProblems(problems, { colour: false }));
  return { kernel, workload, space: createKernelSpace(kernel, workload, limits) };
}
