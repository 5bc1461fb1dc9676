import type { Dimension } from '../model/index.ts';
import type { Point, Space, Tunable } from '../space/index.ts';

/** How points of a space enter the models. */
export interface Coordinates {
  /** One per tunable that has a choice; behind them one per size that is not always a power of two. */
  readonly dimensions: readonly Dimension[];
  /**
   * Coordinates of a point: rank over (levels - 1) where values have an order, else their index; then how often each of
   * those sizes can be halved.
   */
  coordinates(point: Point): Float64Array;
  /** Number of entries of `features`. */
  readonly featureCount: number;
  /** Coordinates, and log2 products and ratios of numeric tunables: sizes of what a configuration asks for. */
  features(point: Point): Float64Array;
}

/** Position of every value in sorted order if all are numbers; the manifest may list them in any order. */
function numericRanks(tunable: Tunable): readonly number[] | null {
  if (!tunable.values.every((value) => typeof value === 'number')) return null;
  const sorted = [...tunable.values].sort((a, b) => a - b);
  return tunable.values.map((value) => sorted.indexOf(value));
}

interface Axis extends Dimension {
  readonly tunable: number;
  /** Coordinate of each value index. */
  readonly positions: readonly number[];
}

function axisOf(tunable: Tunable, index: number): Axis {
  const levels = tunable.values.length;
  const ranks = numericRanks(tunable);
  // Two values are always in order, whatever they are.
  const ordinal = ranks !== null || levels === 2;
  const positions = tunable.values.map((_, value) =>
    ordinal ? (ranks?.[value] ?? value) / (levels - 1) : value,
  );
  return { tunable: index, ordinal, hamming: levels > 2, positions };
}

function timesHalved(value: number): number {
  let times = 0;
  for (let rest = value; rest % 2 === 0; rest /= 2) times++;
  return times;
}

/**
 * How often each value can be halved, over the range of that. What fits warps, vectors and alignments behaves alike, and
 * that is no order: 64 and 128 are near each other, 80, 96 and 112 between them are not. null for tunables that are no
 * sizes (fewer than two powers of two among their values, as of clocks), and where the order says it already.
 */
function divisibility({ values }: Tunable): readonly number[] | null {
  const sizes = values.filter(
    (value): value is number => typeof value === 'number' && Number.isInteger(value) && value > 0,
  );
  if (sizes.length < Math.max(3, values.length)) return null;
  const halved = sizes.map(timesHalved);
  const powersOfTwo = sizes.filter((value, i) => value === 2 ** (halved[i] as number)).length;
  if (powersOfTwo < 2 || powersOfTwo === sizes.length) return null;
  const lowest = Math.min(...halved);
  const range = Math.max(...halved) - lowest;
  return halved.map((times) => (times - lowest) / range);
}

/** log2 of each value of tunables that could be sizes: three or more positive numbers. */
function logValues(tunable: Tunable): readonly number[] | null {
  if (tunable.values.length < 3) return null;
  const logs = tunable.values.map((value) =>
    typeof value === 'number' && value > 0 ? Math.log2(value) : Number.NaN,
  );
  return logs.some(Number.isNaN) ? null : logs;
}

/** Coordinates for the points of `space`. */
export function coordinatesOf(space: Space): Coordinates {
  const axes = space.tunables.map(axisOf).filter((axis) => axis.positions.length > 1);
  const divisible = space.tunables.flatMap((tunable, index): Axis[] => {
    const positions = divisibility(tunable);
    return positions === null ? [] : [{ tunable: index, ordinal: true, hamming: false, positions }];
  });
  const all = [...axes, ...divisible];
  const sizes = space.tunables.flatMap((tunable, index) => {
    const logs = logValues(tunable);
    return logs === null ? [] : [{ index, logs }];
  });
  const coordinates = (point: Point) =>
    Float64Array.from(all, (axis) => axis.positions[point[axis.tunable] as number] as number);
  return {
    dimensions: all.map(({ ordinal, hamming }) => ({ ordinal, hamming })),
    coordinates,
    featureCount: all.length + sizes.length * (sizes.length - 1),
    features(point) {
      const features = Array.from(coordinates(point));
      const logs = sizes.map((size) => size.logs[point[size.index] as number] as number);
      logs.forEach((a, i) => {
        for (const b of logs.slice(i + 1)) features.push(a + b, a - b);
      });
      return Float64Array.from(features);
    },
  };
}
