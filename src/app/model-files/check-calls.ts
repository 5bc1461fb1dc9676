import type { Call } from '../../graph/index.ts';
import { type Manifest, noFiles, parseManifest } from '../../manifest/index.ts';
import { operators } from '../../operators/index.ts';
import { type DraftKernel, keyOf } from './draft.ts';

/** A manifest of nothing but these kernels: the way every manifest is read is the judge of what an operator takes. */
function parse(kernels: readonly DraftKernel[]): ReturnType<typeof parseManifest> {
  const written = Object.fromEntries(
    kernels.map(({ name, operator, calls }) => [
      name,
      { operator, workloads: calls.map(({ parameters }) => parameters) },
    ]),
  );
  return parseManifest({
    path: 'manifest',
    text: JSON.stringify({ version: 1, kernels: written }),
    reader: noFiles,
    operators,
  });
}

/** The kernels as a manifest has them; null if any workload does not suit its operator. */
export function definitionsOf(kernels: readonly DraftKernel[]): Manifest['kernels'] | null {
  return kernels.length === 0 ? [] : (parse(kernels).manifest?.kernels ?? null);
}

/** Why operators do not take calls, by the call as JSON. */
export function refusedCalls(calls: readonly Call[]): ReadonlyMap<string, string> {
  const refused = new Map<string, string>();
  for (const call of calls) {
    if (!operators.some(({ name }) => name === call.operator)) {
      refused.set(keyOf(call), 'not among our operators');
      continue;
    }
    const { problems } = parse([{ name: 'kernel', operator: call.operator, calls: [call] }]);
    const fault = problems.find(({ severity }) => severity === 'error');
    if (fault !== undefined) refused.set(keyOf(call), `${call.operator}: ${fault.message}`);
  }
  return refused;
}
