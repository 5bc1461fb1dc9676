import type { Outcome } from '../../src/kernel/index.ts';
import type { Clock, LatencyMeasurement } from '../../src/measure/index.ts';
import type { Trials } from '../../src/search/index.ts';
import { type Configuration, createListedSpace, type Space } from '../../src/space/index.ts';
import type { Recording } from '../../src/store/index.ts';

/** What a recording answers when it is searched. */
export interface ReplayTrials extends Trials {
  readonly space: Space;
  /** Stands still: a recording has no time of its own. */
  readonly clock: Clock;
  /** Recorded joules per launch; null where it failed or was not recorded. */
  joulesOf(configuration: Configuration): number | null;
  /** Recorded latency; null where it failed. */
  latencyOf(configuration: Configuration): number | null;
}

const unrecorded: Outcome<never> = {
  ok: false,
  failure: { kind: 'recorded', message: 'not in the recording' },
};

/** Serves a recording behind the search's port, without a device in between. */
export function replayTrials(recording: Recording, measuresEnergy: boolean): ReplayTrials {
  const space = createListedSpace(
    recording.tunables,
    recording.measurements.map((row) => row.values),
  );
  const rows = new Map(recording.measurements.map((row) => [row.values.join(), row]));
  const rowOf = (configuration: Configuration) => rows.get((space.point(configuration) ?? []).join());
  return {
    space,
    clock: { nowMs: () => 0 },
    measuresEnergy,
    latencyOf: (configuration) => rowOf(configuration)?.latencyMs ?? null,
    joulesOf: (configuration) => rowOf(configuration)?.joules ?? null,
    latency: async (configuration): Promise<Outcome<LatencyMeasurement>> => {
      const row = rowOf(configuration);
      if (row?.failure) return { ok: false, failure: { kind: 'recorded', message: row.failure.message } };
      if (row?.latencyMs === undefined) return unrecorded;
      const samplesMs = row.latencySamplesMs ?? [row.latencyMs];
      return {
        ok: true,
        value: { medianMs: row.latencyMs, relativeSpread: 0, samplesMs, launchesPerSample: 1 },
      };
    },
    energy: async (configuration) => {
      const row = rowOf(configuration);
      if (row?.joules === undefined || row.latencyMs === undefined) return unrecorded;
      return {
        ok: true,
        value: {
          joules: row.joules,
          netJoules: null,
          watts: row.joules / (row.latencyMs / 1000),
          launches: 1,
          seconds: row.latencyMs / 1000,
          estimated: false,
          relativeResolution: 0,
        },
      };
    },
    features: async () => null,
  };
}
