import type { Clock } from '../../measure/index.ts';
import { median } from '../../stats/index.ts';
import type { Launcher } from './launcher.ts';
import type { CompiledProgram } from './programs.ts';
import { warmUp } from './warm-up.ts';

const launches = 15;
const leastLaunches = 3;

/**
 * Times the passes of a launch one by one, some launches after each other.
 * @returns the median milliseconds of each; null where there are no timestamps, or they say what cannot be
 */
export async function timePasses(options: {
  readonly launcher: Launcher;
  readonly clock: Clock;
  readonly compiled: CompiledProgram;
  readonly maxMs: number;
}): Promise<readonly number[] | null> {
  const { launcher, clock, compiled, maxMs } = options;
  if (compiled.launchMs === null) await warmUp(launcher, compiled, clock);
  const start = clock.nowMs();
  const times: (readonly number[])[] = [];
  for (let launch = 0; launch < launches; launch++) {
    const one = await launcher.timedApart(compiled);
    if (one === null) return null;
    if (one.every((ms) => Number.isFinite(ms))) times.push(one);
    if (launch + 1 >= leastLaunches && clock.nowMs() - start >= maxMs) break;
  }
  if (times.length < leastLaunches) return null;
  return compiled.passes.map((_, index) => median(times.map((one) => one[index] ?? Number.NaN)));
}
