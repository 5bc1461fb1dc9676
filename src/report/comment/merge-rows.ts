import type { CommentRow } from '../../schema/index.ts';
import { allLegs, programsLeg } from './row.ts';
import { headsOf, isLater, isStale } from './stale.ts';

/** As `schemas/comment.schema.json` has it. */
const maxRows = 24;
/** Rows of the newest commit, and of the one before until they are measured again. */
const maxHeads = 2;

function isSameLeg(a: CommentRow, b: CommentRow): boolean {
  return a.source === b.source && a.leg === b.leg;
}

/** Whether a run was made on a device, or needed none: what it says goes beyond what programs say of themselves. */
function isMeasured({ leg, verdict }: CommentRow): boolean {
  return leg !== programsLeg && !['no-verdict', 'could-not-measure', 'interrupted'].includes(verdict);
}

/** Whether `other` only compared the programs that `row` measured, or later ones took the place of. */
function measures(row: CommentRow, other: CommentRow): boolean {
  return other.leg === programsLeg && isMeasured(row) && (row.head === other.head || isLater(row, other));
}

/** Whether `row` says again what `other` said, or something that holds for more. */
function replaces(row: CommentRow, other: CommentRow): boolean {
  // Of one commit it does not matter which came first.
  if (measures(row, other)) return true;
  if (isLater(other, row)) return false;
  if (isSameLeg(row, other)) return true;
  // The job that judges all others of its run.
  if (row.leg === allLegs && other.leg !== allLegs) return row.run === other.run;
  // A run that did not get as far as a device may have been any leg: the next one of the job is as good.
  return other.leg === '' && row.source === other.source && isLater(row, other);
}

function byName(a: CommentRow, b: CommentRow): number {
  const [left, right] = [a, b].map(({ device, leg, source }) => JSON.stringify([device, leg, source]));
  return (left ?? '') < (right ?? '') ? -1 : 1;
}

function bounded(rows: readonly CommentRow[]): CommentRow[] {
  const heads = headsOf(rows).slice(0, maxHeads);
  const kept = rows.filter(({ head }) => heads.includes(head));
  const ranked = [...kept].sort((a, b) => Number(isStale(a, kept)) - Number(isStale(b, kept)));
  return ranked.slice(0, maxRows).sort(byName);
}

/** What one leg reports beside what the comment has. */
export interface MergedRows {
  /** In an order that does not depend on which came first. */
  readonly rows: readonly CommentRow[];
  /** Whether something newer is there already, so that the leg has nothing to add. */
  readonly isSuperseded: boolean;
}

/** Rows with one added: it replaces its own leg's, unless that is newer, and no other's. */
export function mergeRow(known: readonly CommentRow[], row: CommentRow): MergedRows {
  const rows = bounded([...known.filter((other) => !replaces(row, other)), row]);
  const isSuperseded =
    known.some((other) => isSameLeg(other, row) && isLater(other, row)) ||
    known.some((other) => measures(other, row)) ||
    isStale(row, [...known, row]) ||
    !rows.includes(row);
  return isSuperseded ? { rows: known, isSuperseded } : { rows, isSuperseded };
}

/** What was read at several times, or from several comments, as one. */
export function joinRows(known: readonly CommentRow[], more: readonly CommentRow[]): readonly CommentRow[] {
  return bounded(
    more.reduce<readonly CommentRow[]>((rows, row) => {
      const isOld = rows.some(
        (other) => (isSameLeg(other, row) && isLater(other, row)) || isDropped(row, other),
      );
      return isOld ? rows : [...rows.filter((other) => !replaces(row, other)), row];
    }, known),
  );
}

/** Whether `other` was there before and has replaced `row`. */
function isDropped(row: CommentRow, other: CommentRow): boolean {
  return !isSameLeg(row, other) && replaces(other, row);
}

/** Whether a comment shows every row, of the same run and attempt. */
export function showsAll(shown: readonly CommentRow[], rows: readonly CommentRow[]): boolean {
  return rows.every((row) =>
    shown.some((other) => isSameLeg(row, other) && row.run === other.run && row.attempt === other.attempt),
  );
}
