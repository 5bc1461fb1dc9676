import { posix } from 'node:path';
import { ExitCode } from '../../errors/index.ts';
import { isReplaced, type Report } from '../../report/index.ts';
import type { Commands } from './commands.ts';

/** What following steps can read, by the names of `action.yml`. */
export interface Outputs {
  /** Guard: the verdict of the run. Retune: `improved` or `unchanged`. Diff: `not-measured`. `error` where the run ended without a report. */
  readonly verdict: string;
  readonly gated: string;
  readonly regressed: string;
  readonly improved: string;
  readonly inconclusive: string;
  readonly identical: string;
  readonly 'missing-baseline': string;
  readonly 'wrong-result': string;
  /** Path of report.json; empty if it could not be written. */
  readonly report: string;
  /** What the run has to say in the comment, as Markdown; of retune its report. */
  readonly 'comment-body': string;
  /** Retune: path of the tuned state, with `mode: report` that of all shards; else empty. */
  readonly tuned: string;
  /** Folder in the repository that it belongs to, `.` for the root; empty where `tuned` is. */
  readonly 'tuned-folder': string;
  /** Retune: folder with the page of the history; absent without one. */
  readonly history?: string;
}

export interface OutputTask {
  readonly report: Report;
  readonly reportPath: string;
  readonly commentBody: string;
  /** Path of a tuned state to propose; null without one. */
  readonly tunedPath?: string | null;
}

/**
 * Path of the tuned state that a retune wrote, from the repository's root. A report comes from another job: what leads out of
 * the repository is not followed.
 */
export function tunedFile(report: Report): string {
  const path = report.kind === 'retune' ? posix.normalize(report.tuned ?? 'tuned.json') : 'tuned.json';
  return posix.isAbsolute(path) || path.startsWith('..') ? posix.basename(path) : path;
}

/** Of a run that judged nothing. */
const noCounts = {
  gated: '0',
  regressed: '0',
  improved: '0',
  inconclusive: '0',
  identical: '0',
  'missing-baseline': '0',
  'wrong-result': '0',
};

/** The outputs of a run. Counts are of kernels with workloads; retune counts only `improved`. */
export function outputsOf(task: OutputTask): Outputs {
  const { report, reportPath, commentBody, tunedPath = null } = task;
  const files = {
    report: reportPath,
    'comment-body': commentBody,
    tuned: tunedPath ?? '',
    'tuned-folder': tunedPath === null ? '' : posix.dirname(tunedFile(report)),
  };
  if (report.kind === 'guard') {
    const { counts } = report;
    return {
      verdict: report.verdict,
      gated: String(counts.gated),
      regressed: String(counts.regressed),
      improved: String(counts.improved),
      inconclusive: String(counts.inconclusive),
      identical: String(counts.identical),
      'missing-baseline': String(counts.missingBaseline),
      'wrong-result': String(counts.wrongResult ?? 0),
      ...files,
    };
  }
  if (report.kind === 'diff') {
    return { ...noCounts, verdict: 'not-measured', identical: String(report.counts.identical), ...files };
  }
  // An interrupted run wrote no tuned state: nothing of it is an improvement yet.
  const interrupted = report.exitCode === ExitCode.interrupted;
  const improved = interrupted ? 0 : report.kernels.filter(isReplaced).length;
  return {
    ...noCounts,
    verdict: improved > 0 ? 'improved' : 'unchanged',
    improved: String(improved),
    ...files,
  };
}

/** Hands the outputs to the runner. */
export function setOutputs(commands: Pick<Commands, 'setOutput'>, outputs: Partial<Outputs>): void {
  for (const [name, value] of Object.entries(outputs)) commands.setOutput(name, value);
}
