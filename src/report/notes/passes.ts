import { formatChange, formatMilliseconds } from '../format.ts';
import { cleanLine } from '../text.ts';
import type { GuardKernel, RetunedKernel } from '../types.ts';

/** One launch of several, as it is shown: name, before, after, relative change where there is one. */
export interface PassRow {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  readonly change: string;
  readonly changed: boolean;
}

/** The launches of a kernel one by one; none where it has one, or they could not be told apart. */
export function passRows({ passes }: Pick<GuardKernel | RetunedKernel, 'passes'>): readonly PassRow[] {
  const shown = (ms: number | null) => (ms === null ? '-' : formatMilliseconds(ms));
  return (passes ?? []).map(({ name, beforeMs, afterMs, changed }) => {
    const isBoth = beforeMs !== null && afterMs !== null && beforeMs > 0;
    const change = isBoth ? formatChange(afterMs / beforeMs) : null;
    return {
      name: cleanLine(name, 100),
      before: shown(beforeMs),
      after: shown(afterMs),
      change: change ?? (beforeMs === null ? 'new' : afterMs === null ? 'gone' : ''),
      changed,
    };
  });
}

/** The same in one sentence; empty where there is nothing. */
export function passNote(kernel: Pick<GuardKernel | RetunedKernel, 'passes'>): string {
  const rows = passRows(kernel).map(({ name, before, after, change }) =>
    before === '-' || after === '-'
      ? `${name} ${before === '-' ? after : before} (${change})`
      : `${name} ${before} to ${after}${change === '' ? '' : ` (${change})`}`,
  );
  return rows.length === 0 ? '' : `passes, each by itself: ${rows.join(', ')}`;
}
