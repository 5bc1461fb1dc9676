import { type LaunchStamps, markEnd } from './encode.ts';
import type { CompiledProgram, Rounds } from './programs.ts';
import type { TimestampReader } from './timestamps.ts';

/** Rounds that are timed together at most: each has timestamps of its own. */
const mostRounds = 64;
/** Of a round: after what was put back, at the beginning of its launches, and after them. */
const stampsPerRound = 3;

/** Timestamps that timed rounds take at most: one before the first of them. */
export const mostStamps = stampsOf(mostRounds);

/** Timestamps of so many rounds. */
export function stampsOf(rounds: number): number {
  return 1 + rounds * stampsPerRound;
}

/** Encoding more launches than this takes longer than waiting for them. */
const maxLaunches = 16_384;

/** Launches that can be timed together. */
export function mostTimed({ rounds }: Pick<CompiledProgram, 'rounds'>): number {
  return rounds === undefined ? maxLaunches : Math.min(maxLaunches, mostRounds * rounds.slots);
}

/** How many rounds a number of launches is; 1 where launches need none. */
export function countRounds({ rounds }: Pick<CompiledProgram, 'rounds'>, launches: number): number {
  return rounds === undefined ? 1 : Math.ceil(launches / rounds.slots);
}

/** The launches of each round: as many as there are places, and what is left. */
export function roundSizes({ slots }: Pick<Rounds, 'slots'>, launches: number): readonly number[] {
  const sizes: number[] = [];
  for (let left = launches; left > 0; left -= slots) sizes.push(Math.min(slots, left));
  return sizes;
}

/** What rounds took, in milliseconds all together. */
export interface RoundTimes {
  readonly launchesMs: number;
  readonly resetsMs: number;
}

/** Encodes rounds with timestamps around what counts: what is put back has ended before. */
export function encodeTimedRounds(options: {
  readonly encoder: GPUCommandEncoder;
  readonly reader: TimestampReader;
  readonly rounds: Rounds;
  readonly sizes: readonly number[];
  readonly encode: (launches: number, stamps: LaunchStamps) => void;
}): void {
  const { encoder, reader, rounds, sizes, encode } = options;
  const { querySet } = reader;
  markEnd(encoder, querySet, 0);
  for (const [i, launches] of sizes.entries()) {
    const first = 1 + i * stampsPerRound;
    rounds.refill(encoder, launches);
    markEnd(encoder, querySet, first);
    encode(launches, { querySet, from: first + 1, to: first + 2 });
  }
  reader.resolve(encoder, stampsOf(sizes.length));
}

/** What the timestamps of rounds say. */
export function roundTimes(stamps: readonly number[], rounds: number): RoundTimes {
  let launchesMs = 0;
  let resetsMs = 0;
  for (let i = 0; i < rounds; i++) {
    const [before = 0, reset = 0, begin = 0, end = 0] = stamps.slice(i * stampsPerRound);
    launchesMs += end - Math.max(reset, begin);
    resetsMs += reset - before;
  }
  return { launchesMs, resetsMs };
}
