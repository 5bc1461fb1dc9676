import type { Network } from '../../judge/index.ts';
import type { Host } from '../host.ts';
import { type Laboratory, measureOnce } from '../laboratory/index.ts';
import { optional } from '../optional.ts';
import {
  type AloneCosts,
  aloneIn,
  type Compared,
  type GuardedNetwork,
  judgedNetwork,
  type NetworkPart,
  partsOf,
} from './networks.ts';

/** A network with what an inference of it launches in this run. */
export interface MeasuredNetwork {
  readonly parts: readonly NetworkPart[];
  readonly judged: Network;
}

/** Networks as they are judged. */
export interface MeasuredNetworks {
  /** In the order given. */
  readonly networks: readonly MeasuredNetwork[];
  /** What kernels of theirs cost that are the same on both sides. */
  readonly alone: AloneCosts;
}

/** Networks of which all is told by what is known. */
export function networksOf(
  guarded: readonly GuardedNetwork[],
  compared: Compared,
  { alone, meter }: { readonly alone: AloneCosts; readonly meter: Laboratory['meter'] },
): MeasuredNetworks {
  const networks = guarded.map((one) => {
    const parts = partsOf(one, compared);
    return { parts, judged: judgedNetwork({ guarded: one, parts, alone, meter }) };
  });
  return { networks, alone };
}

/**
 * Networks, once what they launch beside what changed is measured. That what is kept between runs knows it too is no use: others
 * may have written it, and whoever makes the rest look dear makes every change look small.
 */
export async function measureNetworks(options: {
  readonly host: Host;
  readonly laboratory: Laboratory;
  readonly guarded: readonly GuardedNetwork[];
  readonly compared: Compared;
  /** Whether other jobs measure the rest of a network. */
  readonly shared: boolean;
  readonly deadlineMs: number;
  readonly warn: (text: string) => void;
}): Promise<MeasuredNetworks> {
  const { laboratory, guarded, compared, warn } = options;
  const wanted = aloneIn(guarded, compared, options.shared);
  const variants = wanted.map(({ variant }) => variant);
  const cost = 'networks are not judged that launch what did not change';
  const measured = await optional({ cost, otherwise: [], warn }, () => measureOnce({ ...options, variants }));
  const alone = wanted.flatMap(({ part: { kernel, workload } }, i) => {
    const one = measured[i];
    return one === undefined ? [] : [{ kernel, workload, measured: one }];
  });
  return networksOf(guarded, compared, { alone, meter: laboratory.meter });
}
