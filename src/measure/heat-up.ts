import type { Outcome, Variant } from '../kernel/index.ts';
import type { Completion } from './ports.ts';
import { sampleStretch } from './sampled-stretch.ts';
import { findTicks } from './series.ts';
import type { Bench } from './turn.ts';

/** Power and speed of two successive steps that differ by less have settled, */
const STEADY_PART = 0.01;
/** if the temperature has as well. */
const STEADY_CELSIUS = 1;
/** Steps hold several updates of the slowest usual sensor. */
const STEP_MS = 600;
const STEP_UPDATES = 6;

/** How the board did during a step; null where that is not known. */
interface Step {
  readonly launchesPerMs: number;
  readonly watts: number | null;
  readonly celsius: number | null;
}

/**
 * Runs a variant until two successive steps are alike in speed, power and temperature, for about `longestMs` at most. At
 * the beginning of a block the board is as cold as opening the processes left it; whichever arm comes first would pay.
 * @returns what went wrong with the variant, if anything; a board that never settles is no failure here
 */
export async function heatUp(request: {
  readonly bench: Bench;
  readonly variant: Variant;
  readonly longestMs: number;
  /** At most so many steps; as many as it takes unless given. */
  readonly mostSteps?: number;
  isAborted(): boolean;
  /** Something else loads the host or the board as yet: it has not settled, whatever it shows. */
  isDisturbed?(): boolean;
}): Promise<Outcome<null>> {
  const { bench, variant, longestMs, mostSteps = Number.POSITIVE_INFINITY } = request;
  const stepMs = Math.max(STEP_MS, STEP_UPDATES * (bench.meter?.info.updatePeriodMs ?? 0));
  let before: Step | null = null;
  const steps = Math.min(mostSteps, Math.floor(longestMs / stepMs));
  for (let i = 0; i < steps && !request.isAborted(); i++) {
    const wasDisturbed = request.isDisturbed?.() === true;
    const step = await takeStep(bench, variant, stepMs);
    if (!step.ok) return step;
    if (before !== null && isSteady(before, step.value)) break;
    before = wasDisturbed ? null : step.value;
  }
  return { ok: true, value: null };
}

function isSteady(before: Step, after: Step): boolean {
  const alike = (a: number | null, b: number | null) =>
    a === null || b === null || Math.abs(b / a - 1) <= STEADY_PART;
  const { celsius } = after;
  return (
    alike(before.launchesPerMs, after.launchesPerMs) &&
    alike(before.watts, after.watts) &&
    (celsius === null || before.celsius === null || Math.abs(celsius - before.celsius) <= STEADY_CELSIUS)
  );
}

async function takeStep(
  { device, meter }: Bench,
  variant: Variant,
  durationMs: number,
): Promise<Outcome<Step>> {
  if (meter === null) {
    const run = await device.run(variant, durationMs);
    if (!run.ok) return run;
    const launchesPerMs = speedOf(run.value.completions);
    return { ok: true, value: { launchesPerMs, watts: null, celsius: null } };
  }
  const sampled = await sampleStretch({ device, meter, variant, durationMs, delayMs: 0 });
  if (!sampled.ok) return sampled;
  const { stretch, readings, evidence } = sampled.value;
  const ticks = findTicks(readings);
  const [first, last] = [ticks[0], ticks.at(-1)];
  const known = first !== undefined && last !== undefined && last.timeMs > first.timeMs;
  return {
    ok: true,
    value: {
      launchesPerMs: speedOf(stretch.completions),
      watts: known ? (1000 * (last.joules - first.joules)) / (last.timeMs - first.timeMs) : null,
      celsius: evidence?.conditions?.celsius ?? null,
    },
  };
}

function speedOf(completions: readonly Completion[]): number {
  const [first, last] = [completions[0], completions.at(-1)];
  return first === undefined || last === undefined ? 0 : last.launches / (last.timeMs - first.timeMs);
}
