import { studentTQuantile } from '../stats/index.ts';
import type { BlockSample, TurnSpread } from './types.ts';

/** What a block is made of. */
export interface BlockDesign {
  /** Fresh processes of each arm, one after the other. */
  readonly processes: number;
  /** Length of an energy window. */
  readonly windowMs: number;
}

/** Relative variances of what is measured. */
export interface VarianceParts {
  /** Of one process against another: memory layout, clocks, caches. */
  readonly process: number;
  /** Of one turn against another in the same process, beside the sensor. */
  readonly turn: number;
  /** Of the sensor, in a window of a second. */
  readonly sensor: number;
}

/** What a block costs beside its windows, in milliseconds. */
export interface BlockCosts {
  /** Opening a process of every arm, compiling, and heating up. */
  readonly launchMs: number;
  /** A turn without its window: preheating, what the meter waits for, and timing. */
  readonly turnMs: number;
}

type Metric = 'energy' | 'latency';

/** How long the windows of these samples were meant to be, and their turns. */
interface Observed extends TurnSpread {
  readonly sd: number;
  /** Variance of one turn that the sensor's own scatter explains. */
  readonly sensor: number;
  readonly seconds: number;
}

function observe(sample: BlockSample, metric: Metric): Observed | null {
  const { turns, window } = sample;
  const sd = (metric === 'energy' ? turns?.energySd : turns?.latencySd) ?? null;
  if (turns === undefined || sd === null) return null;
  const error = metric === 'energy' ? (window?.relativeError ?? 0) : 0;
  const seconds = (window?.seconds ?? turns.count) / turns.count;
  return { ...turns, sd, seconds, sensor: error ** 2 * turns.count };
}

function average(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Mean variance of d = ln(H / B) over blocks of one subject and design; null for fewer than three. */
function differenceVariance(samples: readonly BlockSample[], metric: Metric): number | null {
  const read = (sample: BlockSample) => (metric === 'energy' ? sample.joules : sample.latencyMs);
  const d = samples.flatMap((base) => {
    const head = samples.find(
      ({ arm, block, phase }) => arm === 'H' && block === base.block && phase === base.phase,
    );
    const [before, after] = [read(base), head === undefined ? null : read(head)];
    return base.arm !== 'B' || before === null || after === null ? [] : [Math.log(after / before)];
  });
  if (d.length < 3) return null;
  const mean = average(d);
  return d.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (d.length - 1);
}

/**
 * Parts of the variance of a metric, from all blocks so far. Turns of different processes tell what processes and turns come to
 * together, which counts as the processes'; turns of one process leave out what blocks show. null if nothing tells.
 */
export function variancePartsOf(samples: readonly BlockSample[], metric: Metric): VarianceParts | null {
  const seen = samples.flatMap((sample) => observe(sample, metric) ?? []);
  if (seen.length === 0) return null;
  const sensor = average(seen.map((one) => one.sensor * one.seconds));
  const beyondSensor = (one: Observed) => one.sd ** 2 - sensor / one.seconds;
  const apart = seen.filter(({ processes }) => processes > 1);
  if (apart.length > 0) {
    return { process: Math.max(0, average(apart.map(beyondSensor))), turn: 0, sensor };
  }
  const turn = Math.max(0, average(seen.map(beyondSensor)));
  const within = average(seen.map(({ sd, count }) => sd ** 2 / count));
  const between = differenceVariance(samples, metric);
  return { process: between === null ? 0 : Math.max(0, between / 2 - within), turn, sensor };
}

/** Standard deviation of d from block to block. */
function blockSd(parts: VarianceParts, { processes, windowMs }: BlockDesign): number {
  const turns = Math.max(2, processes);
  const variance = parts.process / processes + (parts.turn + parts.sensor / (windowMs / 1000)) / turns;
  return Math.sqrt(2 * variance);
}

const fewestBlocks = 3;
const mostBlocks = 12;
/** Standard errors that a difference has to be away from a margin to lie clearly beyond it, with five chances in six: t(.99) + 1. */
const reach = Array.from({ length: mostBlocks + 1 }, (_, blocks) =>
  blocks < fewestBlocks ? 0 : studentTQuantile(0.99, blocks - 1) + 1,
);

/**
 * Blocks that it takes to tell a relative change of `wanted` from none. There are no more than twelve: what would need more
 * counts as if it needed more still (by the fourth power of its spread, not the second), so that it is made preciser first.
 */
function blocksFor(sd: number, wanted: number): number {
  const found = reach.findIndex(
    (standardErrors, blocks) => blocks >= fewestBlocks && standardErrors * sd <= wanted * Math.sqrt(blocks),
  );
  if (found !== -1) return found;
  return mostBlocks * (((reach[mostBlocks] as number) * sd) / (wanted * Math.sqrt(mostBlocks))) ** 4;
}

/** A subject whose blocks are to be told apart. */
export interface DesignSubject {
  /** Its variances by metric; those that are not measured are left out. */
  readonly parts: readonly { readonly variances: VarianceParts; readonly wanted: number }[];
  readonly arms: number;
}

/** What one block of all subjects takes, in milliseconds. */
export function blockMs(
  subjects: readonly Pick<DesignSubject, 'arms'>[],
  { processes, windowMs }: BlockDesign,
  costs: BlockCosts,
): number {
  const turns = subjects.reduce((sum, { arms }) => sum + arms * Math.max(2, processes), 0);
  return processes * costs.launchMs + turns * (costs.turnMs + windowMs);
}

/** Time that a subject's blocks take together, its share of what they cost all subjects included. */
function expectedMs(
  { parts, arms }: DesignSubject,
  design: BlockDesign,
  costs: BlockCosts,
  subjects: number,
): number {
  const blocks = Math.max(
    fewestBlocks,
    ...parts.map(({ variances, wanted }) => blocksFor(blockSd(variances, design), wanted)),
  );
  const { launchMs, turnMs } = costs;
  return blocks * blockMs([{ arms }], design, { launchMs: launchMs / subjects, turnMs });
}

/** The design that has told all subjects apart first. Of those that are within 5 % of each other the earlier one. */
export function chooseDesign(request: {
  readonly subjects: readonly DesignSubject[];
  readonly costs: BlockCosts;
  /** What may be chosen; the first is what is used now. */
  readonly designs: readonly BlockDesign[];
}): BlockDesign {
  const { subjects, costs, designs } = request;
  const timed = designs.map((design) => ({
    design,
    ms: subjects.reduce((sum, one) => sum + expectedMs(one, design, costs, subjects.length), 0),
  }));
  const [first, ...others] = timed;
  if (first === undefined) throw new RangeError('chooseDesign: no design');
  return others.reduce((best, one) => (one.ms < 0.95 * best.ms ? one : best), first).design;
}
