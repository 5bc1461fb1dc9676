import { scaleLinear, scaleLog } from 'd3-scale';
import { coordinate, element, escapeMarkup } from './element.ts';
import type { Frame } from './frame.ts';

/** A scale with its ticks and how they are written. */
export interface Axis {
  (value: number): number;
  readonly ticks: readonly number[];
  readonly format: (value: number) => string;
  readonly title: string;
}

/** How an axis is made. */
export interface AxisOptions {
  readonly title: string;
  readonly format: (value: number) => string;
  /** Values that have to fit; those that are no positive numbers are left out on a logarithmic axis. */
  readonly values: readonly number[];
  readonly range: readonly [from: number, to: number];
  /** About how many ticks; fewer where their labels would lie over each other. */
  readonly ticks: number;
  /**
   * `fit`: from the least to the largest value with some room, by factors where they span many; `linear`: the same, but never
   * by factors; `zero`: from 0; `first`: from the least value to the largest, without room, and the least has a tick.
   */
  readonly from?: 'fit' | 'linear' | 'zero' | 'first';
}

/** Part of the extent that stays free at both ends, so that no mark touches the frame. */
const room = 0.06;
/** Beyond this ratio of largest to least, differences are read as factors. */
const logarithmicRatio = 8;

/** Least and largest of the finite values; 0 and 1 without any. */
export function extentOf(values: readonly number[]): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? [low, high] : [0, 1];
}

/** Room that a label takes on its axis, in user units: as wide as its letters, or a line high. */
function extentAlong([from, to]: AxisOptions['range'], label: string): number {
  return from < to ? 7.5 * label.length + 10 : 16;
}

/** Room beyond the end of a horizontal axis, in user units. */
const roomBeyond = 16;

/** The most of `candidates`, from many ticks to few, whose labels differ, have room, and are not cut at the right. */
function readableTicks(
  options: AxisOptions,
  scale: (value: number) => number,
  candidates: (count: number) => readonly number[],
): readonly number[] {
  const isReadable = (ticks: readonly number[]) => {
    const labels = ticks.map(options.format);
    return ticks.every((tick, at) => {
      if (at === 0) return true;
      const [label = '', last = ''] = [labels[at], labels[at - 1]];
      const needed = (extentAlong(options.range, label) + extentAlong(options.range, last)) / 2;
      return label !== last && Math.abs(scale(tick) - scale(ticks[at - 1] as number)) >= needed;
    });
  };
  const [from, to] = options.range;
  const isInside = (tick: number) =>
    from > to || scale(tick) + extentAlong(options.range, options.format(tick)) / 2 <= to + roomBeyond;
  for (let count = options.ticks; count > 1; count--) {
    const ticks = candidates(count).filter(isInside);
    if (ticks.length > 0 && isReadable(ticks)) return ticks;
  }
  return candidates(1).slice(0, 1);
}

/** A linear axis, or a logarithmic one where positive values span more than a factor of eight. */
export function createAxis(options: AxisOptions): Axis {
  const { values, range, from = 'fit' } = options;
  const positive = values.filter((value) => value > 0);
  const [low, high] = extentOf(from === 'zero' ? [0, ...values] : values);
  const isLogarithmic =
    from === 'fit' && positive.length === values.length && low > 0 && high / low > logarithmicRatio;
  if (isLogarithmic) {
    const pad = (high / low) ** room;
    const scale = scaleLog([low / pad, high * pad], [...range]);
    const round = scale.ticks(options.ticks).filter((tick) => [1, 2, 5].includes(leadingDigit(tick)));
    const ticks = readableTicks(options, scale, (count) => {
      const every = Math.max(1, Math.ceil(round.length / (count + 1)));
      return round.filter((_, at) => at % every === 0);
    });
    return Object.assign((value: number) => scale(value), { ticks, ...described(options) });
  }
  const spread = high - low || Math.abs(high) || 1;
  const [below, above] = from === 'first' ? [0, 0] : from === 'zero' ? [0, room] : [room, room];
  const scale = scaleLinear([low - below * spread, high + above * spread], [...range]);
  const ticks = readableTicks(options, scale, (count) => {
    const round = scale.ticks(count);
    if (from !== 'first') return round;
    const half = ((round[1] ?? high) - (round[0] ?? low)) / 2;
    return [low, ...round.filter((tick) => tick - low >= half)];
  });
  return Object.assign((value: number) => scale(value), { ticks, ...described(options) });
}

function leadingDigit(value: number): number {
  return Number(value.toExponential()[0]);
}

function described({ format, title }: AxisOptions) {
  return { format, title };
}

/** Path of straight lines that are not connected. */
function strokes(lines: readonly (readonly [x1: number, y1: number, x2: number, y2: number])[]): string {
  return lines
    .map((line) => `M${line.slice(0, 2).map(coordinate)}L${line.slice(2).map(coordinate)}`)
    .join('');
}

/** Both axes of a frame: grid, ticks, titles. */
export function drawAxes(frame: Frame, x: Axis, y: Axis): string {
  const { left, top, right, bottom } = frame;
  const grid = strokes([
    ...x.ticks.map((tick) => [x(tick), top, x(tick), bottom] as const),
    ...y.ticks.map((tick) => [left, y(tick), right, y(tick)] as const),
  ]);
  const labels = [
    ...x.ticks.map((tick) =>
      element(
        'text',
        { x: x(tick), y: bottom + 16, 'text-anchor': 'middle', class: 'faint' },
        escapeMarkup(x.format(tick)),
      ),
    ),
    ...y.ticks.map((tick) =>
      element(
        'text',
        { x: left - 6, y: y(tick) + 4, 'text-anchor': 'end', class: 'faint' },
        escapeMarkup(y.format(tick)),
      ),
    ),
  ];
  return [
    element('path', { class: 'grid', d: grid }),
    element('path', { class: 'axis', d: strokes([[left, bottom, right, bottom]]) }),
    ...labels,
    element('text', { x: right, y: bottom + 34, 'text-anchor': 'end' }, escapeMarkup(x.title)),
    element('text', { x: 4, y: 14 }, escapeMarkup(y.title)),
  ].join('');
}
