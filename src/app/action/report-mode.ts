import { join } from 'node:path';
import { type ExitCode, JoulegateError } from '../../errors/index.ts';
import { announce, collectReports, type Runner } from '../../github/index.ts';
import type { ReportDiff, ReportGuard } from '../../schema/index.ts';
import { type FleetReports, findStrays, mergeFleet } from '../fleet/index.ts';
import { optional } from '../optional.ts';
import { prepareReportFolder, writeReportFiles } from '../project/index.ts';
import { assertAskedFor } from './asked-pull-request.ts';
import { type ModeTask, reportFault, reportFolderOf } from './mode-task.ts';
import { mergeNight } from './night/index.ts';
import { isOfFork, publish } from './publish.ts';
import { commentOptions, labelsOf } from './pull-request-comment.ts';
import { isDiff, isGuard, isRetune, type ReadReport, readAll } from './read-reports.ts';
import { reportGaps } from './report-gaps.ts';

/** Commits that this run, or the one that it reports about, is of. */
function commitsOf({ eventName, sha, pullRequest, mergeGroup, workflowRun }: Runner): string[] {
  const asked = pullRequest?.asked;
  const named = [pullRequest?.headSha, asked?.mergeSha, mergeGroup?.headSha, workflowRun?.headSha];
  // After `workflow_run`, and on behalf of a pull request, it is the tip of a branch, whatever was measured.
  return [
    ...(eventName === 'workflow_run' || asked !== undefined ? [] : [sha]),
    ...named.flatMap((commit) => commit ?? []),
  ];
}

function byDevice(reads: readonly ReadReport<ReportGuard>[]): FleetReports[] {
  const fleet = new Map<string, ReportGuard[]>();
  for (const { collected, report } of reads) {
    fleet.set(collected.device, [...(fleet.get(collected.device) ?? []), report]);
  }
  return [...fleet].map(([label, reports]) => ({ label, reports }));
}

/** Said wherever the figures are shown: whoever wrote the code could have written them. */
const forkNote =
  'The code of a fork found this on its own runner: it decides what it reports, and no check here vouches for it.';

/**
 * Where all jobs measured a commit that the run does not name: a checkout with a `ref` of its own may mean to. Of a run
 * that is reported about, only the branch's own commit is known, and not the merge that was measured.
 */
function otherCommitNote({ head }: ReportGuard, runner: Runner): string | null {
  const commits = commitsOf(runner);
  if (head.commit === null || runner.workflowRun !== null || commits.includes(head.commit)) return null;
  return `What was measured is commit ${head.commit}, and this run is of ${commits.join(' or ')}.`;
}

/** As many as a report may have. */
const maxWarnings = 1000;

async function judgeTogether(
  task: ModeTask,
  reads: readonly ReadReport<ReportGuard>[],
  gaps: readonly string[],
): Promise<ExitCode> {
  const { host, commands, runner, inputs } = task;
  const couldAccept = reads.some(({ report }) =>
    report.kernels.some(({ acceptLabel }) => acceptLabel != null),
  );
  const warn = (text: string) => commands.warning(text);
  const labels = couldAccept
    ? await optional({ cost: 'nothing was accepted by a label', otherwise: null, warn }, () => labelsOf(task))
    : null;
  const merged = mergeFleet({ fleet: byDevice(reads), gaps, failOn: inputs.failOn, labels });
  if (reads.length > 0) assertAskedFor(runner, merged.head.commit);
  const otherCommit = otherCommitNote(merged, runner);
  const notes = [...(isOfFork(runner) ? [forkNote] : []), ...(otherCommit === null ? [] : [otherCommit])];
  const told = { ...merged, warnings: [...notes, ...merged.warnings].slice(0, maxWarnings) };
  const reportFolder = reportFolderOf(runner);
  prepareReportFolder(host, reportFolder);
  const report = writeReportFiles(host, { report: reportFolder, onReportFault: reportFault(task) }, told);
  await publish({ ...task, report, reportFolder, artifact: 'merged', notes });
  commands.info(report.reason);
  return report.exitCode as ExitCode;
}

/** Shows what another run found in programs, where it measured nothing: in its own job that must not pass for a verdict. */
async function handOn(task: ModeTask, found: ReportDiff): Promise<ExitCode> {
  const { host, runner } = task;
  const notes = isOfFork(runner) ? [forkNote] : [];
  const reportFolder = reportFolderOf(runner);
  prepareReportFolder(host, reportFolder);
  const place = { report: reportFolder, onReportFault: reportFault(task) };
  const report = writeReportFiles(host, place, {
    ...found,
    warnings: [...notes, ...found.warnings].slice(0, maxWarnings),
  });
  await publish({ ...task, report, reportFolder, artifact: 'merged', notes });
  return report.exitCode as ExitCode;
}

/** Judges what the other jobs of this run measured, all together, and comments once; or merges what they learnt. */
export async function runReportMode(task: ModeTask): Promise<ExitCode> {
  const { commands, runner, inputs } = task;
  const { workflowRun } = runner;
  const collected = await collectReports({
    runner,
    manifest: commentOptions(task).manifest,
    folder: join(runner.temporaryFolder, 'joulegate', 'collected'),
    expectDevices: inputs.expectDevices,
    signal: task.host.signal,
    ...(workflowRun === null || inputs.githubToken === null
      ? {}
      : { from: { runId: workflowRun.id, token: inputs.githubToken } }),
  });
  if (collected.status !== 'collected') {
    throw new JoulegateError('could-not-measure', collected.message, {
      code: 'no-reports',
      nextStep:
        collected.status === 'unavailable'
          ? 'Jobs cannot hand on reports here: guard in one job, without `shard` and `mode: report`. It comments itself.'
          : 'Run the job again; without the reports there is no verdict.',
    });
  }
  announce(commands, collected);
  // Of kernels that were shared out twice nobody knows which report to believe.
  const doubled = new Set(
    collected.faults.filter(({ kind }) => kind === 'duplicate').map(({ name }) => name),
  );
  const read = readAll(collected.reports.filter(({ device }) => !doubled.has(device)));
  const jobs = read.reports.filter(isGuard).map(({ collected: { name, device }, report }) => ({
    name,
    device,
    report,
  }));
  const strays = findStrays(jobs, commitsOf(runner));
  const strayNames = new Set(strays.map(({ name }) => name));
  const reports = read.reports.filter((one) => !isDiff(one) && !strayNames.has(one.collected.name));
  const [compared] = read.reports.filter(isDiff);
  const gaps = reportGaps([...collected.faults, ...read.faults, ...strays]);
  for (const gap of gaps) commands.warning(gap);
  if (reports.length === 0 && compared !== undefined && workflowRun !== null) {
    return handOn(task, compared.report);
  }
  if (reports.length === 0 && (gaps.length > 0 || compared !== undefined)) {
    const only = compared === undefined ? [] : ['Programs were compared, and nothing was measured.'];
    throw new JoulegateError(
      'could-not-measure',
      ['There is no report to judge.', ...only, ...gaps].join('\n'),
      {
        code: 'no-reports',
        nextStep: 'Look at the jobs that are named, and run them again.',
      },
    );
  }
  const guards = reports.filter(isGuard);
  const retunes = reports.filter(isRetune);
  if (guards.length > 0 && retunes.length > 0) {
    throw new JoulegateError('bad-input', 'Some reports of this run are of guard, others of retune.', {
      code: 'not-a-guard-report',
      nextStep: 'Run guard and retune in different workflows.',
    });
  }
  return retunes.length > 0 ? mergeNight(task, retunes, gaps) : judgeTogether(task, guards, gaps);
}
