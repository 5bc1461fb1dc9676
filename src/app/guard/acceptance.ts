import { networkName } from '../../judge/index.ts';
import type { Host } from '../host.ts';
import { optional } from '../optional.ts';
import { noMemory } from './memory.ts';
import type { GuardedNetwork } from './networks.ts';
import type { GuardOptions, GuardOutcome } from './run.ts';

/** The label by which a kernel's, or a network's, regression is accepted; null without one. */
export type Acceptance = (kernel: string) => string | null;

/** Asks for the pull request's labels only where one of them would make a difference. */
export async function readAcceptance(
  host: Host,
  { memory = noMemory }: GuardOptions,
  outcome: GuardOutcome,
  networks: readonly GuardedNetwork[],
): Promise<{ readonly accepts: Acceptance; readonly warnings: readonly string[] }> {
  const nobody: Acceptance = () => null;
  const regressed = outcome.judgements.filter(
    ({ verdict, sentinel }) => verdict === 'regressed' && !sentinel,
  );
  const wrong = outcome.broken.filter(({ status }) => status === 'wrong-result');
  const kernels = [...regressed, ...wrong.map(({ comparison }) => comparison)];
  const gateOf = (kernel: string) =>
    outcome.comparisons.find((one) => one.kernel === kernel)?.definition.gate ??
    networks.find(({ network }) => networkName(network.name) === kernel)?.network.gate;
  const labelOf = (kernel: string) => gateOf(kernel)?.acceptLabel ?? null;
  if (!kernels.some(({ kernel }) => labelOf(kernel) !== null)) return { accepts: nobody, warnings: [] };
  const cost = 'nothing was accepted by a label';
  const warn = host.progress.warn;
  const labels = await optional({ cost, otherwise: null, warn }, () => memory.labels());
  if (labels === null) {
    const warning = 'The labels of the pull request could not be read, so nothing was accepted by one.';
    return { accepts: nobody, warnings: [warning] };
  }
  // On GitHub no two labels differ by case alone.
  const there = new Set(labels.map((label) => label.toLowerCase()));
  return {
    accepts: (kernel) => {
      const label = labelOf(kernel);
      return label !== null && there.has(label.toLowerCase()) ? label : null;
    },
    warnings: [],
  };
}
