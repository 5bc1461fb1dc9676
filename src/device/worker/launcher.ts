import type { Clock, StretchPart } from '../../measure/index.ts';
import { encodeLaunches, markEnd } from './encode.ts';
import type { Polling } from './polling.ts';
import type { CompiledProgram, Rounds } from './programs.ts';
import {
  encodeTimedRounds,
  mostStamps,
  type RoundTimes,
  roundSizes,
  roundTimes,
  stampsOf,
} from './rounds.ts';
import { createTimestampReader, type TimestampReader } from './timestamps.ts';

/** Launches programs and times batches of launches. */
export interface Launcher {
  readonly device: GPUDevice;
  /** Whether batches are timed by timestamp queries; else by the wall clock. */
  readonly timestamps: boolean;
  /** Smallest difference between two timings of a batch, in milliseconds. */
  readonly resolutionMs: number;
  /**
   * Queues `launches`, with what is put back before each of those that change their data.
   * @param options.reset puts all written buffers back to their initial contents first
   * @param options.part `resets`: only what is put back, for as many launches
   */
  submit(
    compiled: CompiledProgram,
    launches: number,
    options?: { readonly reset?: boolean; readonly part?: StretchPart },
  ): void;
  /**
   * Runs `launches` back to back. What is put back for them is not in their time, and noted in `compiled.rounds`.
   * @returns the milliseconds they took together, 0 if that is less than the timer shows; NaN if it says what cannot be
   */
  timed(compiled: CompiledProgram, launches: number): Promise<number>;
  /**
   * Runs one launch from the initial contents, each pass between timestamps of its own.
   * @returns the milliseconds of each pass, NaN where that cannot be; null without timestamps
   */
  timedApart(compiled: CompiledProgram): Promise<readonly number[] | null>;
}

/** Vulkan devices tick at 1 to 83 ns; with quantization left on, Dawn steps by 65.536 us. */
const timestampTickMs = 1e-4;

/** Clocks of a GPU and of its host may differ by this much, */
const mostPart = 1.05;
/** and what is done may be noticed a little early against the GPU's clock. */
const noticedWithinMs = 1;

/** A look at the GPU costs some microseconds when nothing delays it. */
const eagerTickMs = 0.01;

/** What was waited for so long took some time. */
const noTimeMs = 10;

/**
 * What timestamps say of a batch, checked against the wall clock: nothing takes longer than it took, nor no time at all. A counter
 * that wrapped, was reset between the two readings or counts in another unit says so.
 * @returns NaN if they cannot be right
 */
export function plausibleMs(gpuMs: number, wallMs: number): number {
  const isPossible = gpuMs >= 0 && gpuMs <= mostPart * wallMs + noticedWithinMs;
  return isPossible && (gpuMs > 0 || wallMs < noTimeMs) ? gpuMs : Number.NaN;
}

/** Passes of a program at most, as schemas/manifest.schema.json has it. */
const mostPasses = 32;

/**
 * @param options.quiet look at the GPU only now and then while waiting: on software adapters, where the CPU that
 * looks is the one that computes.
 */
export function createLauncher(options: {
  readonly device: GPUDevice;
  readonly clock: Clock;
  readonly polling: Polling;
  readonly timestamps: boolean;
  readonly quiet: boolean;
}): Launcher {
  const { device, clock, polling, timestamps, quiet } = options;
  const reader = timestamps ? createTimestampReader(device, 2) : null;
  let apartReader: TimestampReader | null = null;
  let roundsReader: TimestampReader | null = null;
  const wallTickMs = quiet ? polling.periodMs : eagerTickMs;

  /** Milliseconds by the wall clock that what `encode` encodes takes, and the first `count` timestamps that `stamped` took of it. */
  async function timeCommands(
    encode: (encoder: GPUCommandEncoder) => void,
    ...[stamped = null, count = 0]: [stamped?: TimestampReader | null, count?: number]
  ): Promise<{ readonly wallMs: number; readonly stampsMs: readonly number[] }> {
    const encoder = device.createCommandEncoder();
    encode(encoder);
    const commands = encoder.finish();
    const start = clock.nowMs();
    device.queue.submit([commands]);
    // Asked for at once: each look at the GPU may be a millisecond after the one before.
    const reading = stamped?.readMs(count);
    await device.queue.onSubmittedWorkDone();
    const wallMs = clock.nowMs() - start;
    return { wallMs, stampsMs: (await reading) ?? [] };
  }

  async function timeBatch(compiled: CompiledProgram, launches: number): Promise<number> {
    const stamps = reader && { querySet: reader.querySet, from: 0, to: 1 };
    const { wallMs, stampsMs } = await timeCommands(
      (encoder) => {
        encodeLaunches(encoder, compiled, { launches, stamps });
        reader?.resolve(encoder, 2);
      },
      reader,
      2,
    );
    return reader === null ? wallMs : plausibleMs(stampsMs[1] ?? 0, wallMs);
  }

  /** Times of rounds by the wall clock, which has to see what is put back end before the launches begin. */
  async function wallTimes(
    compiled: CompiledProgram,
    rounds: Rounds,
    sizes: readonly number[],
  ): Promise<RoundTimes> {
    const times = { launchesMs: 0, resetsMs: 0 };
    for (const launches of sizes) {
      times.resetsMs += (await timeCommands((encoder) => rounds.refill(encoder, launches))).wallMs;
      const launched = await timeCommands((encoder) => encodeLaunches(encoder, compiled, { launches }));
      times.launchesMs += launched.wallMs;
    }
    return times;
  }

  /** Times of rounds by timestamps; null if they cannot be right. */
  async function stampedTimes(
    compiled: CompiledProgram,
    rounds: Rounds,
    sizes: readonly number[],
  ): Promise<RoundTimes | null> {
    roundsReader ??= createTimestampReader(device, mostStamps);
    const stamped = roundsReader;
    const { wallMs, stampsMs } = await timeCommands(
      (encoder) =>
        encodeTimedRounds({
          encoder,
          reader: stamped,
          rounds,
          sizes,
          encode: (launches, stamps) => encodeLaunches(encoder, compiled, { launches, stamps }),
        }),
      stamped,
      stampsOf(sizes.length),
    );
    const times = roundTimes(stampsMs, sizes.length);
    const isPossible = !Number.isNaN(plausibleMs(times.launchesMs + times.resetsMs, wallMs));
    return isPossible && times.launchesMs >= 0 ? times : null;
  }

  async function timeRounds(compiled: CompiledProgram, rounds: Rounds, launches: number): Promise<number> {
    const sizes = roundSizes(rounds, launches);
    const times = await (timestamps ? stampedTimes : wallTimes)(compiled, rounds, sizes);
    if (times === null) return Number.NaN;
    rounds.resetMs = Math.max(0, times.resetsMs) / launches;
    return times.launchesMs;
  }

  /** From the end of one pass to that of the next, so that all of them together are the launch. */
  async function timeApart({ passes, bound }: CompiledProgram): Promise<readonly number[]> {
    apartReader ??= createTimestampReader(device, 1 + mostPasses);
    const stamped = apartReader;
    const { querySet } = stamped;
    const { wallMs, stampsMs } = await timeCommands(
      (encoder) => {
        bound.reset(encoder);
        markEnd(encoder, querySet, 0);
        for (const [index, pass] of passes.entries()) {
          const stamps = { querySet, from: null, to: index + 1 };
          encodeLaunches(encoder, { passes: [pass] }, { launches: 1, stamps });
        }
        stamped.resolve(encoder, 1 + passes.length);
      },
      stamped,
      1 + passes.length,
    );
    return passes.map((_, i) => plausibleMs((stampsMs[i + 1] ?? 0) - (stampsMs[i] ?? 0), wallMs));
  }

  const inPeace = <T>(work: () => Promise<T>) => (quiet ? work() : polling.eagerly(work));

  return {
    device,
    timestamps,
    resolutionMs: timestamps ? timestampTickMs : wallTickMs,
    submit(compiled, launches, { reset = false, part = 'launches' } = {}) {
      const { rounds } = compiled;
      const encoder = device.createCommandEncoder();
      if (reset) compiled.bound.reset(encoder);
      for (const size of rounds === undefined ? [launches] : roundSizes(rounds, launches)) {
        rounds?.refill(encoder, size);
        if (part === 'launches') encodeLaunches(encoder, compiled, { launches: size });
      }
      device.queue.submit([encoder.finish()]);
    },
    timed(compiled, launches) {
      const { rounds } = compiled;
      return inPeace(() =>
        rounds === undefined ? timeBatch(compiled, launches) : timeRounds(compiled, rounds, launches),
      );
    },
    timedApart: async (compiled) => (timestamps ? inPeace(() => timeApart(compiled)) : null),
  };
}
