import type { ExitCode } from '../../errors/index.ts';
import type { ReportGuard } from '../../schema/index.ts';
import { describeShard, shardKernels } from '../fleet/index.ts';
import { guard } from '../guard/index.ts';
import { openManifest } from '../project/index.ts';
import { guardMemory } from './kept-state.ts';
import { type ModeTask, reportFault, reportFolderOf } from './mode-task.ts';
import { type Published, publish } from './publish.ts';
import { resolveBase } from './resolve-base.ts';

/** Whether looking for advice came to something: some of it, or a warning that there is none. */
function hasMore({ suggestion, warnings }: ReportGuard, { report: told }: Published): boolean {
  return suggestion !== null || warnings.length > told.warnings.length;
}

/**
 * Compares what is checked out with its base, shows the report, and passes or fails. The verdict is shown before advice is looked
 * for, so a job that is ended meanwhile has told it; the advice then takes its place in what was shown.
 */
export async function runGuardMode(task: ModeTask): Promise<ExitCode> {
  const { host, commands, runner, inputs } = task;
  const { manifest } = openManifest(host, inputs.manifest);
  const { shard } = inputs;
  const share = shard === null ? null : shardKernels(manifest, shard, 'guard');
  if (shard !== null && share !== null) commands.info(describeShard(shard, share));
  // Each job keeps the sentinels, for its machine. One that the change touches, or makes of another kernel, is judged
  // once: by the first job, which lists what the change removed as well.
  const isFirst = shard?.index === 1;
  const sentinels = manifest.kernels.filter(({ sentinel }) => sentinel).map(({ name }) => name);
  const kernels = share === null ? null : [...share.names, ...(isFirst ? sentinels : [])];
  const reportFolder = reportFolderOf(runner);
  const early: { told?: Published } = {};
  const report = await guard(host, {
    manifest: inputs.manifest,
    base: await resolveBase(host, runner, inputs),
    kernels,
    listsRemoved: isFirst,
    shared: shard !== null,
    device: inputs.device,
    meter: inputs.meter,
    ...(inputs.sensor === null ? {} : { sensor: inputs.sensor }),
    ...(inputs.meterCommand === null ? {} : { meterCommand: inputs.meterCommand }),
    allowCommands: inputs.allowCommands,
    report: reportFolder,
    onReportFault: reportFault(task),
    memory: guardMemory(task),
    async onVerdict(verdict) {
      early.told = await publish({ ...task, report: verdict, reportFolder });
    },
    ...(inputs.failOn === null ? {} : { failOn: inputs.failOn }),
    ...(inputs.maxMinutes === null ? {} : { maxMinutes: inputs.maxMinutes }),
  });
  const { told } = early;
  if (told === undefined) await publish({ ...task, report, reportFolder });
  else if (hasMore(report, told) && !host.signal.aborted)
    await publish({ ...task, report, reportFolder, artifact: 'advised', earlier: told });
  commands.info(report.reason);
  return report.exitCode as ExitCode;
}
