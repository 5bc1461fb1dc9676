import type { Configuration } from '../../space/index.ts';
import { type Tuned, tunedConfiguration } from '../../store/index.ts';

/** Families of which the tuned configuration is tried early: more would cost more trials than they are worth. */
const mostHints = 3;

/** What earlier runs found for this device and did not adopt, then what others run: those most alike by name first. */
export function hintsOf(task: {
  readonly kernel: string;
  readonly workload: string;
  /** Of this device. */
  readonly family: string;
  readonly tuned: Tuned;
  readonly hints: Tuned | null;
}): readonly Configuration[] {
  const { kernel, workload, family, tuned, hints } = task;
  const own = hints === null ? null : tunedConfiguration(hints, kernel, workload, family);
  const words = family.split('-');
  const shared = (other: string) => {
    const differing = other.split('-').findIndex((word, index) => word !== words[index]);
    return differing === -1 ? words.length : differing;
  };
  const others = tuned.entries
    .filter((entry) => entry.kernel === kernel && entry.workload.name === workload && entry.family !== family)
    .sort((a, b) => shared(b.family) - shared(a.family))
    .slice(0, mostHints)
    .map(({ configuration }) => configuration);
  return own === null ? others : [own, ...others];
}
