import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { makeFolder, writeRecording } from '../../store/index.ts';
import type { Host } from '../host.ts';
import type { Laboratory } from '../laboratory/index.ts';
import { recordingOf, subjectDigest } from '../recordings/index.ts';
import type { WorkloadSearch } from '../tuning/index.ts';

/** A readable file name that no two workloads share. */
function fileName({ kernel, workload }: WorkloadSearch): string {
  const digest = createHash('sha256').update(workload.name).digest('hex').slice(0, 8);
  return `${kernel.name.replaceAll(/[^A-Za-z0-9_.-]/g, '_')}-${digest}.json.gz`;
}

/**
 * Writes everything a run measured as recordings, which `retune --device replay` searches.
 * @returns their paths
 * @throws JoulegateError (bad-input, `cannot-write`)
 */
export function writeSearchRecordings(options: {
  readonly host: Host;
  readonly laboratory: Laboratory;
  readonly folder: string;
  readonly searches: readonly WorkloadSearch[];
}): readonly string[] {
  const { host, laboratory, folder, searches } = options;
  makeFolder(folder);
  return searches
    .filter((search) => search.result.measurements.length > 0)
    .map((search) => {
      const { kernel, workload, space, result } = search;
      const device = laboratory.info;
      const meter = laboratory.meter?.info ?? null;
      const path = join(folder, fileName(search));
      const subject = subjectDigest({ kernel, workload, space, device, meter });
      const { measurements } = result;
      writeRecording(
        path,
        recordingOf({ host, kernel, workload, space, device, meter, measurements, subject }),
      );
      return path;
    });
}
