import { curveStepAfter, line } from 'd3-shape';
import { element, escapeMarkup } from './element.ts';
import type { Frame } from './frame.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Colours of lines and marks, see `figureStyle`. */
export type Tone = 'base' | 'head' | 'good' | 'bad' | 'faint';

/**
 * Many points as one element: a line of no length with round ends is a dot. They stand on whole units, which halves the size of
 * pages, and points that fall together are drawn once.
 */
export function dots(points: readonly Point[], tone: Tone | null = null): string {
  const places = new Set(points.map(({ x, y }) => `M${Math.round(x)} ${Math.round(y)}h0`));
  return element('path', { class: tone === null ? 'dots' : `dots is-${tone}`, d: [...places].join('') });
}

/** A line through points, straight or in steps. */
export function polyline(
  points: readonly Point[],
  options: { readonly tone: Tone; readonly steps?: boolean; readonly thin?: boolean },
): string {
  const path = line<Point>(
    ({ x }) => Math.round(x * 10) / 10,
    ({ y }) => Math.round(y * 10) / 10,
  );
  if (options.steps === true) path.curve(curveStepAfter);
  const d = path([...points]);
  const thin = options.thin === true ? ' thin' : '';
  return d === null ? '' : element('path', { class: `line is-${options.tone}${thin}`, d });
}

/** A ring with a label beside it, on the side where there is room; above or below. */
export function labelledMark(
  at: Point,
  label: { readonly text: string; readonly below: boolean },
  tone: Tone,
  frame: Frame,
): string {
  const toTheLeft = at.x > (frame.left + frame.right) / 2;
  return [
    element('circle', { class: `mark is-${tone}`, cx: at.x, cy: at.y, r: 5 }),
    element(
      'text',
      {
        x: at.x + (toTheLeft ? -10 : 10),
        y: at.y + (label.below ? 17 : -7),
        'text-anchor': toTheLeft ? 'end' : 'start',
      },
      escapeMarkup(label.text),
    ),
  ].join('');
}
