import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ExitCode } from '../../errors/index.ts';
import { latestTag } from '../../git/index.ts';
import { announce, stateFile, uploadArtifact } from '../../github/index.ts';
import type { BlockSample } from '../../measure/index.ts';
import {
  emptyState,
  type KeptState,
  packState,
  readModel,
  readTuned,
  type StateSample,
  stateNews,
  writeFileAtomic,
  writeModel,
} from '../../store/index.ts';
import { describeShard, shardKernels } from '../fleet/index.ts';
import { machineLabel } from '../laboratory/index.ts';
import { optional, optionalNow } from '../optional.ts';
import { openManifest, writeReportFiles } from '../project/index.ts';
import { type RetuneOptions, recordingsFolder, retune } from '../retune/index.ts';
import { restoreState, type StateKeeper } from './kept-state.ts';
import { type ModeTask, reportFault, reportFolderOf } from './mode-task.ts';
import { nightOf, withAnchors, withHistory, withNight, writeNightPage } from './night/index.ts';
import { publish } from './publish.ts';
import { commentOptions } from './pull-request-comment.ts';

/** The same search every night would try the same configurations: each run draws its own. */
function seedOf(runId: number): number {
  return runId % 4_294_967_296;
}

/** Valid A/A samples as they are kept, their blocks numbered on from those that are kept already. */
function numbered(
  samples: readonly BlockSample[],
  kept: readonly StateSample[],
  device: string,
): readonly StateSample[] {
  const next = 1 + Math.max(-1, ...kept.map(({ block }) => block));
  return samples
    .filter(({ voidReasons }) => voidReasons.length === 0)
    .map(({ phase, voidReasons, window, reset, turns, arm, block, ...sample }) => ({
      ...sample,
      device,
      arm: arm === 'H' ? 'H' : 'B',
      block: block + next,
    }));
}

/** Everything that was measured, for `retune --device replay` at a desk. */
async function uploadRecordings(task: ModeTask, device: string | null, folder: string) {
  const { runner, inputs, commands } = task;
  const names = existsSync(folder) ? readdirSync(folder) : [];
  if (names.length === 0) return;
  const files = names.map((name) => join(folder, name));
  const { manifest } = commentOptions(task);
  const named = inputs.deviceLabel ?? device;
  const { shard } = inputs;
  const label = { kind: 'recordings', manifest, device: named, shard, attempt: runner.runAttempt } as const;
  const uploaded = await uploadArtifact({ ...label, runner, files, root: folder });
  // It was said of the report.
  if (uploaded.status !== 'unavailable') announce(commands, uploaded);
}

function orWarn<T>({ commands }: ModeTask, cost: string, work: () => T): T | null {
  return optionalNow<T | null>({ cost, otherwise: null, warn: (text) => commands.warning(text) }, work);
}

/**
 * Spends the nightly budget: searches with what earlier nights learnt, writes `tuned.json` into the working tree for a
 * following step to propose, and keeps what was learnt.
 */
export async function runRetuneMode(task: ModeTask): Promise<ExitCode> {
  const { host, commands, runner, inputs } = task;
  const { manifest, folder } = openManifest(host, inputs.manifest);
  const { shard } = inputs;
  const share = shard === null ? null : shardKernels(manifest, shard, 'retune');
  if (shard !== null && share !== null) commands.info(describeShard(shard, share));
  const model = join(runner.temporaryFolder, 'joulegate', 'model.json.gz');
  const reportFolder = reportFolderOf(runner);
  let keeper: StateKeeper | null = null;
  let machine = '';
  let noise: readonly BlockSample[] = [];
  const options: RetuneOptions = {
    manifest: inputs.manifest,
    kernels: share?.names ?? null,
    device: inputs.device,
    meter: inputs.meter,
    ...(inputs.sensor === null ? {} : { sensor: inputs.sensor }),
    ...(inputs.meterCommand === null ? {} : { meterCommand: inputs.meterCommand }),
    allowCommands: inputs.allowCommands,
    budget: 'retune',
    seed: seedOf(runner.runId),
    model,
    report: reportFolder,
    // It is written once more below.
    onReportFault: () => undefined,
    memory: {
      async restore(device) {
        machine = machineLabel(device);
        keeper = await restoreState(task, device.family);
        const { model: known, tuned } = keeper.restored;
        if (known !== null) orWarn(task, 'the search begins without it', () => writeModel(model, known));
        return tuned;
      },
      keepNoise: (samples) => {
        noise = samples;
      },
    },
    ...(inputs.maxMinutes === null ? {} : { maxMinutes: inputs.maxMinutes }),
  };
  const found = await retune(host, options);
  // Assigned in the callback, which control flow analysis cannot see.
  const opened = keeper as StateKeeper | null;
  const kept = opened?.restored ?? null;
  const before = { history: kept?.history ?? [], anchors: kept?.anchors ?? [], told: found };
  const { history, anchors, told } =
    orWarn(task, 'this night is not in the history', () => {
      const tag = latestTag({ root: folder, environment: host.environment });
      // An interrupted night compared nothing: what it measured of what ships is not evidence.
      const night = host.signal.aborted ? [] : nightOf(found, { commit: runner.sha, machine, tag });
      const added = {
        history: withNight(before.history, night),
        anchors: withAnchors(before.anchors, night),
      };
      return { ...added, told: withHistory(found, { ...added, manifest, machine }) };
    }) ?? before;
  const report = writeReportFiles(host, { report: reportFolder, onReportFault: reportFault(task) }, told);
  const learnt: KeptState | null =
    opened === null || host.signal.aborted
      ? null
      : orWarn(task, 'what this run learnt is not kept', () => ({
          ...opened.restored,
          model: readModel(model),
          tuned: readTuned(join(folder, manifest.tunedPath)),
          history,
          anchors,
          noise: [...opened.restored.noise, ...numbered(noise, opened.restored.noise, machine)],
        }));
  // Shards would overwrite each other's: what each learnt goes with its report, and one job merges and saves it.
  const handsOn = shard !== null && learnt !== null;
  const statePath = join(reportFolder, stateFile);
  if (handsOn) {
    orWarn(task, 'what this shard learnt is not kept', () =>
      writeFileAtomic(statePath, packState(stateNews(kept ?? emptyState(learnt.family), learnt))),
    );
  }
  const tunedPath = host.signal.aborted ? null : join(folder, manifest.tunedPath);
  // Of shards, the job that merges them has all nights.
  const page =
    learnt === null || handsOn ? null : writeNightPage(task, opened?.isKnown === true ? [learnt] : null);
  const files = [...(handsOn ? [statePath] : []), ...(page === null ? [] : [page])];
  await publish({ ...task, report, reportFolder, tunedPath, files });
  if (report.exitCode === ExitCode.badInput) {
    const why = report.warnings.length > 0 ? report.warnings.join(' ') : 'Nothing works of a kernel.';
    commands.error(`Not everything could be retuned or kept. ${why}`, { title: 'Joulegate' });
  }
  const warn = (text: string) => commands.warning(text);
  await optional({ cost: 'there is no artifact of the recordings', otherwise: undefined, warn }, () =>
    uploadRecordings(task, report.device?.family ?? null, join(reportFolder, recordingsFolder)),
  );
  await optional({ cost: 'what this run learnt is not kept', otherwise: undefined, warn }, async () => {
    if (learnt !== null && !handsOn) await opened?.save(learnt);
  });
  return report.exitCode as ExitCode;
}
