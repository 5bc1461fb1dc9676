import type { DeviceLimits, KernelDefinition, Workload } from '../../src/manifest/index.ts';
import { createKernelSpace, formatProblems, noFiles, parseManifest } from '../../src/manifest/index.ts';
import { operators } from '../../src/operators/index.ts';

/** An operator at a workload. */
export interface OperatorCase {
  readonly title: string;
  readonly operator: string;
  readonly sizes: Readonly<Record<string, number | string | boolean>>;
}

/** The paper's three operators, at sizes that a software adapter runs in milliseconds. */
export const paperCases: readonly OperatorCase[] = [
  { title: 'MM 256 x 256 x 256', operator: 'matmul', sizes: { m: 256, n: 256, k: 256 } },
  { title: 'MV 1024 x 1024', operator: 'matvec', sizes: { m: 1024, k: 1024 } },
  {
    title: 'CONV 3 x 3, 28 x 28 x 32 to 64',
    operator: 'conv2d',
    sizes: {
      ...{ height: 28, width: 28, channels: 32, filters: 64 },
      ...{ kernel_height: 3, kernel_width: 3, padding_height: 1, padding_width: 1 },
    },
  },
];

/** What a manifest with that one kernel defines. */
export function defineCase({ operator, sizes }: OperatorCase, limits: DeviceLimits) {
  const text = JSON.stringify({ version: 1, kernels: { kernel: { operator, workloads: [sizes] } } });
  const { manifest, problems } = parseManifest({ path: 'joulegate.yaml', text, reader: noFiles, operators });
  const kernel: KernelDefinition | undefined = manifest?.kernels[0];
  const workload: Workload | undefined = kernel?.workloads[0];
  if (!kernel || !workload) throw new Error(formatProblems(problems, { colour: false }));
  return { kernel, workload, space: createKernelSpace(kernel, workload, limits) };
}
