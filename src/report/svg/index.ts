export { element, escapeMarkup } from './element.ts';
export {
  barsFigure,
  intervalsFigure,
  linesFigure,
  type Mark,
  planeFigure,
} from './figures.ts';
export { figureStyle } from './frame.ts';
export type { Point, Tone } from './series.ts';
export { type Level, type TimeMark, timelineFigure } from './timeline.ts';
