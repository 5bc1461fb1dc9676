import { formatProblems, type KernelDefinition, parseManifest } from '../../src/manifest/index.ts';
import { operators } from '../../src/operators/index.ts';

/** The kernel of a manifest that uses an operator with these workloads and nothing else. */
export function operatorKernel(
  operator: string,
  workloads: readonly Readonly<Record<string, number | string>>[],
): KernelDefinition {
  const text = JSON.stringify({ version: 1, kernels: { product: { operator, workloads } } });
  const reader = { read: () => null, list: () => [] };
  const { manifest, problems } = parseManifest({ path: 'joulegate.yaml', text, reader, operators });
  const kernel = manifest?.kernels[0];
  if (!kernel) throw new Error(formatProblems(problems, { colour: false }));
  return kernel;
}
