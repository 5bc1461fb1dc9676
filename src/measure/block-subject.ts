import type { Variant, VariantFailure } from '../kernel/index.ts';
import type { Random } from '../stats/index.ts';
import { toSample } from './block-sample.ts';
import { heatUp } from './heat-up.ts';
import type { MeasureOptions } from './options.ts';
import type { Clock } from './ports.ts';
import { type Bench, type Turn, takeTurn } from './turn.ts';
import type { Arm, BlockSample } from './types.ts';

/** Where a run of blocks is, before a turn. Counts are 1-based. */
export interface BlockProgress {
  readonly phase: BlockSample['phase'];
  readonly block: number;
  readonly kernel: string;
  readonly workload: string;
  readonly arm: Arm;
  readonly turn: number;
  readonly turns: number;
  readonly subject: number;
  readonly subjects: number;
}

interface SubjectRequest {
  readonly subject: {
    readonly kernel: string;
    readonly workload: string;
    readonly variants: Readonly<Partial<Record<Arm, Variant | undefined>>>;
  };
  /** The turns of the block, dealt out to the processes that follow one another. */
  readonly turns: readonly (readonly Arm[])[];
  readonly block: number;
  readonly phase: BlockSample['phase'];
  readonly options: MeasureOptions;
  readonly clock: Clock;
  readonly random: Random;
  isAborted(): boolean;
  /** See `BlockTask`. */
  readonly whileHeating?: (() => Promise<void>) | undefined;
  onTurn(turn: Omit<BlockProgress, 'subject' | 'subjects'>): void;
}

/** Processes of all arms, opened together. */
export interface Launch {
  readonly benches: ReadonlyMap<Arm, Bench>;
  /** Opening them has let the board cool. */
  readonly isFirst: boolean;
}

/** One subject in one block: its turns, in as many processes of each arm as the block has. */
export class SubjectBlock {
  readonly #request: SubjectRequest;
  readonly #failures = new Map<Arm, VariantFailure>();
  readonly #turns: ReadonlyMap<Arm, Turn[]>;
  #launches = 0;
  #index = 0;
  #spent = { turns: 0, turnsMs: 0 };

  constructor(request: SubjectRequest) {
    this.#request = request;
    this.#turns = new Map(request.turns.flat().map((arm) => [arm, []]));
  }

  /** Takes the turns of the next launch; false if it was interrupted. */
  async takeTurns(launch: Launch): Promise<boolean> {
    const { subject, phase, block, turns, options, clock, random, isAborted, onTurn } = this.#request;
    const sequence = turns[this.#launches++] ?? [];
    if (isAborted()) return false;
    await this.#prepare(launch, new Set(sequence));
    await this.#heat(launch, sequence);
    for (const arm of sequence) {
      if (isAborted()) return false;
      // Without B or H there is no pair; the other arms mean nothing alone.
      if (this.#isHopeless()) break;
      const index = this.#index++;
      if (this.#failures.has(arm)) continue;
      const { kernel, workload } = subject;
      onTurn({ phase, block, kernel, workload, arm, turn: index + 1, turns: turns.flat().length });
      const { bench, variant } = this.#armOf(arm, launch);
      const startMs = clock.nowMs();
      const turn = await takeTurn({ bench, variant, options, random: random.fork(`turn ${index}`) });
      const { turns: taken, turnsMs } = this.#spent;
      this.#spent = { turns: taken + 1, turnsMs: turnsMs + clock.nowMs() - startMs };
      if (turn.ok) this.#turns.get(arm)?.push(turn.value);
      else this.#failures.set(arm, turn.failure);
    }
    return true;
  }

  /** Arms that it has. */
  get arms(): number {
    return this.#turns.size;
  }

  /** Turns taken, and the milliseconds that they took. */
  get spent(): { readonly turns: number; readonly turnsMs: number } {
    return this.#spent;
  }

  /**
   * One per arm.
   * @param shareMs what each arm has of the block's time beside turns
   */
  samples(shareMs: number): BlockSample[] {
    const { subject, block, phase } = this.#request;
    const seconds = (this.#spent.turnsMs / this.#turns.size + shareMs) / 1000;
    return [...this.#turns]
      .sort(([a], [b]) => 'BHXR'.indexOf(a) - 'BHXR'.indexOf(b))
      .map(([arm, turns]) =>
        toSample({
          sample: { kernel: subject.kernel, workload: subject.workload, arm, block, phase },
          turns,
          processes: this.#launches,
          seconds,
          failures: this.#failures,
        }),
      );
  }

  /**
   * Compiling keeps the host busy: all of it is done before the first turn, on all arms' processes side by side. Programs of
   * other kinds are started one after the other: what they say of time while they warm up is checked against the clock.
   */
  async #prepare(launch: Launch, arms: ReadonlySet<Arm>): Promise<void> {
    const prepare = async (arm: Arm) => {
      const { bench, variant } = this.#armOf(arm, launch);
      const prepared = await bench.device.prepare(variant);
      if (!prepared.ok) this.#failures.set(arm, prepared.failure);
    };
    const isProgram = (arm: Arm) => this.#request.subject.variants[arm]?.command !== undefined;
    await Promise.all([...arms].filter((arm) => !isProgram(arm)).map(prepare));
    for (const arm of [...arms].filter(isProgram)) await prepare(arm);
  }

  /** Brings the board to the temperature that it has under load, with the first arm that runs. */
  async #heat(launch: Launch, sequence: readonly Arm[]): Promise<void> {
    const { options, isAborted, whileHeating } = this.#request;
    const { heatUpMs: longestMs = 0 } = options.window;
    const arm = sequence.find((one) => !this.#failures.has(one));
    if (!launch.isFirst || longestMs === 0 || arm === undefined || this.#isHopeless()) return;
    // Later processes are opened between turns: the board hardly cools, and which arm comes first alternates.
    const mostSteps = this.#launches === 1 ? {} : { mostSteps: 1 };
    let isDisturbed = whileHeating !== undefined;
    const beside = (whileHeating?.() ?? Promise.resolve()).finally(() => {
      isDisturbed = false;
    });
    const [heated] = await Promise.allSettled([
      heatUp({
        ...this.#armOf(arm, launch),
        longestMs,
        isAborted,
        isDisturbed: () => isDisturbed,
        ...mostSteps,
      }),
      beside,
    ]);
    await beside;
    if (heated.status === 'rejected') throw heated.reason;
    if (!heated.value.ok) this.#failures.set(arm, heated.value.failure);
  }

  #isHopeless(): boolean {
    return this.#failures.has('B') || this.#failures.has('H');
  }

  #armOf(arm: Arm, { benches }: Launch): { bench: Bench; variant: Variant } {
    const { subject } = this.#request;
    const bench = benches.get(arm);
    const variant = subject.variants[arm];
    if (bench === undefined || variant === undefined) {
      throw new Error(`arm ${arm} of ${subject.kernel} was not opened`);
    }
    return { bench, variant };
  }
}
