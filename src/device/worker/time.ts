import type { Clock, LatencySamples, TimeOptions } from '../../measure/index.ts';
import { median } from '../../stats/index.ts';
import type { Launcher } from './launcher.ts';
import type { CompiledProgram } from './programs.ts';
import { countRounds, mostTimed } from './rounds.ts';
import { warmUp } from './warm-up.ts';

const leastSamples = 3;
/** A timer that was wrong this often is not asked again. */
const mostUnusable = 5;
/** A batch is this many times as long as the one before at most. */
const mostGrowth = 16;

/** Takes samples of equal numbers of launches, enough of them that each lasts `minSampleMs`. */
export async function takeSamples(options: {
  readonly launcher: Launcher;
  readonly clock: Clock;
  readonly compiled: CompiledProgram;
  readonly time: TimeOptions;
}): Promise<LatencySamples> {
  const { launcher, clock, compiled, time } = options;
  if (compiled.launchMs === null) await warmUp(launcher, compiled, clock);
  else {
    launcher.submit(compiled, 1, { reset: true });
    await launcher.device.queue.onSubmittedWorkDone();
  }
  const launchesFor = (sampleMs: number, launchMs: number) =>
    Math.min(mostTimed(compiled), Math.max(1, Math.ceil(sampleMs / Math.max(launchMs, 1e-6))));
  const start = clock.nowMs();
  let launchesPerSample = launchesFor(time.minSampleMs, compiled.launchMs ?? 1);
  const samplesMs: number[] = [];
  let unusable = 0;
  while (samplesMs.length < time.samples && unusable < mostUnusable) {
    const sampleMs = await launcher.timed(compiled, launchesPerSample);
    if (Number.isNaN(sampleMs)) {
      unusable++;
      continue;
    }
    if (
      samplesMs.length === 0 &&
      launchesFor(time.minSampleMs, sampleMs / launchesPerSample) > 1.5 * launchesPerSample
    ) {
      // Faster than it seemed while warming up, if it is so twice: one wrong time would make samples of minutes.
      const againMs = await launcher.timed(compiled, launchesPerSample);
      const needed = launchesFor(time.minSampleMs, Math.max(sampleMs, againMs || 0) / launchesPerSample);
      if (needed > 1.5 * launchesPerSample) {
        launchesPerSample = Math.min(needed, mostGrowth * launchesPerSample);
        continue;
      }
    }
    samplesMs.push(sampleMs / launchesPerSample);
    if (samplesMs.length >= leastSamples && clock.nowMs() - start >= time.maxMs) break;
  }
  // No samples are no time, and told as such.
  if (unusable >= mostUnusable) samplesMs.length = 0;
  if (samplesMs.length > 0) compiled.launchMs = median(samplesMs) || compiled.launchMs;
  // Rounds are timed one by one, and what the timer hides of each is as often too much as too little.
  const hiddenMs = launcher.resolutionMs * Math.sqrt(countRounds(compiled, launchesPerSample));
  const resetMs = compiled.rounds?.resetMs ?? null;
  return {
    samplesMs,
    launchesPerSample,
    resolutionMs: hiddenMs / launchesPerSample,
    ...(resetMs === null ? {} : { resetMs }),
  };
}
