import { withDeadline } from './deadline.ts';
import type { Runner } from './environment.ts';
import type { Shard } from './input-values.ts';
import type { Outcome } from './outcome.ts';
import { errorLine } from './plain-line.ts';
import { keyPart } from './state-key.ts';

/** What tells the artifacts of one run apart. */
export interface ArtifactLabel {
  /** `merged`: a report made of others, which must not be taken for one of them. */
  readonly kind: 'report' | 'recordings' | 'merged';
  /** Device family; null if there was no device. */
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

/** `joulegate-report-nvidia-hopper-2of4-attempt-1`. Artifacts of one run need different names and cannot be replaced. */
export function artifactName(label: ArtifactLabel): string {
  const { kind, device, shard, attempt } = label;
  const part = shard === null ? '' : `-${shard.index}of${shard.count}`;
  return `joulegate-${kind}-${keyPart(device ?? 'no device')}${part}-attempt-${attempt}`;
}

/** Uploads files of the run as one artifact. Loads the toolkit only now: it takes long. */
export async function uploadArtifact(task: ArtifactTask): Promise<UploadedArtifact> {
  const { runner, files, root, retentionDays, seconds = 180 } = task;
  const name = artifactName(task);
  if (!runner.hasArtifactService) {
    const message =
      'Nothing was uploaded: this runner has no artifact service. The job summary has the report.';
    return { status: 'unavailable', message, name, id: null };
  }
  try {
    const { DefaultArtifactClient } = await import('@actions/artifact');
    const options = retentionDays === undefined ? {} : { retentionDays };
    const { id = null } = await withDeadline(seconds, () =>
      new DefaultArtifactClient().uploadArtifact(name, [...files], root, options),
    );
    return { status: 'uploaded', message: `Uploaded the artifact ${name}.`, name, id };
  } catch (error) {
    return {
      status: 'failed',
      message: `The artifact ${name} was not uploaded: ${errorLine(error)}.`,
      name,
      id: null,
    };
  }
}
