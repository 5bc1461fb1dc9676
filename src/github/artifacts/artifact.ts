import { createHash } from 'node:crypto';
import { withDeadline } from '../deadline.ts';
import type { Outcome } from '../outcome.ts';
import { errorLine } from '../plain-line.ts';
import type { Runner, Shard } from '../run/index.ts';
import { keyPart } from '../state/index.ts';

/** What tells the artifacts of one run apart. */
export interface ArtifactLabel {
  /**
   * `merged`: a report made of others, which must not be taken for one of them. `advised`: a report again, once advice was
   * found; it stands for the one before, since artifacts cannot be replaced.
   */
  readonly kind: 'report' | 'advised' | 'recordings' | 'merged';
  /** Path of the manifest from the repository's root: reports of several manifests do not mix. */
  readonly manifest: string;
  /** The input `device-label`, else the device family; null if there was no device. */
  readonly device: string | null;
  readonly shard: Shard | null;
  readonly attempt: number;
}

export interface ArtifactTask extends ArtifactLabel {
  readonly runner: Runner;
  /** Absolute paths below `root`. */
  readonly files: readonly string[];
  readonly root: string;
  /** The repository's setting unless given. */
  readonly retentionDays?: number;
  /** How long it may take; 180 s unless given. */
  readonly seconds?: number;
}

export interface UploadedArtifact extends Outcome<'uploaded' | 'unavailable'> {
  readonly name: string;
  /** null unless uploaded. */
  readonly id: number | null;
}

/** What stands for a manifest in names: equal for equal paths. */
function manifestPart(manifest: string): string {
  return createHash('sha256').update(manifest).digest('hex').slice(0, 8);
}

/**
 * `joulegate-report-0123abcd-nvidia-hopper-2of4-attempt-1`, the second part a hash of the manifest's path. Artifacts of
 * one run need different names and cannot be replaced.
 */
export function artifactName(label: ArtifactLabel): string {
  const { kind, manifest, device, shard, attempt } = label;
  const part = shard === null ? '' : `-${shard.index}of${shard.count}`;
  const owner = `${manifestPart(manifest)}-${keyPart(device ?? noDevice)}`;
  return `joulegate-${kind}-${owner}${part}-attempt-${attempt}`;
}

/** Stands for the device of a job that needed none. */
export const noDevice = 'no-device';

/** Stands for the device of a job that only compared programs. */
export const notMeasured = 'not-measured';

/** What the name of a report's artifact says. */
export interface ReportArtifactName {
  readonly device: string;
  /** 1 of 1 without shards. */
  readonly index: number;
  readonly count: number;
  readonly attempt: number;
  /** Stands for the report of the same attempt that is not. */
  readonly advised: boolean;
}

/** The reverse of `artifactName` for reports of `manifest`, advised or not; null for any other name. */
export function readReportName(name: string, manifest: string): ReportArtifactName | null {
  const form =
    /^joulegate-(report|advised)-([0-9a-f]{8})-([a-z0-9.-]{1,60}?)(?:-(\d{1,3})of(\d{1,3}))?-attempt-(\d{1,6})$/;
  const [, kind, hash, device, index = '1', count = '1', attempt] = form.exec(name) ?? [];
  if (device === undefined || hash !== manifestPart(manifest)) return null;
  const [i, n] = [Number(index), Number(count)];
  if (i < 1 || i > n || n > 256) return null;
  return { device, index: i, count: n, attempt: Number(attempt), advised: kind === 'advised' };
}

/** Uploads files of the run as one artifact. Loads the toolkit only now: it takes long. */
export async function uploadArtifact(task: ArtifactTask): Promise<UploadedArtifact> {
  const { runner, files, root, retentionDays, seconds = 180 } = task;
  const name = artifactName(task);
  if (!runner.hasArtifactService) {
    const message =
      'Nothing was uploaded: this server has no artifact service of the kind that github.com has. The job summary has the report.';
    return { status: 'unavailable', message, name, id: null };
  }
  if (files.length === 0) {
    return {
      status: 'failed',
      message: `The artifact ${name} was not uploaded: it has no files.`,
      name,
      id: null,
    };
  }
  try {
    const { DefaultArtifactClient } = await import('@actions/artifact');
    const options = retentionDays === undefined ? {} : { retentionDays };
    const { id = null } = await withDeadline(seconds, () =>
      new DefaultArtifactClient().uploadArtifact(name, [...files], root, options),
    );
    return { status: 'uploaded', message: `Uploaded the artifact ${name}.`, name, id };
  } catch (error) {
    const why = errorLine(error);
    const message = /\(409\) Conflict/.test(why)
      ? `The artifact ${name} was not uploaded: another job or step of this run has one of that name. Give each a \`device-label\` of its own.`
      : `The artifact ${name} was not uploaded: ${why}.`;
    return { status: 'failed', message, name, id: null };
  }
}
