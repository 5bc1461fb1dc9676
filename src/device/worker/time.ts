import type { Clock, LatencySamples, TimeOptions } from '../../measure/index.ts';
import type { Launcher } from './launcher.ts';
import type { CompiledProgram } from './programs.ts';
import { warmUp } from './warm-up.ts';

/** Encoding more launches than this takes longer than waiting for them. */
const maxLaunches = 16_384;
const leastSamples = 3;

function launchesFor(sampleMs: number, launchMs: number): number {
  return Math.min(maxLaunches, Math.max(1, Math.ceil(sampleMs / Math.max(launchMs, 1e-6))));
}

/** Takes samples of equal numbers of launches, enough of them that each lasts `minSampleMs`. */
export async function takeSamples(options: {
  readonly launcher: Launcher;
  readonly clock: Clock;
  readonly compiled: CompiledProgram;
  readonly time: TimeOptions;
}): Promise<LatencySamples> {
  const { launcher, clock, compiled, time } = options;
  if (compiled.launchMs === null) await warmUp(launcher, compiled);
  else {
    launcher.submit(compiled, 1, { reset: true });
    await launcher.device.queue.onSubmittedWorkDone();
  }
  const start = clock.nowMs();
  let launchesPerSample = launchesFor(time.minSampleMs, compiled.launchMs ?? 1);
  let samplesMs: number[] = [];
  while (samplesMs.length < time.samples) {
    const sampleMs = await launcher.timed(compiled, launchesPerSample);
    compiled.launchMs = sampleMs / launchesPerSample;
    const needed = launchesFor(time.minSampleMs, compiled.launchMs);
    if (samplesMs.length === 0 && needed > 1.5 * launchesPerSample) {
      // Faster than it seemed while warming up.
      launchesPerSample = needed;
      continue;
    }
    samplesMs = [...samplesMs, compiled.launchMs];
    if (samplesMs.length >= leastSamples && clock.nowMs() - start >= time.maxMs) break;
  }
  return { samplesMs, launchesPerSample, resolutionMs: launcher.resolutionMs / launchesPerSample };
}
