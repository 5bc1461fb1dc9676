import {
  type BlockCosts,
  type BlockDesign,
  blockMs,
  chooseDesign,
  type DesignSubject,
  variancePartsOf,
} from './design.ts';
import type { MeasureOptions } from './options.ts';
import type { BlockSample } from './types.ts';

/** A subject of the next block, and how small a difference in it is to be told, as a relative change by metric. */
export interface DesignedSubject {
  readonly kernel: string;
  readonly workload: string;
  readonly arms: number;
  readonly wanted: { readonly energy: number; readonly latency: number };
}

/** Fewer blocks than this say little of how they scatter. */
const blocksToLearn = 3;

/**
 * Lays out the blocks of a run as they come in. The first three are as the options have them; from then on it is what has cost and
 * scattered so far that decides. Blocks that confirm are all alike: what decides a verdict is not to depend on what it begins with.
 */
export class BlockDesigner {
  readonly #options: MeasureOptions;
  readonly #costs: BlockCosts[] = [];
  #current: BlockDesign;
  #isConfirming = false;

  constructor(options: MeasureOptions) {
    this.#options = options;
    this.#current = { processes: options.processes ?? 1, windowMs: options.window.windowMs };
  }

  /** What a block has cost, told after it. */
  learn(costs: BlockCosts): void {
    this.#costs.push(costs);
  }

  /**
   * Options for the next block.
   * @param samples of the run so far
   * @param leftMs a design whose blocks take longer is none
   */
  next(
    phase: BlockSample['phase'],
    samples: readonly BlockSample[],
    subjects: readonly DesignedSubject[],
    leftMs = Number.POSITIVE_INFINITY,
  ): MeasureOptions {
    if (!this.#isConfirming && this.#costs.length >= blocksToLearn) {
      this.#current = this.#choose(samples, subjects, leftMs);
    }
    this.#isConfirming ||= phase === 'confirm';
    const { processes, windowMs } = this.#current;
    const { window } = this.#options;
    const longest = window.longestMs === undefined ? {} : { longestMs: Math.max(window.longestMs, windowMs) };
    return { ...this.#options, processes, window: { ...window, windowMs, ...longest } };
  }

  #choose(
    samples: readonly BlockSample[],
    subjects: readonly DesignedSubject[],
    leftMs: number,
  ): BlockDesign {
    const described = subjects.flatMap(({ kernel, workload, arms, wanted }): DesignSubject[] => {
      const own = samples.filter((sample) => sample.kernel === kernel && sample.workload === workload);
      const parts = (['energy', 'latency'] as const).flatMap((metric) => {
        const variances = variancePartsOf(own, metric);
        return variances === null ? [] : [{ variances, wanted: wanted[metric] }];
      });
      return parts.length === 0 ? [] : [{ parts, arms }];
    });
    if (described.length === 0) return this.#current;
    const meanOf = (read: (costs: BlockCosts) => number) =>
      this.#costs.reduce((sum, one) => sum + read(one), 0) / this.#costs.length;
    const costs = { launchMs: meanOf(({ launchMs }) => launchMs), turnMs: meanOf(({ turnMs }) => turnMs) };
    const { processCounts = [], windowFactors = [] } = this.#options.choices ?? {};
    const others = processCounts.flatMap((processes) =>
      windowFactors.map((factor) => ({ processes, windowMs: factor * this.#options.window.windowMs })),
    );
    return chooseDesign({
      subjects: described,
      costs,
      designs: [this.#current, ...others.filter((design) => blockMs(described, design, costs) <= leftMs)],
    });
  }
}
