import type { Clock } from '../../measure/index.ts';
import type { Polling } from './polling.ts';
import type { CompiledProgram } from './programs.ts';

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
  pass.setPipeline(compiled.pipeline);
  for (const [group, bindGroup] of compiled.bindGroups.entries()) pass.setBindGroup(group, bindGroup);
  for (let launch = 0; launch < launches; launch++) pass.dispatchWorkgroups(x, y, z);
}

interface TimestampReader {
  readonly writes: GPUComputePassTimestampWrites;
  resolve(encoder: GPUCommandEncoder): void;
  /** Milliseconds between the two timestamps. */
  read(): Promise<number>;
}

function createTimestampReader(device: GPUDevice): TimestampReader {
  const querySet = device.createQuerySet({ type: 'timestamp', count: 2 });
  const resolved = device.createBuffer({
    size: 16,
    usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
  });
  const readable = device.createBuffer({
    size: 16,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  return {
    writes: { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 },
    resolve(encoder) {
      encoder.resolveQuerySet(querySet, 0, 2, resolved, 0);
      encoder.copyBufferToBuffer(resolved, 0, readable, 0, 16);
    },
    async read() {
      await readable.mapAsync(GPUMapMode.READ);
      const [begin = 0n, end = 0n] = new BigUint64Array(readable.getMappedRange());
      readable.unmap();
      return Number(end - begin) / 1e6;
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
  const reader = timestamps ? createTimestampReader(device) : null;
  const wallTickMs = quiet ? polling.periodMs : eagerTickMs;

  async function timeBatch(compiled: CompiledProgram, launches: number): Promise<number> {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass(reader === null ? {} : { timestampWrites: reader.writes });
    encodeLaunches(pass, compiled, launches);
    pass.end();
    reader?.resolve(encoder);
    const commands = encoder.finish();
    const start = clock.nowMs();
    device.queue.submit([commands]);
    // Asked for at once: each look at the GPU may be a millisecond after the one before.
    const reading = reader?.read();
    await device.queue.onSubmittedWorkDone();
    const wallMs = clock.nowMs() - start;
    const gpuMs = (await reading) ?? 0;
    return reader === null ? wallMs : plausibleMs(gpuMs, wallMs);
  }

  return {
    device,
    timestamps,
    resolutionMs: timestamps ? timestampTickMs : wallTickMs,
    submit(compiled, launches, { reset } = { reset: false }) {
      const encoder = device.createCommandEncoder();
      if (reset) compiled.bound.reset(encoder);
      const pass = encoder.beginComputePass();
      encodeLaunches(pass, compiled, launches);
      pass.end();
      device.queue.submit([encoder.finish()]);
    },
    timed: (compiled, launches) =>
      quiet ? timeBatch(compiled, launches) : polling.eagerly(() => timeBatch(compiled, launches)),
  };
}
