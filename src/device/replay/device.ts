import type { FailureKind, Outcome, Variant } from '../../kernel/index.ts';
import type { DeviceLimits } from '../../manifest/index.ts';
import type { Completion, Device, DeviceInfo } from '../../measure/index.ts';
import { recordedLookup } from '../../meter/index.ts';
import type { Recording, RecordingMeasurement } from '../../schema/index.ts';
import { createReplayClock, type ReplayClock } from './clock.ts';

/** A recording's space was already cut to what the device could do. */
const noLimits: DeviceLimits = {
  max_workgroup_storage: Number.MAX_SAFE_INTEGER,
  max_invocations: Number.MAX_SAFE_INTEGER,
  max_workgroup_size_x: Number.MAX_SAFE_INTEGER,
  max_workgroup_size_y: Number.MAX_SAFE_INTEGER,
  max_workgroup_size_z: Number.MAX_SAFE_INTEGER,
  max_workgroups: Number.MAX_SAFE_INTEGER,
  max_buffer_bytes: Number.MAX_SAFE_INTEGER,
  has_f16: true,
  has_subgroups: true,
  subgroup_min: 1,
  subgroup_max: 128,
};

const failureKinds: ReadonlySet<string> = new Set<FailureKind>([
  'compile',
  'validation',
  'unsupported',
  'wrong-result',
  'not-a-number',
  'unwritten',
  'out-of-range',
  'out-of-memory',
  'timeout',
  'crash',
  'device-lost',
]);

function isFailureKind(kind: string): kind is FailureKind {
  return failureKinds.has(kind);
}

/** Completions in steps of this length, as the real device has them; a long stretch in steps of a share of it. */
const batchMs = 20;
const maxCompletions = 64;

function completionsOf(latencyMs: number, durationMs: number, clock: ReplayClock): Completion[] {
  const launches = Math.max(1, Math.ceil(durationMs / latencyMs));
  const perBatch = Math.max(1, Math.floor(batchMs / latencyMs), Math.ceil(launches / maxCompletions));
  const start = clock.nowMs();
  const completions: Completion[] = [{ timeMs: start, launches: 0, cpuSeconds: null }];
  for (let done = 0; done < launches; ) {
    done = Math.min(launches, done + perBatch);
    completions.push({ timeMs: start + done * latencyMs, launches: done, cpuSeconds: null });
  }
  clock.advance(launches * latencyMs);
  return completions;
}

export interface ReplayDevice extends Device {
  /** The virtual time its launches have taken. */
  readonly clock: ReplayClock;
}

/**
 * Serves a recording as if its device were here: recorded samples, recorded failures, no GPU and no waiting. A
 * configuration that is not in the recording fails as `recorded`.
 * @param clock advances by what launches would have taken; a new one unless given.
 */
export function createReplayDevice(
  recording: Recording,
  clock: ReplayClock = createReplayClock(),
): ReplayDevice {
  const lookup = recordedLookup(recording);
  const info: DeviceInfo = {
    ...recording.device,
    backend: 'replay',
    features: [],
    limits: noLimits,
    timestamps: false,
  };

  function latencyOf(variant: Variant): Outcome<RecordingMeasurement & { readonly latencyMs: number }> {
    const measurement = lookup(variant.configuration);
    if (measurement === undefined) return fail('recorded', `${variant.id} is not in the recording`);
    const { failure, latencyMs } = measurement;
    if (failure !== undefined) {
      return fail(isFailureKind(failure.kind) ? failure.kind : 'recorded', failure.message);
    }
    if (latencyMs === undefined) return fail('recorded', `${variant.id} has no recorded latency`);
    return { ok: true, value: { ...measurement, latencyMs } };
  }

  return {
    info,
    clock,
    async prepare(variant) {
      const found = latencyOf(variant);
      return found.ok ? { ok: true, value: null } : found;
    },
    // What was recorded had been checked then.
    async verify(variant) {
      const found = latencyOf(variant);
      return found.ok ? { ok: true, value: null } : found;
    },
    async time(variant) {
      const found = latencyOf(variant);
      if (!found.ok) return found;
      const { latencyMs, latencySamplesMs } = found.value;
      // All of them, however many were asked for: their median is the latency the recording means.
      const samplesMs =
        latencySamplesMs === undefined || latencySamplesMs.length === 0 ? [latencyMs] : latencySamplesMs;
      clock.advance(samplesMs.reduce((sum, sample) => sum + sample, 0));
      return { ok: true, value: { samplesMs, launchesPerSample: 1, resolutionMs: 0 } };
    },
    async run(variant, durationMs) {
      const found = latencyOf(variant);
      if (!found.ok) return found;
      return {
        ok: true,
        value: { variant, completions: completionsOf(found.value.latencyMs, durationMs, clock) },
      };
    },
    async close() {},
  };
}

function fail(
  kind: FailureKind,
  message: string,
): { ok: false; failure: { kind: FailureKind; message: string } } {
  return { ok: false, failure: { kind, message } };
}
