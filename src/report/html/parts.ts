import { element, escapeMarkup } from '../svg/index.ts';
import { cleanLine } from '../text.ts';

/** Foreign text as markup: one clean line, cut, escaped. */
export function textHtml(text: string, maxLength = 600): string {
  return escapeMarkup(cleanLine(text, maxLength));
}

export function codeHtml(text: string, maxLength = 600): string {
  return element('code', {}, textHtml(text, maxLength));
}

export function paragraph(markup: string, className: string | null = null): string {
  return markup === '' ? '' : element('p', { class: className }, markup);
}

/** Something to open, for what few readers need. Empty content: nothing. */
export function disclosure(summary: string, content: string): string {
  return content === '' ? '' : element('details', {}, element('summary', {}, escapeMarkup(summary)), content);
}

/** Cells are markup; those of `figureColumns` are aligned to the right. */
export function tableHtml(table: {
  readonly caption: string | null;
  readonly titles: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly figureColumns?: readonly number[];
  /** It has few columns, which fit a narrow screen. */
  readonly narrow?: boolean;
}): string {
  const cellClass = (column: number) => (table.figureColumns?.includes(column) ? 'figure-cell' : null);
  const titles = table.titles.map((title, column) =>
    element('th', { scope: 'col', class: cellClass(column) }, escapeMarkup(title)),
  );
  const rows = table.rows.map((cells) =>
    element('tr', {}, ...cells.map((cell, column) => element('td', { class: cellClass(column) }, cell))),
  );
  const caption =
    table.caption === null ? '' : element('caption', { class: 'faint' }, escapeMarkup(table.caption));
  const body = element(
    'table',
    { class: table.narrow === true ? 'narrow' : null },
    caption,
    element('thead', {}, element('tr', {}, ...titles)),
    element('tbody', {}, ...rows),
  );
  // What scrolls has to be reachable by keyboard.
  const label = table.caption ?? 'table';
  return element('div', { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': label }, body);
}

/** A figure with its caption. */
export function figureHtml(caption: string, svg: string): string {
  return element('figure', {}, element('figcaption', {}, escapeMarkup(caption)), svg);
}

export function factsHtml(facts: readonly (readonly [label: string, text: string])[]): string {
  const items = facts.flatMap(([label, text]) => [
    element('dt', {}, escapeMarkup(label)),
    element('dd', {}, textHtml(text, 800)),
  ]);
  return element('dl', { class: 'facts' }, ...items);
}
