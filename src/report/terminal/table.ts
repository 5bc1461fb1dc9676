import { displayWidth, pad, truncate } from '../text.ts';

export interface Column {
  readonly title: string;
  /** Said instead where cells say their short texts. */
  readonly shortTitle?: string;
  readonly align: 'left' | 'right';
  /** May be cut down to this many columns where the terminal is narrow. */
  readonly minWidth?: number;
  /** May be left out where the terminal is narrow; those with the highest number go first. */
  readonly dropOrder?: number;
}

export interface Cell {
  readonly text: string;
  /** Said instead where even dropped columns do not make enough room. */
  readonly short?: string;
  /** Colours the padded text; must not change its width. */
  readonly paint?: (text: string) => string;
}

export interface TableTask {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** Columns of the terminal. */
  readonly width: number;
  readonly paintTitle: (text: string) => string;
}

const indent = 2;
const gap = 2;

function widthsOf(columns: readonly Column[], rows: readonly (readonly Cell[])[]): number[] {
  return columns.map((column, i) =>
    rows.reduce(
      (width, row) => Math.max(width, displayWidth(row[i]?.text ?? '')),
      displayWidth(column.title),
    ),
  );
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, indent + gap * Math.max(0, widths.length - 1));
}

/** Width the table needs once everything that may be cut is cut. */
function narrowest(columns: readonly Column[], rows: readonly (readonly Cell[])[]): number {
  const full = widthsOf(columns, rows);
  return total(full.map((width, i) => Math.min(width, columns[i]?.minWidth ?? width)));
}

/** Indices of the columns to show: none that is empty in all rows, and only as many optional ones as fit. */
function chooseColumns(task: TableTask): number[] {
  const { columns, rows, width } = task;
  const pick = (indices: readonly number[]) => ({
    columns: indices.map((i) => columns[i] as Column),
    rows: rows.map((row) => indices.map((i) => row[i] ?? { text: '' })),
  });
  let chosen = columns.map((_, i) => i).filter((i) => rows.some((row) => (row[i]?.text ?? '') !== ''));
  const droppable = chosen
    .filter((i) => columns[i]?.dropOrder !== undefined)
    .sort((a, b) => (columns[b]?.dropOrder ?? 0) - (columns[a]?.dropOrder ?? 0));
  for (const index of droppable) {
    const picked = pick(chosen);
    if (narrowest(picked.columns, picked.rows) <= width) break;
    chosen = chosen.filter((i) => i !== index);
  }
  return chosen;
}

/** Cuts the widest column that may be cut, until all fits or nothing more can go. */
function shrink(columns: readonly Column[], widths: number[], width: number): void {
  for (let excess = total(widths) - width; excess > 0; excess = total(widths) - width) {
    let widest = -1;
    for (const [i, column] of columns.entries()) {
      const own = widths[i] ?? 0;
      if (column.minWidth === undefined || own <= column.minWidth) continue;
      if (widest === -1 || own > (widths[widest] ?? 0)) widest = i;
    }
    if (widest === -1) return;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
}

/** Lines of an aligned table. Texts must be clean lines. */
export function layOutTable(task: TableTask): string[] {
  const chosen = chooseColumns(task);
  const whole = chosen.map((i) => task.columns[i] as Column);
  const full = task.rows.map((row) => chosen.map((i) => row[i] ?? { text: '' }));
  const fits = narrowest(whole, full) <= task.width;
  const columns = fits ? whole : whole.map(shortenTitle);
  const rows = fits ? full : full.map((row) => row.map(shorten));
  const widths = widthsOf(columns, rows);
  shrink(columns, widths, task.width);
  const line = (cells: readonly Cell[]) => {
    const parts = cells.map(({ text, paint }, i) => {
      const width = widths[i] ?? 0;
      const padded = pad(truncate(text, width), width, columns[i]?.align ?? 'left');
      return paint === undefined || text === '' ? padded : paint(padded);
    });
    return (' '.repeat(indent) + parts.join(' '.repeat(gap))).trimEnd();
  };
  const title = line(columns.map((column) => ({ text: column.title, paint: task.paintTitle })));
  return [title, ...rows.map(line)];
}

function shortenTitle(column: Column): Column {
  return column.shortTitle === undefined ? column : { ...column, title: column.shortTitle };
}

function shorten(cell: Cell): Cell {
  return cell.short === undefined ? cell : { ...cell, text: cell.short };
}
