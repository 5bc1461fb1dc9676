import type { Clock } from '../../measure/index.ts';
import { encodeLaunches, markEnd } from './encode.ts';
import type { Polling } from './polling.ts';
import type { CompiledProgram } from './programs.ts';
import { createTimestampReader, type TimestampReader } from './timestamps.ts';

/** Launches programs and times batches of launches. */
export interface Launcher {
  readonly device: GPUDevice;
  /** Whether batches are timed by timestamp queries; else by the wall clock. */
  readonly timestamps: boolean;
  /** Smallest difference between two timings of a batch, in milliseconds. */
  readonly resolutionMs: number;
  /** Puts written buffers back to their initial contents and queues `launches`. */
  submit(compiled: CompiledProgram, launches: number, options?: { readonly reset: boolean }): void;
  /**
   * Runs `launches` back to back.
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
  const wallTickMs = quiet ? polling.periodMs : eagerTickMs;

  async function timeBatch(compiled: CompiledProgram, launches: number): Promise<number> {
    const encoder = device.createCommandEncoder();
    const stamps = reader && { querySet: reader.querySet, from: 0, to: 1 };
    encodeLaunches(encoder, compiled.passes, { launches, stamps });
    reader?.resolve(encoder, 2);
    const commands = encoder.finish();
    const start = clock.nowMs();
    device.queue.submit([commands]);
    // Asked for at once: each look at the GPU may be a millisecond after the one before.
    const reading = reader?.readMs(2);
    await device.queue.onSubmittedWorkDone();
    const wallMs = clock.nowMs() - start;
    const [, gpuMs = 0] = (await reading) ?? [];
    return reader === null ? wallMs : plausibleMs(gpuMs, wallMs);
  }

  /** From the end of one pass to that of the next, so that all of them together are the launch. */
  async function timeApart({ passes, bound }: CompiledProgram): Promise<readonly number[]> {
    apartReader ??= createTimestampReader(device, 1 + mostPasses);
    const { querySet } = apartReader;
    const encoder = device.createCommandEncoder();
    bound.reset(encoder);
    markEnd(encoder, querySet, 0);
    for (const [index, pass] of passes.entries()) {
      encodeLaunches(encoder, [pass], { launches: 1, stamps: { querySet, from: null, to: index + 1 } });
    }
    apartReader.resolve(encoder, 1 + passes.length);
    const start = clock.nowMs();
    device.queue.submit([encoder.finish()]);
    const ends = await apartReader.readMs(1 + passes.length);
    const wallMs = clock.nowMs() - start;
    return passes.map((_, i) => plausibleMs((ends[i + 1] ?? 0) - (ends[i] ?? 0), wallMs));
  }

  const inPeace = <T>(work: () => Promise<T>) => (quiet ? work() : polling.eagerly(work));

  return {
    device,
    timestamps,
    resolutionMs: timestamps ? timestampTickMs : wallTickMs,
    submit(compiled, launches, { reset } = { reset: false }) {
      const encoder = device.createCommandEncoder();
      if (reset) compiled.bound.reset(encoder);
      encodeLaunches(encoder, compiled.passes, { launches });
      device.queue.submit([encoder.finish()]);
    },
    timed: (compiled, launches) => inPeace(() => timeBatch(compiled, launches)),
    timedApart: async (compiled) => (timestamps ? inPeace(() => timeApart(compiled)) : null),
  };
}
