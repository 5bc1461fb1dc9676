import { element, escapeMarkup } from './element.ts';

/** Where the data of a figure are drawn, inside its axes. In user units, which are pixels at the figure's own size. */
export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** What every figure says about itself, to people who see it and to those who hear it. */
export interface FigureText {
  /** Unique in the document; letters, digits and dashes. */
  readonly id: string;
  readonly title: string;
  /** What it shows, in a sentence. */
  readonly description: string;
}

/** Size of a figure in user units. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A figure as an `svg` element that scales with its column and is read out as one image. */
export function figure(text: FigureText, { width, height }: Size, children: readonly string[]): string {
  const [titleId, descriptionId] = [`${text.id}-title`, `${text.id}-text`];
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      class: 'figure',
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      'aria-labelledby': `${titleId} ${descriptionId}`,
    },
    element('title', { id: titleId }, escapeMarkup(text.title)),
    element('desc', { id: descriptionId }, escapeMarkup(text.description)),
    ...children,
  );
}

/** Colours and line widths of figures; they follow the reader's light or dark mode. */
export const figureStyle = `
.figure { --ink: #1f2328; --faint: #6e7781; --grid: #d8dee4; --paper: #ffffff; --base: #0969da; --head: #bc4c00; --good: #1a7f37; --bad: #cf222e; --point: #8c959f; font: 12px system-ui, sans-serif; }
@media (prefers-color-scheme: dark) { .figure { --ink: #e6edf3; --faint: #9198a1; --grid: #30363d; --paper: #0d1117; --base: #4493f8; --head: #f0883e; --good: #3fb950; --bad: #f85149; --point: #6e7681; } }
@media print { .figure { --ink: #000000; --faint: #444444; --grid: #cccccc; --paper: #ffffff; --base: #0969da; --head: #bc4c00; --good: #1a7f37; --bad: #cf222e; --point: #8c959f; } }
.figure text { fill: var(--ink); }
.figure .faint { fill: var(--faint); }
.figure .grid { stroke: var(--grid); stroke-width: 1; fill: none; }
.figure .axis { stroke: var(--faint); stroke-width: 1; fill: none; }
.figure .dots { fill: none; stroke-linecap: round; stroke-width: 6; stroke: var(--point); stroke-opacity: 0.75; }
.figure .line { fill: none; stroke-width: 2; stroke: var(--base); stroke-linejoin: round; }
.figure .thin { stroke-width: 1.25; stroke-dasharray: 4 3; }
.figure .is-base { stroke: var(--base); }
.figure .is-head { stroke: var(--head); }
.figure .is-good { stroke: var(--good); }
.figure .is-bad { stroke: var(--bad); }
.figure .is-faint { stroke: var(--faint); }
.figure .mark { fill: var(--paper); stroke-width: 2.5; }
.figure .area { stroke: none; fill: var(--base); }
.figure .bad-area { stroke: none; fill: var(--bad); fill-opacity: 0.1; }
`;
