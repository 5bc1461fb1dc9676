import type { Recording } from '../../schema/index.ts';
import { errorField, errorNames } from './error-names.ts';
import { type CacheEntry, type Fields, isFigure, readQuantity } from './fields.ts';

type Measurement = Recording['measurements'][number];

/** Fields with what an evaluation took, by our names. */
export const spentFields = {
  compile: 'compile_time',
  verify: 'verification_time',
  benchmark: 'benchmark_time',
} as const;

/**
 * Why an entry is no measurement: a note of the failure, an error's name in any field, a text in place of a figure, or no time at
 * all. Null if it is one.
 */
function failureMessage(entry: CacheEntry, fields: Fields, objectives: readonly string[]): string | null {
  const noted = entry[errorField];
  if (noted !== undefined && noted !== null) return String(noted).slice(0, 2000);
  const named = Object.values(entry).find((value) => typeof value === 'string' && errorNames.has(value));
  if (typeof named === 'string') return named;
  const names = [fields.time.field, ...objectives, fields.energy?.field, fields.power?.field];
  for (const name of names) {
    const value = name === undefined ? undefined : entry[name];
    if (typeof value === 'string' && !isFigure(value)) return value.slice(0, 2000);
  }
  return readQuantity(entry, fields.time) === null ? `no ${fields.time.field}` : null;
}

/** What trying the configuration took beside its launches, in milliseconds, as far as the entry says. */
function spentOf(entry: CacheEntry): Pick<Measurement, 'spentMs'> {
  const known = Object.entries(spentFields).flatMap(([name, field]) => {
    const value = entry[field];
    return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? [[name, value] as const] : [];
  });
  return known.length === 0 ? {} : { spentMs: Object.fromEntries(known) };
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
  objectives: readonly string[],
): Measurement {
  const message = failureMessage(entry, fields, objectives);
  const latencyMs = readQuantity(entry, fields.time);
  if (message !== null || latencyMs === null) {
    return { values, failure: { kind: 'recorded', message: message ?? '' }, ...spentOf(entry) };
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
    ...spentOf(entry),
  };
}
