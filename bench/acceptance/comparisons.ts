import type { ReportGuard } from '../../src/schema/index.ts';
import { estimateMean, meanInterval } from '../../src/stats/index.ts';

type Metric = 'energy' | 'latency';

/** Change of one kernel from base to head, with its interval. Parts: -0.03 is 3 % less. */
export interface Change {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
  readonly blocks: number;
}

/** What is kept of a guard's report. */
export interface Compared {
  readonly verdict: string;
  readonly kernels: readonly {
    readonly kernel: string;
    readonly verdict: string;
    readonly reason: string;
    readonly energy: Change | null;
    readonly latency: Change | null;
    readonly voidReasons: readonly string[];
  }[];
}

/**
 * Mean log ratio of head over base over fresh blocks, with a t interval. With `tests` intervals in a table every one is
 * widened (Bonferroni), so that all of them hold together in 95 of 100 runs.
 * @returns null for fewer than three blocks in which both count
 */
function changeOf(
  report: ReportGuard,
  request: { readonly kernel: string; readonly metric: Metric; readonly tests: number },
): Change | null {
  const { kernel, metric, tests } = request;
  const blocks = new Map<string, { B?: number; H?: number }>();
  for (const sample of report.samples ?? []) {
    const value = metric === 'energy' ? sample.joules : sample.latencyMs;
    if (sample.kernel !== kernel || value === null || (sample.arm !== 'B' && sample.arm !== 'H')) continue;
    const key = `${sample.phase} ${sample.block}`;
    blocks.set(key, { ...blocks.get(key), [sample.arm]: value });
  }
  const ratios = [...blocks.values()].flatMap(({ B, H }) =>
    B === undefined || H === undefined ? [] : [Math.log(H / B)],
  );
  if (ratios.length < 3) return null;
  const estimate = estimateMean(ratios);
  const [low, high] = meanInterval(estimate, 1 - 0.05 / tests);
  return {
    estimate: Math.expm1(estimate.mean),
    low: Math.expm1(low),
    high: Math.expm1(high),
    blocks: ratios.length,
  };
}

/** Reads a guard's report. */
export function comparedIn(report: ReportGuard): Compared {
  const tests = report.kernels.length;
  return {
    verdict: report.verdict,
    kernels: report.kernels.map(({ kernel, verdict, reason }) => ({
      kernel,
      verdict,
      reason,
      energy: changeOf(report, { kernel, metric: 'energy', tests }),
      latency: changeOf(report, { kernel, metric: 'latency', tests }),
      voidReasons: [
        ...new Set(
          (report.samples ?? [])
            .filter((sample) => sample.kernel === kernel)
            .flatMap(({ voidReasons }) => voidReasons),
        ),
      ],
    })),
  };
}

/** Whether the time was enough for a verdict; where it was not, the next call measures again. */
export function isJudged({ verdict, kernels }: ReportGuard): boolean {
  return verdict !== 'could-not-measure' || kernels.every((kernel) => kernel.verdict === 'identical');
}

/** `-2.10 % [-2.50, -1.70]`. */
export function formatChange(change: Change | null): string {
  if (change === null) return '-';
  const [estimate, low, high] = [change.estimate, change.low, change.high].map((part) => {
    const text = (part * 100).toFixed(2);
    return part > 0 ? `+${text}` : text;
  });
  return `${estimate} % [${low}, ${high}]`;
}
