import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { JoulegateError } from '../../errors/index.ts';
import type { KernelDefinition, Workload } from '../../manifest/index.ts';
import type { DeviceInfo, Measurement, MeterInfo } from '../../measure/index.ts';
import type { Space } from '../../space/index.ts';
import { readCachedRecording, writeRecording } from '../../store/index.ts';
import type { Host } from '../host.ts';
import { fromRecordingRow, recordingOf, subjectDigest } from '../recordings/index.ts';

/** Keeps the trials of an unfinished search, so that the next run goes on where this one was stopped. */
export interface TrialStore {
  /** Measurements of an earlier, unfinished search over the same sources, device and meter. */
  load(): readonly Measurement[];
  save(measurements: readonly Measurement[]): void;
  /** The search is finished: nothing is left to resume. */
  clear(): void;
}

export interface TrialStoreOptions {
  readonly host: Host;
  readonly folder: string;
  readonly kernel: KernelDefinition;
  readonly workload: Workload;
  readonly space: Space;
  readonly device: DeviceInfo;
  readonly meter: MeterInfo | null;
}

export function openTrialStore(options: TrialStoreOptions): TrialStore {
  const { host, space } = options;
  const subject = subjectDigest(options);
  let writable = true;
  const path = join(options.folder, 'trials', `${subject}.json.gz`);
  return {
    load() {
      const cached = readCachedRecording(path);
      if ('aside' in cached) {
        if (cached.aside !== null) host.progress.warn(cached.aside);
        return [];
      }
      const recording = cached.value;
      return recording.measurements.flatMap((row) => fromRecordingRow(space, recording, row) ?? []);
    },
    save(measurements) {
      if (!writable) return;
      try {
        writeRecording(
          path,
          recordingOf({ ...options, measurements, subject, note: 'trials of an unfinished search' }),
        );
      } catch (error) {
        if (!(error instanceof JoulegateError)) throw error;
        // Without it an interrupted search begins anew; that must not cost the search that is under way.
        writable = false;
        host.progress.warn(`${error.message}; an interrupted search cannot be resumed.`);
      }
    },
    clear() {
      rmSync(path, { force: true });
    },
  };
}
