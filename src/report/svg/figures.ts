import { createAxis, drawAxes, extentOf } from './axes.ts';
import { element, escapeMarkup } from './element.ts';
import { type FigureText, type Frame, figure, type Size } from './frame.ts';
import { dots, labelledMark, type Point, polyline, type Tone } from './series.ts';

const defaultSize: Size = { width: 460, height: 280 };

function frameOf({ width, height }: Size): Frame {
  return { left: 70, top: 26, right: width - 16, bottom: height - 42 };
}

/** A named place in a figure. */
export interface Mark extends Point {
  readonly label: string;
  readonly tone: Tone;
}

/** How one axis of a figure is written. */
export interface Quantity {
  readonly title: string;
  readonly format: (value: number) => string;
}

/** A figure of two quantities. */
export interface PlaneOptions extends FigureText {
  readonly x: Quantity;
  readonly y: Quantity;
  readonly clouds: readonly { readonly points: readonly Point[]; readonly tone: Tone | null }[];
  readonly marks?: readonly Mark[];
  /** Drawn in steps, from left to right, such as a Pareto front. */
  readonly front?: readonly Point[];
  /** Draws where both are equal. */
  readonly diagonal?: boolean;
  readonly size?: Size;
}

/** Whether labels at both places could lie over each other: two words, to either side of their marks. */
function isNear(a: Point, b: Point): boolean {
  return Math.abs(a.x - b.x) < 130 && Math.abs(a.y - b.y) < 18;
}

/** Points of two quantities, with a front and marks: the energy-latency plane, or predictions against measurements. */
export function planeFigure(options: PlaneOptions): string {
  const { clouds, marks = [], front = [], size = defaultSize } = options;
  const frame = frameOf(size);
  const all = [...clouds.flatMap(({ points }) => points), ...marks, ...front];
  const both = all.flatMap(({ x, y }) => [x, y]);
  const valuesOf = (name: 'x' | 'y') => (options.diagonal === true ? both : all.map((point) => point[name]));
  const x = createAxis({ ...options.x, values: valuesOf('x'), range: [frame.left, frame.right], ticks: 5 });
  const y = createAxis({ ...options.y, values: valuesOf('y'), range: [frame.bottom, frame.top], ticks: 5 });
  const placed = (point: Point) => ({ x: x(point.x), y: y(point.y) });
  const ends = extentOf(both);
  return figure(options, size, [
    drawAxes(frame, x, y),
    options.diagonal === true && all.length > 0
      ? polyline(
          ends.map((value) => placed({ x: value, y: value })),
          { tone: 'faint', thin: true },
        )
      : '',
    ...clouds.map(({ points, tone }) => dots(points.map(placed), tone)),
    front.length > 1
      ? polyline([...front].sort((a, b) => a.x - b.x).map(placed), { tone: 'good', steps: true })
      : '',
    ...marks.map((mark, at) => {
      const place = placed(mark);
      // Of two that are near, the lower one has its label below.
      const below = marks.some((other, otherAt) => {
        const otherPlace = placed(other);
        const isLower = place.y > otherPlace.y || (place.y === otherPlace.y && otherAt < at);
        return other.label !== '' && isNear(otherPlace, place) && isLower;
      });
      return labelledMark(place, { text: mark.label, below }, mark.tone, frame);
    }),
  ]);
}

/** Lines over a common x, two with a legend at most: convergence of searches, power over time. */
export function linesFigure(
  options: FigureText & {
    readonly x: Quantity;
    readonly y: Quantity;
    readonly lines: readonly {
      readonly label: string;
      readonly tone: Tone;
      readonly points: readonly Point[];
      readonly steps?: boolean;
      readonly thin?: boolean;
    }[];
    /** Whether x begins with its least value, which then has a tick. */
    readonly fromFirst?: boolean;
    /** Whether y begins at 0. */
    readonly fromZero?: boolean;
    readonly size?: Size;
  },
): string {
  const { lines, size = defaultSize } = options;
  const frame = frameOf(size);
  const all = lines.flatMap(({ points }) => points);
  const x = createAxis({
    ...options.x,
    values: all.map((point) => point.x),
    range: [frame.left, frame.right],
    ticks: 6,
    from: options.fromFirst === true ? 'first' : 'linear',
  });
  const y = createAxis({
    ...options.y,
    values: all.map((point) => point.y),
    range: [frame.bottom, frame.top],
    ticks: 5,
    from: options.fromZero === true ? 'zero' : 'fit',
  });
  const legend =
    lines.length < 2
      ? []
      : lines.map(({ label, tone, thin }, at) => {
          // Below the axis, where no line can run through it.
          const [left, base] = [frame.left + 120 * at, frame.bottom + 34];
          const sample = [
            { x: left, y: base - 4 },
            { x: left + 18, y: base - 4 },
          ];
          return (
            polyline(sample, { tone, thin: thin === true }) +
            element('text', { x: left + 24, y: base }, escapeMarkup(label))
          );
        });
  return figure(options, size, [
    drawAxes(frame, x, y),
    ...lines.map(({ points, ...style }) =>
      polyline(
        points.map((point) => ({ x: x(point.x), y: y(point.y) })),
        style,
      ),
    ),
    ...legend,
  ]);
}

/** One quantity with its interval. */
export interface IntervalRow {
  readonly label: string;
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
  /** Change from which on it is a regression; null: none is set. */
  readonly margin: number | null;
  readonly text: string;
  readonly tone: Tone;
}

const rowHeight = 30;

/** Relative changes with their intervals, a line at no change, and the area beyond each margin. */
export function intervalsFigure(
  options: FigureText & {
    readonly rows: readonly IntervalRow[];
    readonly format: (value: number) => string;
    readonly width?: number;
  },
): string {
  const { rows, format, width = 460 } = options;
  const size = { width, height: 44 + rowHeight * rows.length };
  const frame: Frame = { left: 70, top: 8, right: width - 16, bottom: size.height - 24 };
  const values = rows.flatMap(({ low, high, margin }) => [
    low,
    high,
    ...(margin === null ? [] : [margin * 1.3]),
  ]);
  const x = createAxis({
    title: '',
    format,
    values: [0, ...values],
    range: [frame.left, frame.right],
    ticks: 4,
    from: 'linear',
  });
  const drawn = rows.map((row, at) => {
    const middle = frame.top + rowHeight * (at + 0.5);
    const half = rowHeight / 2 - 3;
    const beyond =
      row.margin === null
        ? ''
        : element('rect', {
            class: 'bad-area',
            x: x(row.margin),
            y: middle - half,
            width: Math.max(0, frame.right - x(row.margin)),
            height: 2 * half,
          });
    return [
      beyond,
      element('text', { x: frame.left - 8, y: middle + 4, 'text-anchor': 'end' }, escapeMarkup(row.label)),
      polyline(
        [
          { x: x(row.low), y: middle },
          { x: x(row.high), y: middle },
        ],
        { tone: row.tone },
      ),
      element('circle', { class: `mark is-${row.tone}`, cx: x(row.estimate), cy: middle, r: 4 }),
      element('title', {}, escapeMarkup(row.text)),
    ].join('');
  });
  const ticks = x.ticks.map((tick) =>
    element(
      'text',
      { x: x(tick), y: frame.bottom + 16, 'text-anchor': 'middle', class: 'faint' },
      escapeMarkup(format(tick)),
    ),
  );
  return figure(options, size, [
    polyline(
      [
        { x: x(0), y: frame.top },
        { x: x(0), y: frame.bottom },
      ],
      { tone: 'faint', thin: true },
    ),
    ...drawn.map((row) => element('g', {}, row)),
    ...ticks,
  ]);
}

/** Shares as horizontal bars, largest first as given. */
export function barsFigure(
  options: FigureText & {
    readonly bars: readonly { readonly label: string; readonly share: number; readonly text: string }[];
    readonly width?: number;
  },
): string {
  const { bars, width = 460 } = options;
  const size = { width, height: 8 + 22 * bars.length };
  const left = 130;
  const largest = bars.reduce((max, { share }) => Math.max(max, share), 0) || 1;
  const drawn = bars.map(({ label, share, text }, at) => {
    const top = 4 + 22 * at;
    const length = ((width - left - 70) * share) / largest;
    return [
      element('text', { x: left - 8, y: top + 14, 'text-anchor': 'end' }, escapeMarkup(label)),
      element('rect', { class: 'area', x: left, y: top + 3, width: Math.max(1, length), height: 14 }),
      element('text', { x: left + length + 6, y: top + 14, class: 'faint' }, escapeMarkup(text)),
    ].join('');
  });
  return figure(options, size, drawn);
}
