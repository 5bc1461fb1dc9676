import { join } from 'node:path';
import type { ExitCode } from '../../errors/index.ts';
import type { Commands, Inputs, Runner } from '../../github/index.ts';
import { guard } from '../guard.ts';
import { machineLabel } from '../guard-blocks.ts';
import type { Host } from '../host.ts';
import { openManifest } from '../open-manifest.ts';
import { type AttemptKeeper, keptNoiseFloor, restoreAttempts } from './kept-state.ts';
import { publish } from './publish.ts';
import { labelsOf } from './pull-request-comment.ts';
import { resolveBase } from './resolve-base.ts';
import { shardKernels } from './shard-kernels.ts';

export interface ModeTask {
  readonly host: Host;
  readonly commands: Commands;
  readonly runner: Runner;
  readonly inputs: Inputs;
}

/** Folder that reports are written to; emptied by the runner after the job. */
export function reportFolderOf(runner: Runner): string {
  return join(runner.temporaryFolder, 'joulegate', 'report');
}

/** Says that a report could not be written. It is shown everywhere else, so the verdict stands. */
export function reportFault({ commands }: Pick<ModeTask, 'commands'>): (message: string) => void {
  return (message) => commands.warning(`The report is incomplete: ${message}`, { title: 'Joulegate' });
}

/** Compares what is checked out with its base, shows the report, and passes or fails. */
export async function runGuardMode(task: ModeTask): Promise<ExitCode> {
  const { host, commands, runner, inputs } = task;
  const { manifest } = openManifest(host, inputs.manifest);
  // A guard keeps the sentinels whatever else it leaves out: each job has a machine of its own that may move.
  const kernels = inputs.shard === null ? null : shardKernels(manifest, inputs.shard);
  if (inputs.shard !== null && kernels?.length === 0) {
    const { index, count } = inputs.shard;
    commands.info(`Shard ${index}/${count} has no kernel: there are fewer kernels than shards.`);
  }
  const reportFolder = reportFolderOf(runner);
  let keeper: AttemptKeeper | null = null;
  const report = await guard(host, {
    manifest: inputs.manifest,
    base: await resolveBase(host, runner, inputs),
    kernels,
    device: inputs.device,
    meter: inputs.meter,
    ...(inputs.sensor === null ? {} : { sensor: inputs.sensor }),
    ...(inputs.meterCommand === null ? {} : { meterCommand: inputs.meterCommand }),
    report: reportFolder,
    onReportFault: reportFault(task),
    async onDevice(device) {
      const { family } = device;
      keeper = await restoreAttempts(task, family);
      return {
        noiseFloor: await keptNoiseFloor(task, family, machineLabel(device)),
        attempts: keeper.attempts,
      };
    },
    onAttempts: async (attempts) => keeper?.save(attempts),
    readLabels: () => labelsOf(task),
    ...(inputs.failOn === null ? {} : { failOn: inputs.failOn }),
    ...(inputs.maxMinutes === null ? {} : { maxMinutes: inputs.maxMinutes }),
  });
  await publish({ ...task, report, reportFolder });
  commands.info(report.reason);
  return report.exitCode as ExitCode;
}
