import type { Clock } from '../../measure/index.ts';
import type { Launcher } from './launcher.ts';
import type { CompiledProgram } from './programs.ts';
import { mostTimed } from './rounds.ts';

/** Long enough for the timer, and for a GPU to notice that there is work. */
const enoughMs = 2;
const maxBatch = 1024;

/** A program that has not settled after this long is slow rather than unsettled. */
const budgetMs = 400;
const settledWithin = 0.2;

/**
 * Launches until the time per launch settles (software adapters compile on the first launches, for 0.2-2.5 s) and
 * remembers it in `compiled.launchMs`. At least two launches.
 */
export async function warmUp(launcher: Launcher, compiled: CompiledProgram, clock: Clock): Promise<void> {
  launcher.submit(compiled, 1, { reset: true });
  await launcher.device.queue.onSubmittedWorkDone();
  const most = Math.min(maxBatch, mostTimed(compiled));
  let batch = 1;
  let previousMs = Number.POSITIVE_INFINITY;
  let spentMs = 0;
  for (;;) {
    const startMs = clock.nowMs();
    const batchMs = await launcher.timed(compiled, batch);
    // By our clock, so that a timer that says nothing comes to an end here.
    spentMs += clock.nowMs() - startMs;
    const launchMs = batchMs / batch;
    if (launchMs > 0) compiled.launchMs = launchMs;
    const longEnough = batchMs >= enoughMs || batch >= most;
    if (longEnough && Math.abs(previousMs - launchMs) <= settledWithin * launchMs) return;
    if (spentMs >= budgetMs) return;
    // A launch of its own length settles it; several launches in one batch were compared with fewer.
    previousMs = launchMs;
    if (!longEnough) batch = Math.min(most, batch * 4);
  }
}
