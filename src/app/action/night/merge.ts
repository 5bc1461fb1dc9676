import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ExitCode } from '../../../errors/index.ts';
import { tunedFile } from '../../../github/index.ts';
import { isReplaced } from '../../../report/index.ts';
import type { ReportRetune } from '../../../schema/index.ts';
import {
  type KeptState,
  mergeStates,
  mergeTuned,
  type Tuned,
  unpackState,
  writeTuned,
} from '../../../store/index.ts';
import { mergeRetunes } from '../../fleet/index.ts';
import { optional, optionalNow } from '../../optional.ts';
import { prepareReportFolder, writeReportFiles } from '../../project/index.ts';
import { restoreState } from '../kept-state.ts';
import { type ModeTask, reportFault, reportFolderOf } from '../mode-task.ts';
import { publish } from '../publish.ts';
import type { ReadReport } from '../read-reports.ts';
import { withNight } from './history.ts';
import { writeNightPage } from './page.ts';

/** Folder of the tuned state beside the merged report: its name is the manifest's to choose. */
const tunedFolder = 'tuned';

/** What a shard left to be kept; null if it left nothing of use, which is said. */
function readState(read: ReadReport<ReportRetune>, warn: (text: string) => void): KeptState | null {
  const { collected, report } = read;
  if (collected.state === null) {
    warn(`${collected.name} left nothing to be kept.`);
    return null;
  }
  const path = collected.state;
  return optionalNow({ cost: 'it is not kept', otherwise: null, warn }, () => {
    const state = unpackState(readFileSync(path), `the state of ${collected.name}`);
    if (state.family === report.device?.family) return state;
    warn(`The state of ${collected.name} is of ${state.family}, which is not its device: it is not kept.`);
    return null;
  });
}

/** @returns the path; null if the file could not be written, which is said */
function writeMerged(path: string, tuned: Tuned, fail: (text: string) => void): string | null {
  const cost = 'there is no tuned state to propose';
  return optionalNow({ cost, otherwise: null, warn: fail }, () => {
    writeTuned(path, tuned);
    return path;
  });
}

/**
 * Saves what all shards of each device family learnt: this job alone writes it, so that no shard undoes another's.
 * @param to.onMerged called with each state before it is saved; null where what was kept could not be read
 */
async function keep(
  task: ModeTask,
  states: readonly KeptState[],
  to: { readonly warn: (text: string) => void; readonly onMerged: (state: KeptState | null) => void },
) {
  const families = [...new Set(states.map(({ family }) => family))];
  for (const family of families) {
    const keeper = await restoreState(task, family);
    const { state, warnings } = mergeStates(
      keeper.restored,
      states.filter((one) => one.family === family),
    );
    for (const warning of warnings) to.warn(warning);
    const merged = { ...state, history: withNight(state.history, []) };
    to.onMerged(keeper.isKnown ? merged : null);
    await keeper.save(merged);
  }
}

/**
 * Merges what the jobs of a nightly run found: one report, one tuned state for a following job to propose, and one state
 * per device family for the next night.
 * @param gaps what is missing or not of use; with one the job fails, and what the others found is kept all the same
 */
export async function mergeNight(
  task: ModeTask,
  reads: readonly ReadReport<ReportRetune>[],
  gaps: readonly string[],
): Promise<ExitCode> {
  const { host, commands, runner } = task;
  // What an interrupted job retuned was not compared, so it proposes nothing; what it learnt is kept.
  const finished = reads.filter(({ report }) => report.exitCode !== ExitCode.interrupted);
  const interrupted = reads.filter((read) => !finished.includes(read));
  const proposing = finished.length === 0 ? reads : finished;
  const missing = [
    ...gaps,
    ...interrupted.map(({ collected }) => `${collected.name} was interrupted: nothing of it is proposed.`),
  ];
  const warnings: string[] = [...missing];
  for (const text of missing.slice(gaps.length)) commands.warning(text);
  const warn = (text: string) => {
    warnings.push(text);
    commands.warning(text);
  };
  const fail = (text: string) => {
    warnings.push(text);
    commands.error(text, { title: 'Joulegate' });
  };
  const statesOf = new Map<ReadReport<ReportRetune>, KeptState>();
  for (const read of reads) {
    const state = readState(read, warn);
    if (state !== null) statesOf.set(read, state);
    // What it found and did not hand on is in its report and cannot be proposed.
    else if (read.report.kernels.some(isReplaced)) {
      missing.push(`${read.collected.name} found better configurations, and did not hand them on.`);
    }
  }
  const states = [...statesOf.values()];
  const reportFolder = reportFolderOf(runner);
  prepareReportFolder(host, reportFolder);
  const tuned = mergeTuned(proposing.flatMap((read) => statesOf.get(read)?.tuned ?? []));
  const path = join(reportFolder, tunedFolder, basename(tunedFile(proposing[0]!.report)));
  const tunedPath = tuned === null ? null : writeMerged(path, tuned, fail);
  const merged = mergeRetunes(
    proposing.map(({ collected, report }) => ({ label: collected.device, report })),
    [...new Set([...missing, ...warnings])],
  );
  // Without the file there is nothing for a following job to propose, which must not look like a quiet night.
  const isUnwritten = tuned !== null && tunedPath === null;
  const fault = isUnwritten
    ? ExitCode.badInput
    : missing.length > 0
      ? ExitCode.couldNotMeasure
      : ExitCode.passed;
  const told = merged.exitCode === ExitCode.passed ? { ...merged, exitCode: fault } : merged;
  const report = writeReportFiles(host, { report: reportFolder, onReportFault: reportFault(task) }, told);
  const files = tunedPath === null ? [] : [tunedPath];
  await publish({ ...task, report, reportFolder, artifact: 'merged', tunedPath, files });
  const kept: (KeptState | null)[] = [];
  const onMerged = (state: KeptState | null) => void kept.push(state);
  await optional({ cost: 'what the jobs learnt is not kept', otherwise: undefined, warn }, () =>
    keep(task, states, { warn, onMerged }),
  );
  const known = kept.filter((state) => state !== null);
  writeNightPage(task, known.length === kept.length ? known : null);
  return report.exitCode as ExitCode;
}
