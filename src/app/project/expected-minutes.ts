import { expectedBlocks, spreadOf } from '../../judge/index.ts';
import type { KernelDefinition, Workload } from '../../manifest/index.ts';
import type { BlockSample } from '../../measure/index.ts';
import type { Report } from '../../store/index.ts';
import { medianOrNull } from './median-or-null.ts';

/** Minutes that a guard is expected to take for a kernel and workload. */
export interface ExpectedMinutes {
  readonly unchanged: number;
  /** One that costs twice its margin more, confirmation included. */
  readonly regressed: number;
}

const metrics = ['energy', 'latency'] as const;

/** How the blocks of one kernel and workload scattered, and what one of them took. */
interface Known {
  readonly kernel: string;
  readonly workload: string;
  readonly seconds: number | null;
  readonly sd: { readonly energy: number | null; readonly latency: number | null };
}

function knownOf(kernel: string, workload: string, samples: readonly BlockSample[]): Known {
  const counting = samples.filter(({ turns, arm }) => turns !== undefined && (arm === 'B' || arm === 'H'));
  const seconds = counting.reduce((sum, { turns }) => sum + (turns?.seconds ?? 0), 0);
  const blocks = new Set(counting.map(({ phase, block }) => `${phase} ${block}`)).size;
  return {
    ...{ kernel, workload },
    seconds: blocks === 0 ? null : seconds / blocks,
    sd: { energy: spreadOf(samples, 'energy'), latency: spreadOf(samples, 'latency') },
  };
}

/**
 * Predicts a guard from what an earlier one on the same machine measured. A kernel that it did not measure is taken to be like the
 * median of those that it did.
 * @param report of a guard run; its samples say how blocks scatter and what they cost
 * @returns null where the report has too few blocks to tell
 */
export function expectMinutes(
  report: Report,
): ((kernel: KernelDefinition, workload: Workload, marginFactor?: number) => ExpectedMinutes) | null {
  const samples: readonly BlockSample[] = report.kind === 'guard' ? (report.samples ?? []) : [];
  const subjects = new Map(samples.map((one) => [JSON.stringify([one.kernel, one.workload]), one]));
  const known = [...subjects.values()].map(({ kernel, workload }) =>
    knownOf(
      kernel,
      workload,
      samples.filter((one) => one.kernel === kernel && one.workload === workload),
    ),
  );
  const usualSeconds = medianOrNull(known.flatMap(({ seconds }) => seconds ?? []));
  if (usualSeconds === null) return null;
  const usualSd = (metric: (typeof metrics)[number]) =>
    medianOrNull(known.flatMap(({ sd }) => sd[metric] ?? []));
  return (kernel, workload, marginFactor = 1) => {
    const own = known.find((one) => one.kernel === kernel.name && one.workload === workload.name);
    const minutesABlock = (own?.seconds ?? usualSeconds) / 60;
    const expected = metrics.flatMap((metric) => {
      const sd = own?.sd[metric] ?? usualSd(metric);
      return sd === null ? [] : [expectedBlocks({ sd, margin: marginFactor * kernel.gate[metric].margin })];
    });
    const most = (read: (blocks: (typeof expected)[number]) => number) => Math.max(3, ...expected.map(read));
    return {
      unchanged: minutesABlock * most(({ unchanged }) => unchanged),
      regressed: minutesABlock * most(({ regressed }) => regressed),
    };
  };
}

/** The factors on all margins that are tried; more than fourfold is no gate any more. */
const marginFactors = [1.25, 1.5, 2, 3, 4];

/** What would halve the minutes of a guard in which every kernel changed, as a clause. */
export function whatHalves(minutesAt: (marginFactor: number) => number, kernels: number): string {
  const now = minutesAt(1);
  const wider = marginFactors.find((factor) => minutesAt(factor) <= now / 2);
  const ways = [
    kernels > 1 ? 'two jobs (shard: 1/2 and 2/2)' : '',
    wider === undefined ? '' : `margins ${wider} times as wide`,
  ].filter((way) => way !== '');
  const nothing = 'only blocks that cost half would halve it';
  return ways.length === 0 ? nothing : `${ways.join(', or ')} would halve it`;
}
