import type { ExitCode } from '../../errors/index.ts';
import { diff } from '../guard/index.ts';
import { type ModeTask, reportFault, reportFolderOf } from './mode-task.ts';
import { publish } from './publish.ts';
import { resolveBase } from './resolve-base.ts';

/** Says how the programs of what is checked out differ from its base's, without a device, and shows that. Whatever moved, it passes. */
export async function runDiffMode(task: ModeTask): Promise<ExitCode> {
  const { host, commands, runner, inputs } = task;
  const reportFolder = reportFolderOf(runner);
  const report = await diff(host, {
    manifest: inputs.manifest,
    base: await resolveBase(host, runner, inputs),
    kernels: null,
    report: reportFolder,
    onReportFault: reportFault(task),
  });
  await publish({ ...task, report, reportFolder });
  commands.info(report.reason);
  return report.exitCode as ExitCode;
}
