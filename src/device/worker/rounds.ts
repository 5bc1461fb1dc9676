import type { CompiledProgram, Rounds } from './programs.ts';
import type { TimestampReader } from './timestamps.ts';

/** Rounds that are timed together at most: each has timestamps of its own. */
const mostRounds = 64;
/** Of a round: after what was put back, at the beginning of its launches, and after them. */
const stampsPerRound = 3;

/** Timestamps that timed rounds take at most: one before the first of them. */
export const mostStamps = 1 + mostRounds * stampsPerRound;

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

/**
 * Encodes rounds with timestamps around what counts. A pass that does nothing marks the end of what was put back: the beginning
 * of a pass may be stamped while the commands before it still run, an end is not.
 */
export function encodeTimedRounds(options: {
  readonly encoder: GPUCommandEncoder;
  readonly reader: TimestampReader;
  readonly rounds: Rounds;
  readonly sizes: readonly number[];
  readonly encode: (pass: GPUComputePassEncoder, launches: number) => void;
}): void {
  const { encoder, reader, rounds, sizes, encode } = options;
  const { querySet } = reader;
  const mark = (index: number) =>
    encoder.beginComputePass({ timestampWrites: { querySet, endOfPassWriteIndex: index } }).end();
  mark(0);
  for (const [i, launches] of sizes.entries()) {
    const first = 1 + i * stampsPerRound;
    rounds.refill(encoder, launches);
    mark(first);
    const pass = encoder.beginComputePass({
      timestampWrites: { querySet, beginningOfPassWriteIndex: first + 1, endOfPassWriteIndex: first + 2 },
    });
    encode(pass, launches);
    pass.end();
  }
  reader.resolve(encoder, 1 + sizes.length * stampsPerRound);
}

/** What the timestamps of rounds say. */
export async function readTimedRounds(reader: TimestampReader, rounds: number): Promise<RoundTimes> {
  const stamps = await reader.readMs(1 + rounds * stampsPerRound);
  let launchesMs = 0;
  let resetsMs = 0;
  for (let i = 0; i < rounds; i++) {
    const [before = 0, reset = 0, begin = 0, end = 0] = stamps.slice(i * stampsPerRound);
    launchesMs += end - Math.max(reset, begin);
    resetsMs += reset - before;
  }
  return { launchesMs, resetsMs };
}
