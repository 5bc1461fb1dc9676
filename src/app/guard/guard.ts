import type { ReportGuard } from '../../schema/index.ts';
import type { Host } from '../host.ts';
import { prepareReportFolder, selectKernels } from '../project/index.ts';
import { readAcceptance } from './acceptance.ts';
import { policyOf } from './policy.ts';
import { openRevisions } from './revisions.ts';
import { type GuardOptions, type GuardOutcome, runGuard } from './run.ts';
import { type Judged, type ReportTask, reportOn } from './whole-report.ts';

async function judgedOf({ host, options, policy }: ReportTask, outcome: GuardOutcome): Promise<Judged> {
  const interrupted = host.signal.aborted;
  const { accepts, warnings } = await readAcceptance(host, options, outcome, policy.networks);
  return { outcome, accepts, unread: warnings, interrupted };
}

/**
 * Compares what head ships with what base ships and judges it by base's gates.
 * @returns the report; its `exitCode` is 1 if a gate failed
 * @throws JoulegateError bad-input for head's manifest and for a base that does not exist, could-not-measure without
 * an adapter
 */
export async function guard(host: Host, options: GuardOptions): Promise<ReportGuard> {
  const startedAt = host.now();
  const { head, base } = openRevisions(host, options);
  selectKernels(head.revision.manifest, options.kernels);
  prepareReportFolder(host, options.report);
  const policy = policyOf(base, head.revision);
  const task: ReportTask = { host, options, startedAt, head, base, policy };
  const early: { judged?: Judged } = {};
  const outcome = await runGuard({
    host,
    options,
    base,
    policy,
    async onJudged(verdict) {
      early.judged = await judgedOf(task, verdict);
      const report = reportOn(task, early.judged, verdict);
      host.progress.note(`verdict: ${report.reason}`);
      await options.onVerdict?.(report);
    },
  });
  // What was told before stands, whatever has come of the search for advice.
  return reportOn(task, early.judged ?? (await judgedOf(task, outcome)), outcome);
}
