import type { Clock, Completion } from '../../measure/index.ts';
import type { Launcher } from './launcher.ts';
import type { CompiledProgram } from './programs.ts';
import { warmUp } from './warm-up.ts';

/** Short enough to know well how far the GPU has come, long enough to be queued in time. */
const batchMs = 20;
const batchesInFlight = 2;
const maxLaunches = 4096;

/**
 * Launches without a gap for at least `durationMs`: the next batch is queued before the previous one is done.
 * @param options.cpuSeconds CPU seconds of this process so far, or null where they are not the device's.
 */
export async function runStretch(options: {
  readonly launcher: Launcher;
  readonly clock: Clock;
  readonly compiled: CompiledProgram;
  readonly durationMs: number;
  readonly cpuSeconds: () => number | null;
}): Promise<readonly Completion[]> {
  const { launcher, clock, compiled, durationMs, cpuSeconds } = options;
  const { queue } = launcher.device;
  if (compiled.launchMs === null) await warmUp(launcher, compiled, clock);
  launcher.submit(compiled, 1, { reset: true });
  await queue.onSubmittedWorkDone();

  const completions: Completion[] = [];
  let done = 0;
  const note = () => completions.push({ timeMs: clock.nowMs(), launches: done, cpuSeconds: cpuSeconds() });
  const launchMs = compiled.launchMs ?? batchMs;
  const batchOf = (oneMs: number) => Math.min(maxLaunches, Math.max(1, Math.floor(batchMs / oneMs)));
  let batch = batchOf(launchMs);
  const queueBatch = async () => {
    const launches = batch;
    launcher.submit(compiled, launches);
    await queue.onSubmittedWorkDone();
    done += launches;
    note();
    // A launch that was timed as a longer one than it is would leave the GPU idle between small batches.
    batch = Math.max(batch, Math.min(2 * launches, batchOf((clock.nowMs() - start) / done)));
  };

  note();
  const start = clock.nowMs();
  const lane = async () => {
    while (clock.nowMs() - start < durationMs) await queueBatch();
  };
  await Promise.all(Array.from({ length: batchesInFlight }, lane));
  const last = completions.at(-1) as Completion;
  compiled.launchMs = (last.timeMs - start) / last.launches;
  return completions;
}
