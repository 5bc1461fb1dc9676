import type { CommentRow } from '../../schema/index.ts';

type RunOf = Pick<CommentRow, 'run' | 'attempt'>;

/** Whether one run came after another. Run ids grow, and attempts within a run. */
export function isLater(a: RunOf, b: RunOf): boolean {
  return a.run > b.run || (a.run === b.run && a.attempt > b.attempt);
}

/** Heads that rows are of, that of the newest run first. */
export function headsOf(rows: readonly CommentRow[]): readonly string[] {
  const ordered = [...rows].sort((a, b) => (isLater(a, b) ? -1 : isLater(b, a) ? 1 : 0));
  return [...new Set(ordered.map(({ head }) => head))];
}

/** Whether a row is of another commit than the newest, or of a run of its job that a newer run has taken the place of. */
export function isStale(row: CommentRow, rows: readonly CommentRow[]): boolean {
  const [newest] = headsOf(rows);
  return row.head !== newest || rows.some(({ source, run }) => source === row.source && run > row.run);
}
