import type { Recording, RecordingMeasurement } from '../../schema/index.ts';
import type { Configuration } from '../../space/index.ts';

/** Finds what a recording says about a configuration; undefined if it says nothing. */
export type RecordedLookup = (configuration: Configuration) => RecordingMeasurement | undefined;

/** Indexes a recording by configuration. A configuration recorded twice is looked up as last recorded. */
export function recordedLookup(recording: Recording): RecordedLookup {
  const { tunables, measurements } = recording;
  const byValues = new Map(measurements.map((measurement) => [measurement.values.join(','), measurement]));
  const indices = tunables.map(({ values }) => new Map(values.map((value, index) => [value, index])));
  return (configuration) => {
    const key = tunables.map(({ name }, position) => {
      const value = configuration[name];
      return value === undefined ? undefined : indices[position]?.get(value);
    });
    return byValues.get(key.join(','));
  };
}

/** Joules per launch: as recorded, else recorded power times latency, else null. */
export function recordedJoules({ joules, watts, latencyMs }: RecordingMeasurement): number | null {
  if (joules !== undefined) return joules;
  return watts === undefined || latencyMs === undefined ? null : (watts * latencyMs) / 1000;
}
