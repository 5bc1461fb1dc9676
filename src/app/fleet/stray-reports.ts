import type { ReportGuard } from '../../schema/index.ts';

/** A report and the job that it comes from. */
export interface JobReport {
  /** `2of4 on nvidia-hopper`. */
  readonly name: string;
  /** What its job calls the device. */
  readonly device: string;
  readonly report: ReportGuard;
}

/** A report that cannot be judged together with the others. */
export interface StrayReport {
  /** `foreign`: of something else than most are. `overlapping`: of kernels that another one measured too. */
  readonly kind: 'foreign' | 'overlapping';
  readonly name: string;
  /** Why, without a full stop. */
  readonly reason: string;
}

type Kernel = ReportGuard['kernels'][number];

function keyOf({ kernel, workload }: Kernel): string {
  return JSON.stringify([kernel, workload]);
}

/** Whether a shard measured a kernel as its own: every shard has the sentinels, and each lists what head removed. */
export function isShare(kernel: Kernel): boolean {
  return !kernel.sentinel && kernel.verdict !== 'removed' && kernel.blocks > 0;
}

/** The value that the run itself names, or that more reports have than any other; null if several have as many. */
function meant(counts: ReadonlyMap<string, number>, expected: readonly string[]): string | null {
  const named = expected.find((value) => counts.has(value));
  if (named !== undefined) return named;
  const most = Math.max(...counts.values());
  const leading = [...counts].filter(([, count]) => count === most);
  return leading.length === 1 ? leading[0]![0] : null;
}

interface Trait {
  /** `head` in `its head is …`. */
  readonly title: string;
  readonly of: (report: ReportGuard) => string | null | undefined;
  /** What it has to be if any report has it. */
  readonly expected?: readonly string[];
}

/** Those that have another value than is meant; all of them where nobody can tell which one that is. */
function differing(jobs: readonly JobReport[], { title, of, expected = [] }: Trait): StrayReport[] {
  const counts = new Map<string, number>();
  for (const { report } of jobs) {
    const value = of(report) ?? null;
    if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  if (counts.size < 2) return [];
  const right = meant(counts, expected);
  return jobs.flatMap(({ name, report }) => {
    const value = of(report) ?? null;
    if (value === null || value === right) return [];
    const others = right ?? [...counts.keys()].find((other) => other !== value);
    const known = right === null ? 'that of as many others' : 'that of the others';
    return { kind: 'foreign', name, reason: `its ${title} is ${value}, ${known} ${others}` };
  });
}

/** Reports of one device that measured the same kernel: nobody knows which one to believe. */
function doubled(jobs: readonly JobReport[]): StrayReport[] {
  const owners = new Map<string, { readonly kernel: Kernel; readonly names: string[] }>();
  for (const { name, device, report } of jobs) {
    for (const kernel of report.kernels.filter(isShare)) {
      const key = `${device} ${keyOf(kernel)}`;
      const owner = owners.get(key);
      if (owner === undefined) owners.set(key, { kernel, names: [name] });
      else owner.names.push(name);
    }
  }
  const shared = [...owners.values()].filter(({ names }) => names.length > 1);
  return jobs.flatMap(({ name }) => {
    const first = shared.find(({ names }) => names.includes(name));
    if (first === undefined) return [];
    const others = first.names.filter((other) => other !== name).join(', ');
    const { kernel, workload } = first.kernel;
    return {
      kind: 'overlapping',
      name,
      reason: `${kernel} ${workload} is in the report of ${others} as well`,
    };
  });
}

/**
 * Reports that do not belong to what most are of: another manifest, head, base or version, or another device family than the
 * other jobs of their device; and reports that measured the same kernel. The order of `jobs` changes nothing but the
 * order of what is found.
 * @param commits that the run itself is of; of two heads, one of these is meant
 */
export function findStrays(jobs: readonly JobReport[], commits: readonly string[]): readonly StrayReport[] {
  const devices = [...new Set(jobs.map(({ device }) => device))];
  const found = [
    ...differing(jobs, { title: 'manifest', of: ({ manifest }) => manifest }),
    ...differing(jobs, { title: 'head', of: ({ head }) => head.commit, expected: commits }),
    // Which shard has which kernels is a matter of the version.
    ...differing(jobs, { title: 'version of Joulegate', of: ({ tool }) => tool.version }),
    ...differing(jobs, { title: 'base', of: ({ base }) => base?.commit }),
    ...devices.flatMap((label) =>
      differing(
        jobs.filter(({ device }) => device === label),
        { title: 'device', of: ({ device }) => device?.family },
      ),
    ),
  ];
  const foreign = [...new Map(found.toReversed().map((stray) => [stray.name, stray])).values()];
  const names = new Set(foreign.map(({ name }) => name));
  const strays = [...foreign, ...doubled(jobs.filter(({ name }) => !names.has(name)))];
  return jobs.flatMap(({ name }) => strays.find((stray) => stray.name === name) ?? []);
}
