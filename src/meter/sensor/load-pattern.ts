import type { Variant } from '../../kernel/index.ts';
import { type Device, type EnergyReading, findTicks, type PowerReading } from '../../measure/index.ts';
import { type Cause, counterUpdates, powerUpdates, type SensorUpdate } from './response.ts';
import type { MeterTime } from './time.ts';
import { periodOf } from './traits.ts';
import type { Sensor } from './types.ts';

/**
 * Times without a load and with one, in turn, in milliseconds: four loads, no two pauses alike, so that nothing that comes
 * and goes by itself looks the same, and a sensor that is late shows by how much.
 */
const pattern = [600, 500, 700, 900, 500, 600, 900, 700, 800] as const;
/** A slow sensor gets a pattern so much longer that the shortest part holds this many of its updates. */
const leastUpdates = 3;
const mostStretched = 12;
const pollMs = 10;
const stepMs = 5;
/** The last of a load that is shown late comes after the pattern. */
const furtherMs = 3000;

/** What sensors said while a load came and went. */
export interface Observed {
  /** 1 while the load ran, 0 while it did not. */
  readonly cause: Cause;
  /** When each load ran. */
  readonly loads: readonly Span[];
  readonly sensors: readonly ObservedSensor[];
}

/** What one sensor said. A reading that it does not have, or that hardly moved, is empty. */
export interface ObservedSensor {
  readonly counter: readonly SensorUpdate[];
  readonly power: readonly SensorUpdate[];
  /** Update period of the power in milliseconds; null if it changed too seldom to tell. */
  readonly powerPeriodMs: number | null;
}

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** How a load is put on the device. */
export interface Load {
  readonly variant: Variant;
  readonly run: Device['run'];
}

/**
 * Puts a load on the device four times and reads sensors meanwhile; takes 6 s, longer for a slow sensor.
 * @param request.periodMs update period of the slowest sensor; null if unknown
 * @param request.isEnough whether what was seen so far answers the question; if not, sensors are watched for 3 s more
 */
export async function observePattern(request: {
  readonly sensors: readonly Sensor[];
  readonly load: Load;
  readonly time: MeterTime;
  readonly periodMs: number | null;
  isEnough(observed: Observed): boolean;
}): Promise<({ readonly ok: true } & Observed) | { readonly ok: false; readonly why: string }> {
  const { sensors, load, time, periodMs } = request;
  const shortestMs = Math.min(...pattern);
  const stretched = Math.min(mostStretched, Math.max(1, ((periodMs ?? 0) * leastUpdates) / shortestMs));
  // Compiling it is no load.
  const compiled = await loaded(load, 1, time, new Watch(sensors, time));
  if (!compiled.ok) return compiled;
  const watch = new Watch(sensors, time);
  const startMs = time.nowMs();
  const spans: Span[] = [];
  for (const [i, part] of pattern.entries()) {
    const durationMs = part * stretched;
    const fromMs = time.nowMs();
    if (i % 2 === 0) {
      await watch.until(fromMs + durationMs);
      continue;
    }
    const ran = await loaded(load, durationMs, time, watch);
    if (!ran.ok) return ran;
    spans.push(ran.span);
  }
  const observed = (): Observed => ({
    cause: causeOf(spans, startMs, time.nowMs()),
    loads: spans,
    sensors: watch.observed(periodMs),
  });
  const seen = observed();
  if (request.isEnough(seen)) return { ok: true, ...seen };
  await watch.until(time.nowMs() + furtherMs);
  return { ok: true, ...observed() };
}

/** Puts a load on the device and watches meanwhile. */
async function loaded(
  load: Load,
  durationMs: number,
  time: MeterTime,
  watch: Watch,
): Promise<{ readonly ok: true; readonly span: Span } | { readonly ok: false; readonly why: string }> {
  const fromMs = time.nowMs();
  let running = true;
  const run = load.run(load.variant, durationMs).finally(() => {
    running = false;
  });
  // Whoever awaits the run hears of it.
  run.catch(() => undefined);
  await watch.until(fromMs + durationMs, () => running);
  const outcome = await run;
  if (!outcome.ok) return { ok: false, why: outcome.failure.message };
  return { ok: true, span: spanOf(outcome.value.completions, fromMs, durationMs) };
}

/** When launches ran: from one batch before the first completion, since the device may get to them late. */
function spanOf(
  completions: readonly { readonly timeMs: number }[],
  askedMs: number,
  durationMs: number,
): Span {
  const [first, second] = completions;
  const endMs = completions.at(-1)?.timeMs ?? 0;
  if (first === undefined || endMs <= askedMs) return { fromMs: askedMs, toMs: askedMs + durationMs };
  const begunMs = second === undefined ? askedMs : 2 * first.timeMs - second.timeMs;
  return { fromMs: Math.max(askedMs, begunMs), toMs: endMs };
}

function causeOf(spans: readonly Span[], startMs: number, endMs: number): Cause {
  const steps = Math.ceil((endMs - startMs) / stepMs) + 1;
  const values = Array.from({ length: steps }, (_, i) => {
    const atMs = startMs + i * stepMs;
    return spans.some(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs) ? 1 : 0;
  });
  return { startMs, stepMs, values };
}

/** Everything that sensors say while it is asked to look. */
class Watch {
  readonly #sensors: readonly Sensor[];
  readonly #time: MeterTime;
  readonly #counters: EnergyReading[][];
  readonly #powers: PowerReading[][];
  readonly #failed: boolean[];

  constructor(sensors: readonly Sensor[], time: MeterTime) {
    this.#sensors = sensors;
    this.#time = time;
    this.#counters = sensors.map(() => []);
    this.#powers = sensors.map(() => []);
    this.#failed = sensors.map(() => false);
  }

  /** Looks until a moment, and for as long as `goesOn` says beyond it. */
  async until(endMs: number, goesOn: () => boolean = () => false): Promise<void> {
    const time = this.#time;
    while (time.nowMs() < endMs || goesOn()) {
      await Promise.all(this.#sensors.map((sensor, i) => this.#look(sensor, i)));
      await time.sleep(pollMs);
    }
  }

  async #look({ counter, power }: Sensor, i: number): Promise<void> {
    const timeMs = this.#time.nowMs();
    const [joules, watts] = await Promise.all([counter?.read(), power?.read()]);
    if (joules?.ok === true) this.#counters[i]?.push({ timeMs, joules: joules.value });
    if (watts?.ok === true) this.#powers[i]?.push({ timeMs, watts: watts.value });
    if (joules?.ok !== true && watts?.ok !== true) this.#failed[i] = true;
  }

  observed(periodMs: number | null): ObservedSensor[] {
    return this.#sensors.map(({ power }, i) => {
      if (this.#failed[i] === true) return { counter: [], power: [], powerPeriodMs: null };
      const counter = counterUpdates(findTicks(this.#counters[i] ?? []));
      // A long mean may tell which board is loaded, but checks no counter.
      const powers = power?.instant === true || counter.length === 0 ? (this.#powers[i] ?? []) : [];
      const powerPeriodMs = periodMs ?? periodOf(changesOf(powers));
      return { counter, power: powerUpdates(powers, powerPeriodMs), powerPeriodMs };
    });
  }
}

function changesOf(powers: readonly PowerReading[]): number[] {
  return powers
    .filter(({ watts }, i) => i > 0 && watts !== (powers[i - 1] as PowerReading).watts)
    .map(({ timeMs }) => timeMs);
}
