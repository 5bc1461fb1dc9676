import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { KernelDefinition, Workload } from '../../manifest/index.ts';
import type { DeviceInfo, Measurement, MeterInfo } from '../../measure/index.ts';
import type { Space } from '../../space/index.ts';
import { readCachedRecording, writeRecording } from '../../store/index.ts';
import type { Host } from '../host.ts';
import { optionalNow } from '../optional.ts';
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
  /** null: nothing is kept. */
  readonly folder: string | null;
  readonly kernel: KernelDefinition;
  readonly workload: Workload;
  readonly space: Space;
  readonly device: DeviceInfo;
  readonly meter: MeterInfo | null;
}

const forgetful: TrialStore = { load: () => [], save: () => undefined, clear: () => undefined };

export function openTrialStore(options: TrialStoreOptions): TrialStore {
  const { host, space, folder } = options;
  if (folder === null) return forgetful;
  const subject = subjectDigest(options);
  let writable = true;
  const path = join(folder, 'trials', `${subject}.json.gz`);
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
      const part = { cost: 'an interrupted search cannot be resumed', otherwise: false };
      writable = optionalNow({ ...part, warn: host.progress.warn }, () => {
        writeRecording(
          path,
          recordingOf({ ...options, measurements, subject, note: 'trials of an unfinished search' }),
        );
        return true;
      });
    },
    clear() {
      const part = { cost: 'the next run begins with its trials', otherwise: undefined };
      optionalNow({ ...part, warn: host.progress.warn }, () => rmSync(path, { force: true }));
    },
  };
}
