import { createAxis, drawAxes, extentOf } from './axes.ts';
import { element, escapeMarkup } from './element.ts';
import { type FigureText, type Frame, figure } from './frame.ts';
import { dots, type Point, polyline, type Tone } from './series.ts';

const size = { width: 460, height: 260 };
/** Above it is a line of labels. */
const frame: Frame = { left: 70, top: 40, right: size.width - 16, bottom: size.height - 42 };

/** A quantity that stays what it is for some time. */
export interface Level {
  /** In days since 1970, UTC. */
  readonly from: number;
  readonly to: number;
  readonly value: number;
  readonly tone: Tone;
}

/** Something that happened at a time. */
export interface TimeMark {
  /** In days since 1970, UTC. */
  readonly day: number;
  readonly label: string;
  readonly tone: Tone;
}

/** Days with their year where several of them would be the same without. */
function dateFormat(days: readonly number[]): (day: number) => string {
  const [first, last] = extentOf(days);
  const start = last - first > 300 ? 0 : 5;
  return (day) => new Date(day * 86_400_000).toISOString().slice(start, 10);
}

/** A little more than letters of 12 units take; those beyond Latin may be as wide as they are high. */
function widthOf(label: string): number {
  return [...label].reduce((width, letter) => width + (letter < '\u0250' ? 8 : 13), 0);
}

/** Labels above their marks, of those that come first as many as have room beside each other. */
function labelsOf(marks: readonly (TimeMark & { readonly x: number })[]): string {
  const taken: (readonly [from: number, to: number])[] = [];
  return marks
    .flatMap(({ x, label }) => {
      const width = widthOf(label);
      const left = Math.min(Math.max(x - width / 2, frame.left - 40), frame.right + 12 - width);
      if (label === '' || taken.some(([from, to]) => left < to + 6 && from < left + width + 6)) return [];
      taken.push([left, left + width]);
      const place = { x: left + width / 2, y: frame.top - 8, 'text-anchor': 'middle' };
      return [element('text', place, escapeMarkup(label))];
    })
    .join('');
}

/**
 * A quantity over days: a point for each value, a line where it stays the same, and what happened.
 * @param options.points `x` in days since 1970, UTC
 * @param options.marks what matters most first: where labels have no room beside each other the later ones have none
 */
export function timelineFigure(
  options: FigureText & {
    readonly y: { readonly title: string; readonly format: (value: number) => string };
    readonly points: readonly Point[];
    readonly levels: readonly Level[];
    readonly marks: readonly TimeMark[];
  },
): string {
  const { points, levels, marks } = options;
  const days = points.map((point) => point.x);
  const x = createAxis({
    title: '',
    format: dateFormat(days),
    values: days,
    range: [frame.left, frame.right],
    ticks: 6,
    from: 'linear',
  });
  const y = createAxis({
    ...options.y,
    values: points.map((point) => point.y),
    range: [frame.bottom, frame.top],
    ticks: 5,
  });
  const placed = marks.map((mark) => ({ ...mark, x: x(mark.day) }));
  return figure(options, size, [
    drawAxes(frame, x, y),
    ...placed.toReversed().map(({ x: at, tone }) =>
      polyline(
        [
          { x: at, y: frame.top },
          { x: at, y: frame.bottom },
        ],
        { tone, thin: true },
      ),
    ),
    dots(points.map((point) => ({ x: x(point.x), y: y(point.y) }))),
    ...levels.map(({ from, to, value, tone }) =>
      polyline(
        [
          { x: x(from), y: y(value) },
          { x: x(to), y: y(value) },
        ],
        { tone },
      ),
    ),
    labelsOf(placed),
  ]);
}
