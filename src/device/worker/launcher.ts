import type { Clock } from '../../measure/index.ts';
import type { Polling } from './polling.ts';
import type { CompiledPass, CompiledProgram } from './programs.ts';

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

/**
 * Encodes launches, all passes of each in order. They are one compute pass, whose dispatches wait for each other as far as
 * they share what is written; only where buffers are zeroed in between is it split.
 */
function encodeLaunches(
  encoder: GPUCommandEncoder,
  passes: readonly CompiledPass[],
  options: {
    readonly launches: number;
    readonly timestampWrites?: GPUComputePassTimestampWrites | undefined;
  },
): void {
  const { launches, timestampWrites } = options;
  const isSplit = passes.some(({ clears }) => clears.length > 0);
  let pass: GPUComputePassEncoder | null = null;
  // Zeroing counts: the time begins before the first, and ends when the last launch is done.
  const begin = (writes: GPUComputePassTimestampWrites | undefined) =>
    encoder.beginComputePass(writes === undefined ? {} : { timestampWrites: writes });
  if (isSplit && timestampWrites !== undefined) begin(only(timestampWrites, 'begin')).end();
  let current: CompiledPass | null = null;
  for (let launch = 0; launch < launches; launch++) {
    for (const one of passes) {
      if (one.clears.length > 0) {
        pass?.end();
        pass = null;
        for (const buffer of one.clears) encoder.clearBuffer(buffer);
      }
      if (pass === null) {
        pass = begin(isSplit ? undefined : timestampWrites);
        current = null;
      }
      if (current !== one) {
        pass.setPipeline(one.pipeline);
        for (const [group, bindGroup] of one.bindGroups.entries()) pass.setBindGroup(group, bindGroup);
        current = one;
      }
      one.launch(pass);
    }
  }
  pass?.end();
  if (isSplit && timestampWrites !== undefined) begin(only(timestampWrites, 'end')).end();
}

/** One of the two timestamps around a pass. */
function only(
  { querySet, beginningOfPassWriteIndex = 0, endOfPassWriteIndex = 1 }: GPUComputePassTimestampWrites,
  which: 'begin' | 'end',
): GPUComputePassTimestampWrites {
  return which === 'begin' ? { querySet, beginningOfPassWriteIndex } : { querySet, endOfPassWriteIndex };
}

interface TimestampReader {
  /** For each of its stretches. */
  readonly writes: readonly GPUComputePassTimestampWrites[];
  resolve(encoder: GPUCommandEncoder): void;
  /** Milliseconds between the two timestamps of each stretch. */
  read(): Promise<readonly number[]>;
  destroy(): void;
}

function createTimestampReader(device: GPUDevice, stretches: number): TimestampReader {
  const count = 2 * stretches;
  const querySet = device.createQuerySet({ type: 'timestamp', count });
  const resolved = device.createBuffer({
    size: 8 * count,
    usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
  });
  const readable = device.createBuffer({
    size: 8 * count,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  return {
    writes: Array.from({ length: stretches }, (_, i) => ({
      querySet,
      beginningOfPassWriteIndex: 2 * i,
      endOfPassWriteIndex: 2 * i + 1,
    })),
    resolve(encoder) {
      encoder.resolveQuerySet(querySet, 0, count, resolved, 0);
      encoder.copyBufferToBuffer(resolved, 0, readable, 0, 8 * count);
    },
    async read() {
      await readable.mapAsync(GPUMapMode.READ);
      const times = [...new BigUint64Array(readable.getMappedRange())];
      readable.unmap();
      return Array.from(
        { length: stretches },
        (_, i) => Number((times[2 * i + 1] ?? 0n) - (times[2 * i] ?? 0n)) / 1e6,
      );
    },
    destroy() {
      for (const one of [querySet, resolved, readable]) one.destroy();
    },
  };
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
  const reader = timestamps ? createTimestampReader(device, 1) : null;
  const wallTickMs = quiet ? polling.periodMs : eagerTickMs;

  async function timeBatch(compiled: CompiledProgram, launches: number): Promise<number> {
    const encoder = device.createCommandEncoder();
    encodeLaunches(encoder, compiled.passes, { launches, timestampWrites: reader?.writes[0] });
    reader?.resolve(encoder);
    const commands = encoder.finish();
    const start = clock.nowMs();
    device.queue.submit([commands]);
    // Asked for at once: each look at the GPU may be a millisecond after the one before.
    const reading = reader?.read();
    await device.queue.onSubmittedWorkDone();
    const wallMs = clock.nowMs() - start;
    const [gpuMs = 0] = (await reading) ?? [];
    return reader === null ? wallMs : plausibleMs(gpuMs, wallMs);
  }

  async function timeApart({ passes, bound }: CompiledProgram): Promise<readonly number[]> {
    const apart = createTimestampReader(device, passes.length);
    try {
      const encoder = device.createCommandEncoder();
      bound.reset(encoder);
      for (const [index, pass] of passes.entries()) {
        encodeLaunches(encoder, [pass], { launches: 1, timestampWrites: apart.writes[index] });
      }
      apart.resolve(encoder);
      const start = clock.nowMs();
      device.queue.submit([encoder.finish()]);
      const gpuMs = await apart.read();
      const wallMs = clock.nowMs() - start;
      return gpuMs.map((ms) => plausibleMs(ms, wallMs));
    } finally {
      apart.destroy();
    }
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
