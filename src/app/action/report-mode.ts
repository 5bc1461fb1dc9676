import { join } from 'node:path';
import { type ExitCode, JoulegateError } from '../../errors/index.ts';
import { announce, collectReports } from '../../github/index.ts';
import type { ReportGuard } from '../../schema/index.ts';
import { readReport } from '../../store/index.ts';
import { mergeReports } from '../merge-reports.ts';
import { prepareReportFolder, writeReportFiles } from '../report-files.ts';
import { type ModeTask, reportFolderOf } from './guard-mode.ts';
import { publish } from './publish.ts';
import { labelsOf } from './pull-request-comment.ts';

function readGuardReport(path: string): ReportGuard {
  const report = readReport(path);
  if (report.kind === 'guard') return report;
  throw new JoulegateError('bad-input', `${path} is the report of a retune, which has no verdict.`, {
    code: 'not-a-guard-report',
    nextStep: 'Run guard and retune in different workflows.',
  });
}

/** Judges what the other jobs of this run measured, all together, and comments once. */
export async function runReportMode(task: ModeTask): Promise<ExitCode> {
  const { host, commands, runner, inputs } = task;
  const { workflowRun } = runner;
  const collected = await collectReports({
    runner,
    folder: join(runner.temporaryFolder, 'joulegate', 'collected'),
    ...(workflowRun === null || inputs.githubToken === null
      ? {}
      : { from: { runId: workflowRun.id, token: inputs.githubToken } }),
  });
  announce(commands, collected);
  if (collected.status !== 'collected') {
    throw new JoulegateError('could-not-measure', collected.message, {
      code: 'no-reports',
      nextStep: 'Run the job again; without the reports there is no verdict.',
    });
  }
  const reports = collected.files.map(readGuardReport);
  const couldAccept = reports.some(({ kernels }) => kernels.some(({ acceptLabel }) => acceptLabel != null));
  const merged = mergeReports({
    reports,
    missing: collected.missing,
    failOn: inputs.failOn,
    labels: couldAccept ? await labelsOf(task) : null,
  });
  const reportFolder = reportFolderOf(runner);
  prepareReportFolder(host, reportFolder);
  const report = writeReportFiles(host, reportFolder, merged);
  await publish({ ...task, report, reportFolder, artifact: 'merged' });
  commands.info(report.reason);
  return report.exitCode as ExitCode;
}
