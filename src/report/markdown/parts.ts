import { formatCount, formatRatio } from '../format.ts';
import { passRows, runFacts } from '../notes/index.ts';
import type { GuardKernel, Ratio, Report, RetunedKernel } from '../types.ts';
import { codeMarkdown, escapeMarkdown } from './escape.ts';

/** How much of a long report is written out. */
export interface MarkdownLimits {
  readonly maxRows: number;
  readonly maxNotes: number;
}

interface TableTask {
  readonly titles: readonly string[];
  /** Indices of the columns that are aligned right. */
  readonly rightAligned: readonly number[];
  /** Cells that are safe in a table already. */
  readonly rows: readonly (readonly string[])[];
  readonly maxRows: number;
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** A table of the columns that have something in them; what is beyond the limit is counted below it. Empty without rows. */
export function table(task: TableTask): string {
  const { titles, rows, maxRows } = task;
  if (rows.length === 0) return '';
  const used = titles.map((_, i) => i).filter((i) => rows.some((row) => row[i] !== ''));
  const pick = (cells: readonly string[]) => used.map((i) => cells[i] ?? '');
  const rule = used.map((i) => (task.rightAligned.includes(i) ? '---:' : '---'));
  const shown = rows.slice(0, maxRows).map((row) => line(pick(row)));
  const rest = rows.length - shown.length;
  const more =
    rest > 0 ? `\n\n${formatCount(rest, 'more row')} not shown here; the JSON report has them.` : '';
  return [line(pick(titles)), line(rule), ...shown].join('\n') + more;
}

/** A section that is folded until it is opened; empty without content. `summary` is our own text. */
export function details(summary: string, content: string): string {
  return content === '' ? '' : `<details><summary>${summary}</summary>\n\n${content}\n\n</details>`;
}

/** `12.3 mJ → 9.1 mJ`, the one that is known, or empty. */
export function movement(
  before: number | null | undefined,
  after: number | null | undefined,
  format: (value: number) => string,
): string {
  const known = [before, after].filter((value) => value != null).map((value) => format(value));
  return known.join(' → ');
}

/** A relative change with its interval in square brackets, safe in a table; empty without one. */
function changeText(ratio: Ratio | null): string {
  return ratio === null ? '' : formatRatio(ratio).replaceAll('[', '\\[').replaceAll(']', '\\]');
}

/**
 * A quantity as one cell, so that tables of two fit a comment: the change and below it the figures. Figures and their
 * units are not torn apart at the end of a line.
 */
export function quantityCell(ratio: Ratio | null, figures: string): string {
  return [changeText(ratio), figures]
    .filter((text) => text !== '')
    .map((text) => text.replaceAll(' ', '\u00a0'))
    .join('<br>');
}

/** A kernel and its workload as one cell. */
export function subjectCell(subject: { readonly kernel: string; readonly workload: string }): string {
  return `${codeMarkdown(subject.kernel, 100)}<br>${codeMarkdown(subject.workload, 150)}`;
}

/** The launches of kernels that have several, one by one; those that are another program in bold. Empty if there are none. */
export function passTable(kernels: readonly (GuardKernel | RetunedKernel)[], limits: MarkdownLimits): string {
  const rows = kernels.flatMap((kernel) =>
    passRows(kernel).map(({ name, before, after, change, changed }) => {
      const pass = codeMarkdown(name, 100);
      return [subjectCell(kernel), changed ? `**${pass}**` : pass, before, after, change];
    }),
  );
  return table({
    titles: ['kernel', 'pass', 'before', 'after', 'change'],
    rightAligned: [2, 3, 4],
    rows,
    maxRows: limits.maxRows,
  });
}

/** Device, meter and revisions in one small line. */
export function factList(report: Report): string {
  const facts = runFacts(report).map(([label, text]) => `${label}: ${escapeMarkdown(text)}`);
  return `<sub>${facts.join(' · ')} · ${escapeMarkdown(`${report.tool.name} ${report.tool.version}`, 100)}</sub>`;
}

export function warningList(report: Report, limits: MarkdownLimits): string {
  const items = report.warnings.slice(0, limits.maxNotes).map((warning) => `- ⚠️ ${escapeMarkdown(warning)}`);
  const rest = report.warnings.length - items.length;
  return [...items, ...(rest > 0 ? [`- and ${formatCount(rest, 'more warning')}`] : [])].join('\n');
}
