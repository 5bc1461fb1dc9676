import { isAbsolute, join, posix, relative, sep } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import {
  annotate,
  announce,
  artifactName,
  type Commands,
  createRestClient,
  findPullRequest,
  type Inputs,
  outputsOf,
  publishComment,
  type Runner,
  setOutputs,
  uploadArtifact,
  writeJobSummary,
} from '../../github/index.ts';
import { annotationsOf, hasNews, type Report, renderComment } from '../../report/index.ts';
import type { Host } from '../host.ts';

export interface Publication {
  readonly host: Host;
  readonly commands: Commands;
  readonly runner: Runner;
  readonly inputs: Inputs;
  readonly report: Report;
  /** Folder with report.json and report.md, absolute. */
  readonly reportFolder: string;
}

/** The manifest as the repository names it, so that every job means the same comment. */
function manifestPath({ inputs }: Publication): string {
  return posix.normalize(posix.join(inputs.workingDirectory.replaceAll('\\', '/'), inputs.manifest));
}

async function comment(publication: Publication, body: string): Promise<void> {
  const { commands, runner, inputs, report } = publication;
  if (report.kind !== 'guard' || inputs.comment === 'never') return;
  if (runner.pullRequest === null && runner.workflowRun === null) return;
  if (inputs.githubToken === null) {
    commands.info('No comment: there is no github-token. The job summary has the report.');
    return;
  }
  const waiting = {
    sleep: (seconds: number) => setTimeout(seconds * 1000),
    nowMs: () => publication.host.now().getTime(),
  };
  const client = await createRestClient({ runner, token: inputs.githubToken, waiting });
  const found = await findPullRequest(runner, client);
  if (found.number === null) {
    commands.info(found.message);
    return;
  }
  const outcome = await publishComment({
    client,
    pullRequest: found.number,
    body,
    mode: inputs.comment,
    hasNews: hasNews(report),
  });
  announce(commands, outcome);
}

/** Folder that the report's file names are relative to, below the workspace; empty for the workspace itself. */
function annotationFolder({ host, runner }: Publication): string {
  const below = relative(runner.workspace, host.workingDirectory);
  return below.startsWith('..') || isAbsolute(below) ? '' : below.split(sep).join('/');
}

/**
 * Shows a report everywhere it can be shown: outputs, job summary, annotations, artifact, and a comment on the pull
 * request. What a service refuses is said and changes nothing about the verdict.
 */
export async function publish(publication: Publication): Promise<void> {
  const { commands, runner, inputs, report, reportFolder } = publication;
  const files = ['report.json', 'report.md'].map((name) => join(reportFolder, name));
  const device = report.device?.family ?? null;
  const label = { kind: 'report', device, shard: inputs.shard, attempt: runner.runAttempt } as const;
  announce(commands, writeJobSummary(runner, report));
  annotate(commands, annotationsOf(report), annotationFolder(publication));
  const uploaded = await uploadArtifact({ ...label, runner, files, root: reportFolder });
  announce(commands, uploaded);
  const notes =
    uploaded.status === 'failed' ? [`The artifact ${artifactName(label)} could not be uploaded.`] : [];
  const body = renderComment(report, {
    manifest: manifestPath(publication),
    run: { id: runner.runId, attempt: runner.runAttempt, url: runner.runUrl },
    notes,
  });
  setOutputs(commands, outputsOf({ report, reportPath: files[0]!, commentBody: body }));
  // A shard knows a part of the verdict only; the job with `mode: report` comments for all of them.
  if (inputs.shard === null) await comment(publication, body);
}
