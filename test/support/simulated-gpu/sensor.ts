import type { GpuProcess, Sensor } from '../../../src/meter/index.ts';
import type { Random } from '../../../src/stats/index.ts';
import type { Board } from './board.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What happens to the counter at a moment. All of it was seen on real boards (facts.md). */
export type CounterFault =
  /** It repeats itself, and afterwards has missed what was drawn, or has not. */
  | { readonly kind: 'freeze'; readonly atMs: number; readonly forMs: number; readonly catchesUp: boolean }
  /** It begins again at 0, as after a driver's restart. */
  | { readonly kind: 'reset'; readonly atMs: number }
  /** It is less by so much from then on; negative: more. */
  | { readonly kind: 'back'; readonly atMs: number; readonly joules: number }
  | { readonly kind: 'unreadable'; readonly atMs: number; readonly forMs: number };

/** The board's sensor: sees a part of every period, with noise, and says so at the end of it. */
export class SimulatedSensor implements Sensor {
  readonly label = 'Simulated GPU';
  readonly details = '';
  readonly scope = 'board';
  readonly key = 'simulated-gpu';
  readonly unitJoules: number;
  readonly counter: Sensor['counter'];
  readonly power: Sensor['power'];
  readonly faults: CounterFault[] = [];
  /** On the GPU beside our own processes. */
  readonly others: GpuProcess[] = [];
  readonly #board: Board;
  readonly #time: VirtualTime;
  readonly #random: Random;
  /** What the n-th update added up to, and the power it saw. */
  readonly #sums: number[] = [];
  readonly #watts: number[] = [];
  /** The running mean so far. */
  #smooth: number | null = null;

  constructor(board: Board, time: VirtualTime) {
    this.#board = board;
    this.#time = time;
    this.#random = board.random.fork('sensor');
    const { kind, unitJoules, sampledMs, periodMs } = board.parameters.sensor;
    this.unitJoules = unitJoules;
    this.counter =
      kind === 'counter' ? { label: 'simulated counter', read: async () => this.#readCounter() } : null;
    this.power = {
      label: 'simulated power',
      instant: true,
      fine: true,
      sampledPart: sampledMs / periodMs,
      read: async () => ({ ok: true, value: this.#watts[this.#update(time.nowMs())] as number }),
    };
  }

  state = async () => this.#board.stateAt(this.#time.nowMs());
  processes: NonNullable<Sensor['processes']> = async () => ({
    ok: true,
    value: { processes: [...this.others], trusted: true },
  });
  async close(): Promise<void> {}

  #readCounter() {
    const nowMs = this.#time.nowMs();
    const unreadable = this.faults.some(
      (fault) => fault.kind === 'unreadable' && fault.atMs <= nowMs && nowMs < fault.atMs + fault.forMs,
    );
    if (unreadable) return { ok: false as const, why: 'no permission' };
    const joules = this.#faulted(nowMs);
    return { ok: true as const, value: Math.floor(joules / this.unitJoules) * this.unitJoules };
  }

  #faulted(nowMs: number): number {
    let atMs = nowMs;
    let less = 0;
    for (const fault of this.faults) {
      if (fault.atMs > nowMs) continue;
      if (fault.kind === 'reset') less = this.#counted(fault.atMs);
      if (fault.kind === 'back') less += fault.joules;
      if (fault.kind !== 'freeze') continue;
      const endMs = fault.atMs + fault.forMs;
      if (nowMs < endMs) atMs = fault.atMs;
      else if (!fault.catchesUp) less += this.#counted(endMs) - this.#counted(fault.atMs);
    }
    return this.#counted(atMs) - less;
  }

  #counted(timeMs: number): number {
    return this.#sums[this.#update(timeMs)] as number;
  }

  /** Index of the last update before a moment; it and all before it are made if they are not yet. */
  #update(timeMs: number): number {
    const { periodMs, sampledMs, noise, phaseMs, lagMs, tauMs } = this.#board.parameters.sensor;
    const index = Math.max(0, Math.floor((timeMs - phaseMs) / periodMs));
    for (let i = this.#sums.length; i <= index; i++) {
      const atMs = phaseMs + i * periodMs;
      const seen = this.#board.timeline.meanWatts(atMs - lagMs - sampledMs, atMs - lagMs);
      const kept = tauMs > 0 ? Math.exp(-periodMs / tauMs) : 0;
      this.#smooth = seen + ((this.#smooth ?? seen) - seen) * kept;
      const watts = this.#smooth * (1 + noise * this.#random.normal());
      this.#watts.push(watts);
      // A driver counts from when it was loaded, long before us.
      this.#sums.push((this.#sums[i - 1] ?? 1000) + (watts * periodMs) / 1000);
    }
    return index;
  }
}
