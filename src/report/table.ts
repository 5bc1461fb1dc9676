import { displayWidth, pad, truncate } from './text.ts';

export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
  /** May be cut down to this many columns where the terminal is narrow. */
  readonly minWidth?: number;
  /** May be left out where the terminal is narrow; those with the highest number go first. */
  readonly dropOrder?: number;
}

export interface Cell {
  readonly text: string;
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

/** Leaves out columns that are empty in all rows, and as many optional ones as the width demands. */
function chooseColumns(task: TableTask): number[] {
  const { columns, rows, width } = task;
  const full = widthsOf(columns, rows);
  let chosen = columns.map((_, i) => i).filter((i) => rows.some((row) => (row[i]?.text ?? '') !== ''));
  const narrowest = () =>
    total(chosen.map((i) => Math.min(full[i] ?? 0, columns[i]?.minWidth ?? Number.POSITIVE_INFINITY)));
  const droppable = chosen
    .filter((i) => columns[i]?.dropOrder !== undefined)
    .sort((a, b) => (columns[b]?.dropOrder ?? 0) - (columns[a]?.dropOrder ?? 0));
  for (const index of droppable) {
    if (narrowest() <= width) break;
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
  const columns = chosen.map((i) => task.columns[i] as Column);
  const rows = task.rows.map((row) => chosen.map((i) => row[i] ?? { text: '' }));
  const widths = widthsOf(columns, rows);
  shrink(columns, widths, task.width);
  const line = (cells: readonly Cell[]) => {
    const parts = cells.map(({ text, paint }, i) => {
      const width = widths[i] ?? 0;
      const padded = pad(truncate(text, width), width, columns[i]?.align ?? 'left');
      const last = i === cells.length - 1;
      const shown = last ? padded.trimEnd() : padded;
      return paint === undefined ? shown : paint(shown);
    });
    return ' '.repeat(indent) + parts.join(' '.repeat(gap));
  };
  const title = line(columns.map((column) => ({ text: column.title, paint: task.paintTitle })));
  return [title, ...rows.map(line)];
}
