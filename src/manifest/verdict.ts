import type { ManifestGate, ReportGuard } from '../schema/index.ts';

/** What a comparison of one kernel and workload ends in. */
export type Verdict = ReportGuard['kernels'][number]['verdict'];

/** Verdicts that a gate may be told to fail on. */
export type FailingVerdict = NonNullable<ManifestGate['fail-on']>[number];

interface Terms {
  readonly mayFail: boolean;
  /** How loudly it is remarked on beside the code; an error fails the run unless the manifest says otherwise. */
  readonly level: 'error' | 'warning' | 'notice' | null;
  /** What shows where it does not fail the run. */
  readonly colour: 'yellow' | 'green' | 'faint';
  readonly mark: string;
  /** Whether it may be folded away where there are many. */
  readonly isQuiet: boolean;
}

/** Every verdict, from what needs attention to what needs none. */
export const verdicts = {
  regressed: { mayFail: true, level: 'error', colour: 'yellow', mark: '🔴', isQuiet: false },
  'wrong-result': { mayFail: true, level: 'error', colour: 'yellow', mark: '🔴', isQuiet: false },
  'missing-baseline': { mayFail: true, level: 'error', colour: 'yellow', mark: '🔴', isQuiet: false },
  environment: { mayFail: true, level: 'warning', colour: 'yellow', mark: '🟡', isQuiet: false },
  inconclusive: { mayFail: true, level: 'warning', colour: 'yellow', mark: '⚪', isQuiet: false },
  improved: { mayFail: false, level: 'notice', colour: 'green', mark: '🟢', isQuiet: false },
  new: { mayFail: false, level: null, colour: 'faint', mark: '🔵', isQuiet: false },
  removed: { mayFail: false, level: null, colour: 'faint', mark: '🔵', isQuiet: false },
  unchanged: { mayFail: false, level: null, colour: 'faint', mark: '⚪', isQuiet: true },
  identical: { mayFail: false, level: null, colour: 'faint', mark: '⚪', isQuiet: true },
} as const satisfies {
  readonly [V in Verdict]: Terms & { readonly mayFail: V extends FailingVerdict ? true : false };
};

/** Names of all verdicts, in the order of the table. */
export const verdictOrder = Object.keys(verdicts) as readonly Verdict[];

/** Compares two verdicts: what needs more attention comes first. */
export function byAttention(a: Verdict, b: Verdict): number {
  return verdictOrder.indexOf(a) - verdictOrder.indexOf(b);
}

/** Those that a gate may be told to fail on. */
export const failingVerdicts = verdictOrder.filter(
  (verdict): verdict is FailingVerdict => verdicts[verdict].mayFail,
);

/**
 * What a gate fails on that was written as `listed`. A kernel that computes something else has no figure that could regress: whoever
 * fails on regressions fails on that as well, also with a manifest from before there was a word for it.
 */
export function completeFailOn<V extends Verdict>(listed: readonly V[]): readonly (V | 'wrong-result')[] {
  const isImplied = listed.some((verdict) => verdict === 'regressed');
  return isImplied ? [...new Set<V | 'wrong-result'>([...listed, 'wrong-result'])] : listed;
}

/** What fails a run where nothing else is said. */
export const defaultFailOn = failingVerdicts.filter((verdict) => verdicts[verdict].level === 'error');
