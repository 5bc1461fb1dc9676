import { join } from 'node:path';
import type { ExitCode } from '../../errors/index.ts';
import { readModel, readTuned, type StateEntry, writeModel } from '../../store/index.ts';
import { openManifest } from '../open-manifest.ts';
import { type RetuneOptions, retune } from '../retune.ts';
import { type ModeTask, reportFolderOf } from './guard-mode.ts';
import { restoreState, type StateKeeper } from './kept-state.ts';
import { publish } from './publish.ts';
import { shardKernels } from './shard-kernels.ts';

/** The same search every night would try the same configurations: each run draws its own. */
function seedOf(runId: number): number {
  return runId % 4_294_967_296;
}

function historyOf(report: Awaited<ReturnType<typeof retune>>, commit: string): readonly StateEntry[] {
  return report.kernels.flatMap(({ kernel, workload, latencyMs, joules, estimated }) =>
    latencyMs === null
      ? []
      : [
          {
            at: report.createdAt,
            commit,
            kernel,
            workload,
            latencyMs,
            joules,
            estimated,
            driver: report.device?.driver ?? '',
          },
        ],
  );
}

/**
 * Spends the nightly budget: searches with what earlier nights learnt, writes `tuned.json` into the working tree for a
 * following step to propose, and keeps what was learnt.
 */
export async function runRetuneMode(task: ModeTask): Promise<ExitCode> {
  const { host, runner, inputs } = task;
  const { manifest, folder } = openManifest(host, inputs.manifest);
  const model = join(runner.temporaryFolder, 'joulegate', 'model.json.gz');
  const reportFolder = reportFolderOf(runner);
  let keeper: StateKeeper | null = null;
  const options: RetuneOptions = {
    manifest: inputs.manifest,
    kernels: inputs.shard === null ? [] : shardKernels(manifest, inputs.shard),
    device: inputs.device,
    meter: inputs.meter,
    budget: 'retune',
    seed: seedOf(runner.runId),
    model,
    report: reportFolder,
    async onDevice({ family }) {
      keeper = await restoreState(task, family);
      if (keeper.restored.model !== null) writeModel(model, keeper.restored.model);
      return { tuned: keeper.restored.tuned };
    },
    ...(inputs.maxMinutes === null ? {} : { maxMinutes: inputs.maxMinutes }),
  };
  const report = await retune(host, options);
  await publish({ ...task, report, reportFolder });
  if (!host.signal.aborted) {
    // Assigned in the callback, which control flow analysis cannot see.
    const opened = keeper as StateKeeper | null;
    await opened?.save({
      ...opened.restored,
      model: readModel(model),
      tuned: readTuned(join(folder, manifest.tunedPath)),
      history: [...opened.restored.history, ...historyOf(report, runner.sha)],
    });
  }
  return report.exitCode as ExitCode;
}
