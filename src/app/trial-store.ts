import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { KernelDefinition, Workload } from '../manifest/index.ts';
import type { DeviceInfo, Measurement, MeterInfo } from '../measure/index.ts';
import type { Space } from '../space/index.ts';
import { type Recording, readCachedRecording, writeRecording } from '../store/index.ts';
import type { Host } from './host.ts';
import { describeDevice, describeMeter, fromRecordingRow, toRecordingRow } from './recording-rows.ts';

/** Keeps the trials of an unfinished search, so that the next run goes on where this one was stopped. */
export interface TrialStore {
  /** Measurements of an earlier, unfinished search over the same sources, device and meter. */
  load(): readonly Measurement[];
  save(measurements: readonly Measurement[]): void;
  /** The search is finished: nothing is left to resume. */
  clear(): void;
}

function digest(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 24);
}

/** What the trials depend on: a change of any of it makes earlier trials worthless. */
function subjectDigest(options: TrialStoreOptions): string {
  const { kernel, workload, device, meter, space } = options;
  return digest([
    kernel.name,
    kernel.source,
    kernel.entry,
    workload,
    space.tunables,
    kernel.dispatch.map((expression) => expression.source),
    kernel.buffers.map((buffer) => ({ ...buffer, length: buffer.length.source, values: null })),
    device.family,
    device.driver,
    meter?.name ?? null,
    meter?.description ?? null,
  ]);
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
  const { host, kernel, workload, space, device, meter } = options;
  const subject = subjectDigest(options);
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
      const recording: Recording = {
        schema: 'joulegate-recording',
        version: 1,
        device: describeDevice(device),
        meter: meter === null ? null : describeMeter(meter),
        kernel: kernel.name,
        workload: { name: workload.name, parameters: workload.parameters },
        tunables: space.tunables.map(({ name, values }) => ({ name, values: [...values] })),
        measurements: measurements.map((measurement) => toRecordingRow(space, measurement)),
        provenance: {
          tool: 'joulegate',
          version: host.version,
          command: host.command,
          createdAt: host.now().toISOString(),
          note: 'trials of an unfinished search',
        },
      };
      writeRecording(path, recording);
    },
    clear() {
      rmSync(path, { force: true });
    },
  };
}
