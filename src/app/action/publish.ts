import { existsSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import { ExitCode } from '../../errors/index.ts';
import {
  annotate,
  announce,
  artifactName,
  type Commands,
  checkRunName,
  type Inputs,
  type Outcome,
  type Outputs,
  outputsOf,
  publishCheckRun,
  type Runner,
  setOutputs,
  uploadArtifact,
  writeJobSummary,
} from '../../github/index.ts';
import { annotationsOf, hasNews, type Report, renderComment } from '../../report/index.ts';
import { suggestionFile } from '../guard/index.ts';
import type { Host } from '../host.ts';
import { commentOnPullRequest, commentOptions, openClient } from './pull-request-comment.ts';

export interface Publication {
  readonly host: Host;
  readonly commands: Commands;
  readonly runner: Runner;
  readonly inputs: Inputs;
  readonly report: Report;
  /** Folder with report.json, report.md and report.html, absolute. */
  readonly reportFolder: string;
  /** What the artifact is; a report of this job's own unless given. */
  readonly artifact?: 'merged';
  /** What a reader of the comment must know. */
  readonly notes?: readonly string[];
  /** A tuned state for a following job to propose; null or absent without one. */
  readonly tunedPath?: string | null;
  /** Further files for the artifact, below `reportFolder`. */
  readonly files?: readonly string[];
}

/** Folder that the report's file names are relative to, below the workspace; empty for the workspace itself. */
function annotationFolder({ host, runner }: Publication): string {
  const below = relative(runner.workspace, host.workingDirectory);
  return below.startsWith('..') || isAbsolute(below) ? '' : below.split(sep).join('/');
}

/** The run, or the one that it reports about, is of code from another repository. */
export function isOfFork({ pullRequest, workflowRun, repository }: Runner): boolean {
  if (pullRequest !== null) return pullRequest.fromFork;
  const own = `${repository.owner}/${repository.name}`.toLowerCase();
  return workflowRun !== null && workflowRun.headRepository?.toLowerCase() !== own;
}

/** Like every other channel, a full disk under the runner's file costs the outputs and not the verdict. */
function writeOutputs(commands: Commands, outputs: Outputs): Outcome<'written'> {
  try {
    setOutputs(commands, outputs);
    return { status: 'written', message: 'The outputs are set.' };
  } catch (error) {
    return { status: 'failed', message: `The outputs could not be set: ${(error as Error).message}` };
  }
}

/**
 * Makes a check run where the token may: of a report that is a whole verdict, about a commit of this repository. A fork
 * decides what its own runs report, so no check of ours vouches for that.
 * @returns whether its annotations are shown
 */
async function makeCheckRun(publication: Publication): Promise<boolean> {
  const { commands, runner, inputs, report } = publication;
  if (report.kind !== 'guard' || inputs.shard !== null || report.exitCode === ExitCode.interrupted)
    return false;
  if (isOfFork(runner)) return false;
  const client = await openClient(publication);
  if (client === null) return false;
  const { manifest } = commentOptions(publication);
  const name = checkRunName(manifest, inputs.deviceLabel);
  const folder = annotationFolder(publication);
  const outcome = await publishCheckRun({ client, runner, report, name, folder });
  announce(commands, outcome);
  return outcome.status === 'created';
}

/**
 * Shows a report everywhere it can be shown: outputs, job summary, annotations, artifact, and a comment on the pull
 * request. What a service refuses is said and changes nothing about the verdict.
 */
export async function publish(publication: Publication): Promise<void> {
  const { commands, runner, inputs, report, reportFolder } = publication;
  const { tunedPath = null } = publication;
  const suggested = (report.kind === 'guard' ? report.suggestion?.file : null) ?? null;
  const own = [
    'report.json',
    'report.md',
    'report.html',
    ...(suggested === null ? [] : [suggestionFile]),
  ].map((name) => join(reportFolder, name));
  const all = [...own, ...(publication.files ?? [])];
  // What a full disk left of them.
  const files = all.filter((path) => existsSync(path));
  const device = report.device?.family ?? null;
  const { artifact: kind = 'report' } = publication;
  const { manifest } = commentOptions(publication);
  const { shard, deviceLabel } = inputs;
  const label = { kind, manifest, device: deviceLabel ?? device, shard, attempt: runner.runAttempt } as const;
  announce(commands, writeJobSummary(runner, report));
  const inCheckRun = await makeCheckRun(publication);
  // GitHub would show those of the check run beside the same ones of the job.
  const annotations = annotationsOf(report).filter(({ file }) => file === null || !inCheckRun);
  annotate(commands, annotations, annotationFolder(publication));
  const uploaded = await uploadArtifact({ ...label, runner, files, root: reportFolder });
  announce(commands, uploaded);
  const notes = [
    ...(publication.notes ?? []),
    ...(uploaded.status === 'failed' ? [`The artifact ${artifactName(label)} could not be uploaded.`] : []),
  ];
  const body = renderComment(report, { ...commentOptions(publication), notes });
  const [reportPath = ''] = own.filter((path) => existsSync(path) && path.endsWith('report.json'));
  const outputs = outputsOf({ report, reportPath, commentBody: body, tunedPath });
  announce(commands, writeOutputs(commands, outputs));
  // A shard knows a part of the verdict only; the job with `mode: report` comments for all of them.
  // A run that was cancelled was so for a newer one, which will comment.
  const comments =
    report.kind === 'guard' && inputs.shard === null && report.exitCode !== ExitCode.interrupted;
  if (comments) await commentOnPullRequest(publication, body, { hasNews: hasNews(report) });
}
