import { formatInteger } from '../format.ts';
import { cleanLine } from '../text.ts';
import type { DiffKernel, DiffReport } from '../types.ts';
import { changeText } from './program-change.ts';

/** Every status of a compared program, from what is looked at first: its words, and what is shown beside it. */
export const diffStatuses = {
  changed: { count: 'changed', text: 'changed', mark: '🔵' },
  'not-looked-at': { count: 'notLookedAt', text: 'not looked at', mark: '⚪' },
  'missing-baseline': { count: 'missingBaseline', text: 'missing baseline', mark: '⚪' },
  new: { count: 'new', text: 'new', mark: '⚪' },
  removed: { count: 'removed', text: 'removed', mark: '⚪' },
  identical: { count: 'identical', text: 'identical', mark: '⚪' },
} as const satisfies Readonly<
  Record<DiffKernel['status'], { count: keyof DiffReport['counts']; text: string; mark: string }>
>;

const statusOrder = Object.keys(diffStatuses) as readonly DiffKernel['status'][];

/** Said wherever programs were compared and nothing was measured. */
export const notMeasuredText =
  'Not measured: programs were compared and no device was opened. It says what moved in them, not what that costs.';

/** What a report without a device is called. */
export const diffTitle = 'not measured';

/** `2 changed, 37 identical`, without zeros. */
export function diffCountsText({ counts }: Pick<DiffReport, 'counts'>): string {
  const parts = statusOrder.flatMap((status) => {
    const { count, text } = diffStatuses[status];
    return counts[count] === 0 ? [] : [`${formatInteger(counts[count])} ${text}`];
  });
  return parts.join(', ') || 'no kernels';
}

/** The counts of compared programs. */
export function countStatuses(kernels: readonly Pick<DiffKernel, 'status'>[]): DiffReport['counts'] {
  const of = (wanted: DiffKernel['status']) => kernels.filter(({ status }) => status === wanted).length;
  return {
    changed: of('changed'),
    notLookedAt: of('not-looked-at'),
    missingBaseline: of('missing-baseline'),
    new: of('new'),
    removed: of('removed'),
    identical: of('identical'),
  };
}

/** What changed first; ties stay in the manifest's order. */
export function byStatus(kernels: readonly DiffKernel[]): readonly DiffKernel[] {
  return [...kernels].sort((a, b) => statusOrder.indexOf(a.status) - statusOrder.indexOf(b.status));
}

/** Devices that no tuned state names. */
const anyOther = '*';

function familiesText(families: readonly string[]): string {
  const named = families.filter((family) => family !== anyOther);
  const rest = named.length - 3;
  const names = named.slice(0, 3).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
  if (!families.includes(anyOther)) return `on ${names}`;
  return named.length === 0
    ? 'on devices that are not tuned for'
    : `on ${names} and devices that are not tuned for`;
}

/** What moved, one clean line for devices to which the same ships, or why nothing is known of it. */
export function diffNotes({ shipped, reason }: DiffKernel): readonly string[] {
  const [first, ...others] = shipped;
  if (first === undefined) return [cleanLine(reason, 600)];
  if (others.length === 0) return [changeText(first.change)];
  return shipped.map(({ families, change }) => {
    const isEqual = change.differs.length === 0 && change.moved.length === 0;
    return cleanLine(`${familiesText(families)}: ${isEqual ? 'identical' : changeText(change)}`, 600);
  });
}
