import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Artifact, DefaultArtifactClient, FindOptions } from '@actions/artifact';
import { CancelledError, DeadlineError, withDeadline } from '../deadline.ts';
import type { Outcome } from '../outcome.ts';
import { errorLine } from '../plain-line.ts';
import type { Runner } from '../run/index.ts';
import { readStateFile } from '../state/index.ts';
import { noDevice, notMeasured, type ReportArtifactName, readReportName } from './artifact.ts';
import { readZip } from './zip.ts';

export interface CollectTask {
  readonly runner: Runner;
  /** Path of the manifest from the repository's root; reports of others are left alone. */
  readonly manifest: string;
  /** Folder for what is downloaded; made if it is not there. */
  readonly folder: string;
  /** Devices that must have reported; those that did unless given. */
  readonly expectDevices?: readonly string[] | null;
  /** Another run of this repository, with a token that may read its artifacts; this run unless given. */
  readonly from?: { readonly runId: number; readonly token: string };
  /** How long each call may take; 180 s unless given. After one that took longer no other is made. */
  readonly seconds?: number;
  /** Once it is aborted nothing is waited for, and there is no result. */
  readonly signal?: AbortSignal;
}

/** A report of one job, unchecked: it is as trustworthy as the run it comes from. */
export interface CollectedReport {
  /** As the artifact's name has it: the job's `device-label`, or the device family. */
  readonly device: string;
  /** `2of4 on nvidia-hopper`, or the device alone where there are no shards. */
  readonly name: string;
  /** Path of report.json. */
  readonly file: string;
  /** Path of what a shard of a nightly run leaves to be kept; null if there is none. */
  readonly state: string | null;
}

/** A report that should be there and is not of use. */
export interface CollectFault {
  readonly kind: 'missing' | 'duplicate' | 'corrupt';
  /** As `CollectedReport.name`. */
  readonly name: string;
  /** Why, without a full stop. */
  readonly reason: string;
}

export interface CollectedReports extends Outcome<'collected' | 'unavailable'> {
  /** One per device and shard. */
  readonly reports: readonly CollectedReport[];
  readonly faults: readonly CollectFault[];
}

/** Names of what an artifact may hold of ours. */
const reportFile = 'report.json';
export const stateFile = 'state.json.gz';

const maxReports = 512;
/** Packed. */
const maxArtifactBytes = 64 * 1024 * 1024;
/** What a report may have by its own format. */
const maxUnpackedBytes = 128 * 1024 * 1024;
const maxFiles = 1000;

interface ReportArtifact extends ReportArtifactName {
  readonly id: number;
  readonly artifact: string;
  readonly sizeBytes: number;
  /** What the same attempt said before there was advice. */
  readonly before?: ReportArtifact;
}

function shardName({ device, index, count }: Pick<ReportArtifactName, 'device' | 'index' | 'count'>): string {
  return count === 1 ? device : `${index}of${count} on ${device}`;
}

function reportsIn(artifacts: readonly Artifact[], manifest: string): ReportArtifact[] {
  return artifacts.flatMap(({ id, name, size }) => {
    const read = readReportName(name, manifest);
    return read === null ? [] : { ...read, id, artifact: name, sizeBytes: size };
  });
}

/** The last attempt's last report of each device and shard: a job that is run again replaces what it said before. */
function latest(reports: readonly ReportArtifact[]): ReportArtifact[] {
  const byShard = new Map<string, ReportArtifact>();
  const inTime = [...reports].sort((a, b) => a.attempt - b.attempt || Number(a.advised) - Number(b.advised));
  for (const report of inTime) {
    const name = shardName(report);
    const before = byShard.get(name);
    byShard.set(name, before?.attempt === report.attempt ? { ...report, before } : report);
  }
  return [...byShard.values()].sort(
    (a, b) =>
      Number(a.device > b.device) - Number(a.device < b.device) || a.count - b.count || a.index - b.index,
  );
}

/** A shard whose kernels are all untouched opens no device. Where there is one device, it can only be of that one. */
function withOneDevice(reports: readonly ReportArtifact[]): ReportArtifact[] {
  const devices = new Set(reports.map(({ device }) => device));
  devices.delete(noDevice);
  devices.delete(notMeasured);
  const [only] = devices;
  if (only === undefined || devices.size !== 1) return [...reports];
  return reports.map((report) => (report.device === noDevice ? { ...report, device: only } : report));
}

function missingFaults(
  reports: readonly ReportArtifact[],
  expectDevices: readonly string[] | null,
): CollectFault[] {
  const there = new Set(reports.map(shardName));
  const missing = new Set<string>();
  for (const { device, count } of reports) {
    for (let index = 1; index <= count; index++) {
      const name = shardName({ device, index, count });
      if (!there.has(name)) missing.add(name);
    }
  }
  const devices = new Set(reports.map(({ device }) => device));
  for (const device of expectDevices ?? []) if (!devices.has(device)) missing.add(device);
  return [...missing].map((name) => ({ kind: 'missing', name, reason: 'it left no report' }));
}

/** Kernels that were shared out in two ways were measured twice, or not at all. */
function duplicateFaults(reports: readonly ReportArtifact[]): CollectFault[] {
  const counts = new Map<string, Set<number>>();
  for (const { device, count } of reports) {
    counts.set(device, (counts.get(device) ?? new Set()).add(count));
  }
  return [...counts].flatMap(([device, of]) => {
    if (of.size < 2) return [];
    const ways = [...of].sort((a, b) => a - b).join(' and ');
    return {
      kind: 'duplicate' as const,
      name: device,
      reason: `its kernels were shared out over ${ways} jobs at once`,
    };
  });
}

/** Downloads an artifact as the archive it is, and writes those of its files that are ours. */
async function fetchReport(
  report: ReportArtifact,
  task: CollectTask,
  client: DefaultArtifactClient,
  options: FindOptions,
): Promise<CollectedReport> {
  const { id, artifact, sizeBytes, device } = report;
  if (sizeBytes > maxArtifactBytes) throw new Error(`it has more than ${maxArtifactBytes} bytes`);
  const folder = join(task.folder, artifact);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  // What it unpacks to is bounded here; the toolkit's own unpacking writes whatever there is.
  const download = () => client.downloadArtifact(id, { ...options, path: folder, skipDecompress: true });
  await withDeadline(task.seconds ?? 180, download, task.signal);
  const [archive] = readdirSync(folder);
  const zip = archive === undefined ? null : readStateFile(join(folder, archive), maxArtifactBytes);
  if (zip === null) throw new Error('nothing came');
  const files = readZip(Buffer.from(zip.buffer, zip.byteOffset, zip.byteLength), {
    names: [reportFile, stateFile],
    maxEntryBytes: maxUnpackedBytes,
    maxEntries: maxFiles,
  });
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
  if (!files.has(reportFile)) throw new Error(`it holds no ${reportFile}`);
  return {
    device,
    name: shardName(report),
    file: join(folder, reportFile),
    state: files.has(stateFile) ? join(folder, stateFile) : null,
  };
}

/** Fetches one after the other, up to one that is not answered in time: each of the others would take as long. */
async function fetchAll(
  found: readonly ReportArtifact[],
  { from }: CollectTask,
  fetch: (report: ReportArtifact) => Promise<CollectedReport>,
): Promise<{ readonly reports: CollectedReport[]; readonly corrupt: CollectFault[] }> {
  const reports: CollectedReport[] = [];
  const corrupt: CollectFault[] = [];
  let isLate = false;
  for (const report of found) {
    try {
      if (isLate) throw new Error('it was not asked for, after another one did not come in time');
      reports.push(await fetch(report));
    } catch (error) {
      if (error instanceof CancelledError) throw error;
      isLate ||= error instanceof DeadlineError;
      const earlier = report.before && !isLate ? await fetch(report.before).catch(() => null) : null;
      if (earlier !== null) {
        // What became of the advice changes nothing of the verdict.
        reports.push({ ...earlier, device: report.device, name: shardName(report) });
        continue;
      }
      const reason = errorLine(error, from === undefined ? [] : [from.token]);
      corrupt.push({ kind: 'corrupt', name: shardName(report), reason });
    }
  }
  return { reports, corrupt };
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
  const list = () => client.listArtifacts({ ...options, latest: true });
  const { artifacts } = await withDeadline(seconds, list, task.signal);
  const found = latest(withOneDevice(reportsIn(artifacts, task.manifest)));
  if (found.length > maxReports) throw new Error(`there are ${found.length} of them`);
  mkdirSync(folder, { recursive: true });
  const { reports, corrupt } = await fetchAll(found, task, (report) =>
    fetchReport(report, task, client, options),
  );
  const faults = [...missingFaults(found, task.expectDevices ?? null), ...duplicateFaults(found), ...corrupt];
  const message = `Collected ${reports.length} report${reports.length === 1 ? '' : 's'} of the run.`;
  return { status: 'collected', message, reports, faults };
}

/**
 * Downloads what the jobs of a run reported, for judging them together. A report that should be there and cannot be had
 * is a fault with its name: it must not look like one that was never made. Without a list of the artifacts there is no
 * result at all.
 */
export async function collectReports(task: CollectTask): Promise<CollectedReports> {
  if (!task.runner.hasArtifactService) {
    const message =
      'There are no reports to collect: this server has no artifact service of the kind that github.com has.';
    return { status: 'unavailable', message, reports: [], faults: [] };
  }
  try {
    return await collect(task);
  } catch (error) {
    const secrets = task.from === undefined ? [] : [task.from.token];
    const message = `The reports could not be collected: ${errorLine(error, secrets)}.`;
    return { status: 'failed', message, reports: [], faults: [] };
  }
}
