import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Recording, RecordingMeasurement } from '../../src/schema/index.ts';

/** Reads a recording that this run made; null if it is not there. */
export function readOwnRecording(path: string): Recording | null {
  return existsSync(path) ? JSON.parse(gunzipSync(readFileSync(path)).toString('utf8')) : null;
}

/** Failures by kind. */
export function countFailures(recording: Recording): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { failure } of recording.measurements) {
    if (failure !== undefined) counts[failure.kind] = (counts[failure.kind] ?? 0) + 1;
  }
  return counts;
}

/** A configuration that works and whose energy is known. */
interface Known {
  readonly latencyMs: number;
  readonly joules: number;
}

function isKnown(row: RecordingMeasurement): row is RecordingMeasurement & Known {
  return row.failure === undefined && row.latencyMs !== undefined && row.joules !== undefined;
}

export interface Headroom {
  readonly fastestMs: number;
  /** Energy of the fastest whose energy is known. */
  readonly joulesAtFastest: number;
  /** Lowest energy within the slack. */
  readonly leastJoules: number;
  /** What energy could fall by within the slack, as a part. One reading each: flattered by noise. */
  readonly part: number;
}

/** What a recording says could be saved within a latency slack; null without energy. */
export function headroomOf(recording: Recording, slack: number): Headroom | null {
  const known = recording.measurements.filter(isKnown);
  const fastest = known.reduce<Known | null>(
    (best, row) => (best === null || row.latencyMs < best.latencyMs ? row : best),
    null,
  );
  if (fastest === null) return null;
  const within = known.filter(({ latencyMs }) => latencyMs <= fastest.latencyMs * (1 + slack));
  const leastJoules = Math.min(...within.map(({ joules }) => joules));
  return {
    fastestMs: fastest.latencyMs,
    joulesAtFastest: fastest.joules,
    leastJoules,
    part: 1 - leastJoules / fastest.joules,
  };
}
