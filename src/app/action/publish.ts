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
  notMeasured,
  outputsOf,
  publishCheckRun,
  type Runner,
  setOutputs,
  uploadArtifact,
  writeJobSummary,
} from '../../github/index.ts';
import {
  annotationsOf,
  hasNews,
  type Report,
  renderComment,
  renderProposal,
  rowOfDiff,
  rowOfReport,
} from '../../report/index.ts';
import type { CommentRow } from '../../schema/index.ts';
import { suggestionFile } from '../guard/index.ts';
import type { Host } from '../host.ts';
import { optional, optionalNow } from '../optional.ts';
import { commentOnPullRequest, commentOptions, openClient, rowOrigin } from './pull-request-comment.ts';

export interface Publication {
  readonly host: Host;
  readonly commands: Commands;
  readonly runner: Runner;
  readonly inputs: Inputs;
  readonly report: Report;
  /** Folder with report.json, report.md and report.html, absolute. */
  readonly reportFolder: string;
  /** What the artifact is; a report of this job's own unless given. */
  readonly artifact?: 'merged' | 'advised';
  /** What was shown of this run before, which this takes the place of. */
  readonly earlier?: Published;
  /** What a reader of the comment must know. */
  readonly notes?: readonly string[];
  /** A tuned state for a following job to propose; null or absent without one. */
  readonly tunedPath?: string | null;
  /** Further files for the artifact, below `reportFolder`. */
  readonly files?: readonly string[];
}

/** What is shown of a run. */
export interface Published {
  readonly report: Report;
  /** Its check run; null without one. */
  readonly checkRun: number | null;
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

/**
 * Makes a check run where the token may: of a report that is a whole verdict, about a commit of this repository. A fork
 * decides what its own runs report, so no check of ours vouches for that.
 * @returns its id; null if there is none, so that its annotations are not shown either
 */
async function makeCheckRun(publication: Publication): Promise<number | null> {
  const { commands, runner, inputs, report } = publication;
  if (report.kind !== 'guard' || inputs.shard !== null || report.exitCode === ExitCode.interrupted)
    return null;
  if (isOfFork(runner)) return null;
  const client = await openClient(publication);
  if (client === null) return null;
  const { manifest } = commentOptions(publication);
  const name = checkRunName(manifest, inputs.deviceLabel);
  const folder = annotationFolder(publication);
  const earlier = publication.earlier?.checkRun ?? null;
  const outcome = await publishCheckRun({ client, runner, report, name, folder, earlier });
  announce(commands, outcome);
  return outcome.id ?? earlier;
}

/** What this run has to say, as the body of a comment or of the pull request that proposes it; the row is what others' are added to. */
function commentOf(
  publication: Publication,
  notes: readonly string[],
  artifact: number | null,
): { readonly body: string; readonly row: CommentRow | null } {
  const { report, runner } = publication;
  const options = commentOptions(publication);
  if (report.kind === 'retune') {
    const run = { run: runner.runId, attempt: runner.runAttempt };
    return { body: renderProposal(report, { ...options, ...run, notes }), row: null };
  }
  const folder = annotationFolder(publication);
  if (report.kind === 'diff') {
    const row = rowOfDiff(report, { ...rowOrigin(publication, null), artifact, notes, folder });
    return { body: renderComment([row], options), row };
  }
  const origin = rowOrigin(publication, report.device?.family ?? null);
  const row = rowOfReport(report, { ...origin, artifact, notes, folder });
  return { body: renderComment([row], options), row };
}

/**
 * Shows a report everywhere it can be shown: outputs, job summary, annotations, artifact, and a comment on the pull
 * request. What a service refuses is said and changes nothing about the verdict.
 */
export async function publish(publication: Publication): Promise<Published> {
  const { commands, runner, inputs, report, reportFolder, earlier } = publication;
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
  const { artifact: kind = 'report' } = publication;
  const { manifest } = commentOptions(publication);
  const { shard, deviceLabel } = inputs;
  const device = report.kind === 'diff' ? notMeasured : (deviceLabel ?? report.device?.family ?? null);
  const label = { kind, manifest, device, shard, attempt: runner.runAttempt } as const;
  const warn = (text: string) => commands.warning(text);
  const now = <T>(cost: string, otherwise: T, work: () => T) => optionalNow({ cost, otherwise, warn }, work);
  now('the job has no summary', undefined, () =>
    announce(commands, writeJobSummary(runner, report, earlier?.report)),
  );
  const checkRun = await optional(
    { cost: 'there is no check run', otherwise: earlier?.checkRun ?? null, warn },
    () => makeCheckRun(publication),
  );
  // GitHub would show those of the check run beside the same ones of the job, and those of before once more.
  now('there are no annotations', undefined, () => {
    if (earlier !== undefined) return;
    const annotations = annotationsOf(report).filter(({ file }) => file === null || checkRun === null);
    annotate(commands, annotations, annotationFolder(publication));
  });
  const uploaded = await optional({ cost: 'there is no artifact', otherwise: null, warn }, async () => {
    const outcome = await uploadArtifact({ ...label, runner, files, root: reportFolder });
    announce(commands, outcome);
    return outcome.status === 'failed' ? null : outcome;
  });
  const notes = [
    ...(publication.notes ?? []),
    ...(uploaded === null ? [`The artifact ${artifactName(label)} could not be uploaded.`] : []),
  ];
  const artifact = uploaded?.id ?? null;
  const said = now('there is no comment', null, () => commentOf(publication, notes, artifact));
  const [reportPath = ''] = own.filter((path) => existsSync(path) && path.endsWith('report.json'));
  now('the outputs could not be set', undefined, () =>
    setOutputs(commands, outputsOf({ report, reportPath, commentBody: said?.body ?? '', tunedPath })),
  );
  // A shard knows a part of the verdict only; the job with `mode: report` comments for all of them.
  // A run that was cancelled was so for a newer one, which will comment.
  const comments =
    report.kind !== 'retune' && inputs.shard === null && report.exitCode !== ExitCode.interrupted;
  const row = said?.row ?? null;
  if (comments && row !== null) {
    await optional({ cost: 'the pull request has no comment of this run', otherwise: undefined, warn }, () =>
      commentOnPullRequest(publication, row, hasNews(report)),
    );
  }
  return { report, checkRun };
}
