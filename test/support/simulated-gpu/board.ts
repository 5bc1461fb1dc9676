import type { BoardState } from '../../../src/meter/index.ts';
import { createRandom, type Random } from '../../../src/stats/index.ts';
import type { GpuParameters, TrueCost } from './parameters.ts';
import { Timeline } from './timeline.ts';

/** Power falls with more than the square of the clock, since voltage falls with it (inferred). */
const powerExponent = 2.4;
const referenceCelsius = 60;

/** What the board was like from a moment on. */
interface Moment extends BoardState {
  readonly fromMs: number;
}

/** How the n-th process differs: factors on latency and on power above idle. */
export interface ProcessFactors {
  readonly latency: number;
  readonly watts: number;
}

/** The silicon: what running something costs here and now, heat and limits included. */
export class Board {
  readonly parameters: GpuParameters;
  readonly timeline: Timeline;
  readonly random: Random;
  readonly #driftPhase: number;
  readonly #moments: Moment[] = [];
  #celsius: number;
  /** Up to when the temperature is known. */
  #heatedToMs = 0;
  #slowedMs = 0;

  constructor(parameters: GpuParameters) {
    this.parameters = parameters;
    this.timeline = new Timeline(parameters.idleWatts);
    this.random = createRandom(parameters.seed);
    this.#driftPhase = 2 * Math.PI * this.random.next();
    const { ambientCelsius, celsiusPerWatt, idleWatts } = parameters;
    this.#celsius = ambientCelsius + celsiusPerWatt * idleWatts;
  }

  /**
   * Runs `launches` launches from `fromMs` on.
   * @returns when they are done
   */
  execute(cost: TrueCost, launches: number, fromMs: number, factors: ProcessFactors): number {
    const { idleWatts, powerLimitWatts, leakagePerCelsius, throttledPart, drift, launchNoise, smMhz } =
      this.parameters;
    this.#heat(fromMs, idleWatts);
    const wander = 1 + drift.part * Math.sin((2 * Math.PI * fromMs) / drift.periodMs + this.#driftPhase);
    const hot = this.#celsius > this.parameters.throttleCelsius;
    const leakage = 1 + leakagePerCelsius * (this.#celsius - referenceCelsius);
    const full = (cost.watts - idleWatts) * factors.watts * wander * leakage;
    const room = powerLimitWatts - idleWatts;
    const clock = Math.min(hot ? throttledPart : 1, full > room ? (room / full) ** (1 / powerExponent) : 1);
    const capped = full > room && clock < (hot ? throttledPart : 1);
    const noise = Math.exp(launchNoise * this.random.normal());
    const launchMs = (cost.latencyMs * factors.latency * wander * noise) / clock;
    const watts = idleWatts + full * clock ** powerExponent;
    const toMs = fromMs + launches * launchMs;
    this.#moments.push({
      fromMs,
      smMhz: Math.round(smMhz * clock),
      memoryMhz: this.parameters.memoryMhz,
      celsius: Math.round(this.#celsius),
      powerCapped: capped,
      slowdowns: hot ? ['software thermal slowdown'] : [],
      slowedMs: { 'software thermal slowdown': this.#slowedMs },
    });
    if (hot) this.#slowedMs += toMs - fromMs;
    this.#draw({ cost, launches, fromMs, toMs, launchMs, watts });
    this.#heat(toMs, watts);
    return toMs;
  }

  /** What the board says about itself. */
  stateAt(timeMs: number): BoardState {
    const { fromMs: _, ...state } = this.#moments.findLast(({ fromMs }) => fromMs <= timeMs) ?? {
      fromMs: 0,
      smMhz: this.parameters.smMhz,
      memoryMhz: this.parameters.memoryMhz,
      celsius: Math.round(this.#celsius),
      powerCapped: false,
      slowdowns: [],
      slowedMs: { 'software thermal slowdown': 0 },
    };
    return state;
  }

  #draw(run: {
    readonly cost: TrueCost;
    readonly launches: number;
    readonly fromMs: number;
    readonly toMs: number;
    readonly launchMs: number;
    readonly watts: number;
  }): void {
    const { cost, launches, fromMs, toMs, launchMs, watts } = run;
    if (cost.phases === undefined || launchMs < 1) {
      this.timeline.add(fromMs, toMs, watts);
      return;
    }
    for (let launch = 0; launch < launches; launch++) {
      let atMs = fromMs + launch * launchMs;
      for (const { part, factor } of cost.phases) {
        const untilMs = atMs + part * launchMs;
        this.timeline.add(atMs, untilMs, factor * watts);
        atMs = untilMs;
      }
    }
  }

  /** Temperature follows power with one time constant. */
  #heat(toMs: number, watts: number): void {
    const { ambientCelsius, celsiusPerWatt, thermalTimeMs } = this.parameters;
    const target = ambientCelsius + celsiusPerWatt * watts;
    const part = 1 - Math.exp(-Math.max(0, toMs - this.#heatedToMs) / thermalTimeMs);
    this.#celsius += (target - this.#celsius) * part;
    this.#heatedToMs = Math.max(this.#heatedToMs, toMs);
  }
}
