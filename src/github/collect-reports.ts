import { lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Artifact, FindOptions } from '@actions/artifact';
import { withDeadline } from './deadline.ts';
import type { Runner } from './environment.ts';
import type { Outcome } from './outcome.ts';
import { errorLine } from './plain-line.ts';

export interface CollectTask {
  readonly runner: Runner;
  /** Folder for what is downloaded; made if it is not there. */
  readonly folder: string;
  /** Another run of this repository, with a token that may read its artifacts; this run unless given. */
  readonly from?: { readonly runId: number; readonly token: string };
  /** How long each call may take; 180 s unless given. */
  readonly seconds?: number;
}

export interface CollectedReports extends Outcome<'collected' | 'unavailable'> {
  /** Paths of the reports, one per device and shard, unchecked: they are as trustworthy as the run they come from. */
  readonly files: readonly string[];
  /** Shards that the others say exist and that left no report, e.g. `3of4 on nvidia-hopper`. */
  readonly missing: readonly string[];
}

/** An artifact that holds a report, as its name says. */
interface ReportArtifact {
  readonly id: number;
  readonly name: string;
  readonly device: string;
  readonly index: number;
  readonly count: number;
  readonly attempt: number;
}

const maxReports = 512;
/** Packed. */
const maxArtifactBytes = 64 * 1024 * 1024;

function readName({ id, name }: Artifact): ReportArtifact | null {
  const form = /^joulegate-report-([a-z0-9.-]+?)(?:-(\d{1,4})of(\d{1,4}))?-attempt-(\d{1,6})$/;
  const [, device, index = '1', count = '1', attempt] = form.exec(name) ?? [];
  if (device === undefined) return null;
  return { id, name, device, index: Number(index), count: Number(count), attempt: Number(attempt) };
}

/** The last attempt's report of each device and shard: a job that is run again replaces what it said before. */
function latest(reports: readonly ReportArtifact[]): ReportArtifact[] {
  const byShard = new Map<string, ReportArtifact>();
  for (const report of [...reports].sort((a, b) => a.attempt - b.attempt)) {
    byShard.set(`${report.device} ${report.index}/${report.count}`, report);
  }
  return [...byShard.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function missingShards(reports: readonly ReportArtifact[]): string[] {
  const there = new Set(reports.map(({ device, index, count }) => `${index}of${count} on ${device}`));
  const expected = reports.flatMap(({ device, count }) =>
    Array.from({ length: count }, (_, i) => `${i + 1}of${count} on ${device}`),
  );
  return [...new Set(expected)].filter((name) => !there.has(name));
}

function isFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

async function collect(task: CollectTask): Promise<CollectedReports> {
  const { runner, folder, from, seconds = 180 } = task;
  const { DefaultArtifactClient } = await import('@actions/artifact');
  const client = new DefaultArtifactClient();
  const { owner: repositoryOwner, name: repositoryName } = runner.repository;
  const options: FindOptions =
    from === undefined
      ? {}
      : { findBy: { token: from.token, workflowRunId: from.runId, repositoryOwner, repositoryName } };
  const { artifacts } = await withDeadline(seconds, () => client.listArtifacts({ ...options, latest: true }));
  for (const { name, size } of artifacts) {
    if (size > maxArtifactBytes && name.startsWith('joulegate-report-'))
      throw new Error(`${name} is too large`);
  }
  const reports = latest(artifacts.map(readName).filter((report) => report !== null));
  if (reports.length > maxReports) throw new Error(`there are ${reports.length} of them`);
  mkdirSync(folder, { recursive: true });
  const files: string[] = [];
  for (const { id, name } of reports) {
    const path = join(folder, name);
    await withDeadline(seconds, () => client.downloadArtifact(id, { ...options, path }));
    const file = join(path, 'report.json');
    if (!isFile(file)) throw new Error(`${name} holds no report.json`);
    files.push(file);
  }
  const missing = missingShards(reports);
  const message = `Collected ${files.length} report${files.length === 1 ? '' : 's'} of the run.`;
  return { status: 'collected', message, files, missing };
}

/**
 * Downloads what the jobs of a run reported, for judging them together. All or nothing: a report that is there and cannot
 * be had must not look like one that was never made.
 */
export async function collectReports(task: CollectTask): Promise<CollectedReports> {
  if (!task.runner.hasArtifactService) {
    const message = 'There are no reports to collect: this runner has no artifact service.';
    return { status: 'unavailable', message, files: [], missing: [] };
  }
  try {
    return await collect(task);
  } catch (error) {
    const secrets = task.from === undefined ? [] : [task.from.token];
    const message = `The reports could not be collected: ${errorLine(error, secrets)}.`;
    return { status: 'failed', message, files: [], missing: [] };
  }
}
