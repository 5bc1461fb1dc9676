import type { Clock, StretchPart } from '../../measure/index.ts';
import type { Polling } from './polling.ts';
import type { CompiledProgram, Rounds } from './programs.ts';
import { encodeTimedRounds, mostStamps, type RoundTimes, readTimedRounds, roundSizes } from './rounds.ts';
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

function encodeLaunches(pass: GPUComputePassEncoder, compiled: CompiledProgram, launches: number): void {
  const [x, y, z] = compiled.program.dispatch;
  const { rounds } = compiled;
  pass.setPipeline(compiled.pipeline);
  for (let launch = 0; launch < launches; launch++) {
    if (rounds !== undefined || launch === 0) {
      const bindGroups = rounds?.bindGroups(launch) ?? compiled.bindGroups;
      for (const [group, bindGroup] of bindGroups.entries()) pass.setBindGroup(group, bindGroup);
    }
    pass.dispatchWorkgroups(x, y, z);
  }
}

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
  const readerOf = (most: number) => (timestamps ? createTimestampReader(device, most) : null);
  const reader = readerOf(2);
  let roundsReader: TimestampReader | null = null;
  const wallTickMs = quiet ? polling.periodMs : eagerTickMs;

  /** Milliseconds by the wall clock that what `encode` encodes takes. */
  async function wallMsOf(encode: (encoder: GPUCommandEncoder) => void): Promise<number> {
    const encoder = device.createCommandEncoder();
    encode(encoder);
    const commands = encoder.finish();
    const start = clock.nowMs();
    device.queue.submit([commands]);
    await device.queue.onSubmittedWorkDone();
    return clock.nowMs() - start;
  }

  async function timeBatch(compiled: CompiledProgram, launches: number): Promise<number> {
    const timestampWrites = reader && {
      querySet: reader.querySet,
      beginningOfPassWriteIndex: 0,
      endOfPassWriteIndex: 1,
    };
    const wallMs = await wallMsOf((encoder) => {
      const pass = encoder.beginComputePass(timestampWrites === null ? {} : { timestampWrites });
      encodeLaunches(pass, compiled, launches);
      pass.end();
      reader?.resolve(encoder, 2);
    });
    if (reader === null) return wallMs;
    const [, gpuMs = 0] = await reader.readMs(2);
    return plausibleMs(gpuMs, wallMs);
  }

  function encodePass(encoder: GPUCommandEncoder, compiled: CompiledProgram, launches: number): void {
    const pass = encoder.beginComputePass();
    encodeLaunches(pass, compiled, launches);
    pass.end();
  }

  /** Times of rounds by the wall clock, which has to see what is put back end before the launches begin. */
  async function wallTimes(
    compiled: CompiledProgram,
    rounds: Rounds,
    sizes: readonly number[],
  ): Promise<RoundTimes> {
    const times = { launchesMs: 0, resetsMs: 0 };
    for (const launches of sizes) {
      times.resetsMs += await wallMsOf((encoder) => rounds.refill(encoder, launches));
      times.launchesMs += await wallMsOf((encoder) => encodePass(encoder, compiled, launches));
    }
    return times;
  }

  async function timeRounds(compiled: CompiledProgram, rounds: Rounds, launches: number): Promise<number> {
    const sizes = roundSizes(rounds, launches);
    roundsReader ??= readerOf(mostStamps);
    const stamped = roundsReader;
    let times: RoundTimes;
    if (stamped === null) times = await wallTimes(compiled, rounds, sizes);
    else {
      const encode = (pass: GPUComputePassEncoder, count: number) => encodeLaunches(pass, compiled, count);
      const wallMs = await wallMsOf((encoder) =>
        encodeTimedRounds({ encoder, reader: stamped, rounds, sizes, encode }),
      );
      times = await readTimedRounds(stamped, sizes.length);
      if (Number.isNaN(plausibleMs(times.launchesMs + times.resetsMs, wallMs))) return Number.NaN;
      if (times.launchesMs < 0) return Number.NaN;
    }
    rounds.resetMs = Math.max(0, times.resetsMs) / launches;
    return times.launchesMs;
  }

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
        if (part === 'launches') encodePass(encoder, compiled, size);
      }
      device.queue.submit([encoder.finish()]);
    },
    timed(compiled, launches) {
      const { rounds } = compiled;
      const time = () =>
        rounds === undefined ? timeBatch(compiled, launches) : timeRounds(compiled, rounds, launches);
      return quiet ? time() : polling.eagerly(time);
    },
  };
}
