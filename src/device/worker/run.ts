import type { Clock, Completion, StretchPart } from '../../measure/index.ts';
import type { Launcher } from './launcher.ts';
import type { CompiledProgram } from './programs.ts';
import { warmUp } from './warm-up.ts';

/** Short enough to know well how far the GPU has come, long enough to be queued in time. */
const batchMs = 20;
const batchesInFlight = 2;
const maxLaunches = 4096;
/** Of what is put back for launches one command does many. */
const maxResets = 64 * maxLaunches;

/**
 * Launches without a gap for at least `durationMs`: the next batch is queued before the previous one is done.
 * @param options.cpuSeconds CPU seconds of this process so far, or null where they are not the device's.
 */
export async function runStretch(options: {
  readonly launcher: Launcher;
  readonly clock: Clock;
  readonly compiled: CompiledProgram;
  readonly durationMs: number;
  /** Unless given, the launches. */
  readonly part?: StretchPart;
  readonly cpuSeconds: () => number | null;
}): Promise<readonly Completion[]> {
  const { launcher, clock, compiled, durationMs, part = 'launches', cpuSeconds } = options;
  const { queue } = launcher.device;
  if (compiled.launchMs === null) await warmUp(launcher, compiled, clock);
  launcher.submit(compiled, 1, { reset: true });
  await queue.onSubmittedWorkDone();

  const completions: Completion[] = [];
  let done = 0;
  const note = () => completions.push({ timeMs: clock.nowMs(), launches: done, cpuSeconds: cpuSeconds() });
  const { rounds } = compiled;
  const resetMs = rounds?.resetMs ?? 0;
  const knownMs = (compiled.launchMs ?? batchMs) + resetMs;
  const launchMs = part === 'resets' && resetMs > 0 ? resetMs : knownMs;
  const most = part === 'resets' ? maxResets : maxLaunches;
  const batchOf = (oneMs: number) => Math.min(most, Math.max(1, Math.floor(batchMs / oneMs)));
  let batch = batchOf(launchMs);
  const queueBatch = async () => {
    const launches = batch;
    launcher.submit(compiled, launches, { part });
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
  // With what is put back, it is not the time of a launch.
  if (rounds === undefined) compiled.launchMs = (last.timeMs - start) / last.launches;
  return completions;
}
