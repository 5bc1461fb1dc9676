import { join } from 'node:path';
import { formatTuned, type Tuned, writeFileAtomic } from '../../store/index.ts';
import type { Host } from '../host.ts';
import type { Laboratory } from '../laboratory/index.ts';
import { optional } from '../optional.ts';
import { absolutePath } from '../project/index.ts';
import type { Final, WorkloadSearch } from '../tuning/index.ts';
import { keepSources } from './keep-sources.ts';
import { writeSearchRecordings } from './recordings.ts';
import type { RetunedKernel } from './report.ts';
import { updatedTuned } from './updated-tuned.ts';

/** Folder of the recordings below the report's. */
export const recordingsFolder = 'recordings';

/** Writes a file; one that cannot be written costs that file, not the report of all that was found. */
export async function keepFile(cost: string, write: () => unknown): Promise<string | null> {
  let fault: string | null = null;
  const warn = (text: string) => {
    fault = text;
  };
  await optional({ cost, otherwise: undefined, warn }, write);
  return fault;
}

/**
 * Writes the tuned state, unless the run was interrupted, the recordings beside the report, and the sources to be kept.
 * @returns what could not be written, and why
 */
export async function writeFindings(task: {
  readonly host: Host;
  readonly options: { readonly report?: string; readonly keep?: string };
  readonly laboratory: Laboratory;
  readonly tuned: Tuned;
  readonly tunedPath: string;
  readonly searches: readonly WorkloadSearch[];
  readonly finals: readonly Final[];
  readonly retuned: readonly RetunedKernel[];
}): Promise<readonly string[]> {
  const { host, laboratory, searches, finals } = task;
  const { report, keep } = task.options;
  const faults: (string | null)[] = [];
  if (!host.signal.aborted) {
    const { tuned, tunedPath, retuned } = task;
    const device = laboratory.info;
    const updated = updatedTuned({ tuned, finals, kernels: retuned, device, measuredAt: host.now() });
    const fault = await keepFile('what was found is not kept', () =>
      writeFileAtomic(tunedPath, formatTuned(updated)),
    );
    // What could not be written is found again from the trials.
    if (fault === null) for (const search of searches) search.forgetTrials();
    faults.push(fault);
  }
  if (report !== undefined) {
    const folder = join(absolutePath(host, report), recordingsFolder);
    faults.push(
      await keepFile('the recordings are not whole', () =>
        writeSearchRecordings({ host, laboratory, folder, searches }),
      ),
    );
  }
  if (keep !== undefined)
    faults.push(
      await keepFile('not every source is kept', () => keepSources({ host, folder: keep, finals })),
    );
  return faults.filter((fault) => fault !== null);
}
