import type { Meter, Stretch } from '../../measure/index.ts';
import type { Recording } from '../../schema/index.ts';
import { recordedJoules, recordedLookup } from './recorded.ts';

/**
 * The energy a recording states, as a meter for the stretches of its replay device: a counter that has advanced by the
 * recorded joules at every launch. For a configuration without energy it stands still.
 * @returns null if the recording holds no energy at all.
 */
export function createReplayMeter(recording: Recording): Meter | null {
  if (!recording.measurements.some((measurement) => recordedJoules(measurement) !== null)) return null;
  const lookup = recordedLookup(recording);
  const readings = async ({ variant, completions }: Stretch) => {
    const measurement = lookup(variant.configuration);
    const joules = measurement === undefined ? 0 : (recordedJoules(measurement) ?? 0);
    return completions.map(({ timeMs, launches }) => ({ timeMs, joules: launches * joules }));
  };
  const source = recording.meter;
  return {
    info: {
      name: 'replay',
      description: `recorded: ${source?.description ?? 'source unknown'}`,
      estimated: source?.estimated ?? false,
      // The counter is read at every completion, so what limited the sensor is in the figures already.
      updatePeriodMs: null,
      resolutionJoules: null,
      idleWatts: source?.idleWatts ?? null,
    },
    start: async () => ({ stop: readings, cancel: async () => undefined }),
    async close() {},
  };
}
