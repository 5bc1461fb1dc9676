import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Sizes, workloadSlug } from './sizes.ts';
import type { OperatorWorkload } from './workload.ts';

interface ManifestRequest {
  readonly folder: string;
  readonly objective: string;
  readonly workloads: readonly OperatorWorkload[];
  readonly sizes: Sizes;
}

/** Writes a manifest with one kernel per workload, so that each can be run by its name. */
export function writeOperatorManifest({ folder, objective, workloads, sizes }: ManifestRequest): void {
  mkdirSync(folder, { recursive: true });
  const kernels = workloads.map((workload) => {
    const parameters = Object.entries(workload.parameters).map(([name, value]) => `${name}: ${value}`);
    return `  ${workloadSlug(workload)}:
    operator: ${workload.operator}
    workloads: [{ ${parameters.join(', ')} }]
`;
  });
  writeFileSync(
    join(folder, 'joulegate.yaml'),
    `version: 1
objective: ${objective}
budget:
  guard: { trials: 1, search-seconds: 1, judge-seconds: ${sizes.compareSeconds} }
  retune: { trials: ${sizes.trials}, search-seconds: ${sizes.searchSeconds}, judge-seconds: ${Math.ceil(sizes.searchSeconds / 2)} }
kernels:
${kernels.join('')}`,
  );
}
