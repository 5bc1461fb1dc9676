export { element, escapeMarkup } from './element.ts';
export {
  barsFigure,
  type IntervalRow,
  intervalsFigure,
  linesFigure,
  type Mark,
  type PlaneOptions,
  planeFigure,
  type Quantity,
} from './figures.ts';
export { type FigureText, figureStyle } from './frame.ts';
export type { Point, Tone } from './series.ts';
