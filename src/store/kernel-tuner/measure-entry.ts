import type { Recording } from '../../schema/index.ts';
import { type CacheEntry, type Fields, readQuantity } from './fields.ts';

type Measurement = Recording['measurements'][number];

/** Why an entry is no measurement: an error's name in place of a figure, or no time at all. Null if it is one. */
function failureMessage(entry: CacheEntry, fields: Fields, objective: string | null): string | null {
  const names = [fields.time.field, objective, fields.energy?.field, fields.power?.field];
  for (const name of names) {
    const value = name === null || name === undefined ? undefined : entry[name];
    if (typeof value === 'string') return value.slice(0, 2000);
  }
  return readQuantity(entry, fields.time) === null ? `no ${fields.time.field}` : null;
}

function samples(entry: CacheEntry, fields: Fields): number[] | null {
  const list = fields.samples === null ? null : entry[fields.samples];
  if (!Array.isArray(list)) return null;
  const times = list.map((value) => (typeof value === 'number' ? value * fields.time.scale : Number.NaN));
  return times.length > 0 && times.every((ms) => ms > 0 && Number.isFinite(ms)) ? times : null;
}

/** One entry as a measurement of the configuration at `values`. */
export function measureEntry(
  entry: CacheEntry,
  values: number[],
  fields: Fields,
  objective: string | null,
): Measurement {
  const message = failureMessage(entry, fields, objective);
  const latencyMs = readQuantity(entry, fields.time);
  if (message !== null || latencyMs === null) {
    return { values, failure: { kind: 'recorded', message: message ?? '' } };
  }
  const latencySamplesMs = samples(entry, fields);
  const watts = readQuantity(entry, fields.power);
  const stated = readQuantity(entry, fields.energy);
  // Milliseconds times watts are millijoules.
  const joules = stated ?? (fields.energy === null && watts !== null ? (watts * latencyMs) / 1000 : null);
  return {
    values,
    latencyMs,
    ...(latencySamplesMs === null ? {} : { latencySamplesMs }),
    ...(joules === null ? {} : { joules }),
    ...(watts === null ? {} : { watts }),
  };
}
