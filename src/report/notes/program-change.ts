import { formatBytes, formatTally } from '../format.ts';
import { cleanLine } from '../text.ts';
import type { GuardKernel, ProgramChange } from '../types.ts';

type Moved = ProgramChange['moved'][number];

/** Kinds of work that are named; the JSON report has all of them. */
const maxMoved = 8;
const maxUnknown = 4;

const units = { count: formatTally, bytes: formatBytes } as const;

/** `4 → 18 KiB`: a unit that both have is said once. */
function movement({ base, head, unit }: Moved): string {
  const text = (amount: number | null, exact: boolean) =>
    amount === null ? 'unknown' : units[unit](amount, exact);
  const short = [text(base, false), text(head, false)];
  // What moved by less than three digits show is written out.
  const [from = '', to = ''] = short[0] === short[1] ? [text(base, true), text(head, true)] : short;
  const [, name] = / (\S+)$/.exec(to) ?? [];
  const shared = name !== undefined && from.endsWith(` ${name}`);
  return `${shared ? from.slice(0, -name.length - 1) : from} → ${to}`;
}

/** `barriers 1 → 33 an invocation`. */
function movedText(moved: Moved): string {
  const { what, per } = moved;
  const of =
    per === 'launch' || what.startsWith(per) ? '' : per === 'workgroup' ? ' a workgroup' : ' an invocation';
  return `${what} ${movement(moved)}${of}`;
}

function listed(items: readonly string[], most: number): string {
  const rest = items.length - most;
  return items.slice(0, most).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

/** What differs where no count of work does. */
function stillText({ differs, unknown }: ProgramChange): string {
  const counted = unknown.length === 0 ? 'no count of its work' : 'no count that is known of its work';
  if (differs.includes('code')) {
    return `its code changed and ${counted} moved: it is values, the order of operations, or what a compiler makes of them`;
  }
  const parts = { launch: 'its launch', data: 'what its buffers hold', clock: 'its locked clock' } as const;
  const others = (['launch', 'data', 'clock'] as const).filter((part) => differs.includes(part));
  if (others.length === 0) return 'nothing in its program moved: it is data, launch, tuning or compiler';
  return `nothing in its code moved: it is ${others.map((part) => parts[part]).join(' and ')}`;
}

/** What moved in a program, or that nothing did, as a clean line without its full stop. */
export function changeText(change: ProgramChange): string {
  const moved = change.moved.map(movedText);
  const { unknown } = change;
  const also = unknown.length === 0 ? '' : `; not known without running it: ${listed(unknown, maxUnknown)}`;
  return cleanLine(`${moved.length === 0 ? stillText(change) : listed(moved, maxMoved)}${also}`, 600);
}

/** What is to be said of a program that cannot be read. */
export const notLookedAtText =
  'not looked at: what it does is known only when a program of another kind is run';

/** What moved in the program of a kernel that was compared; empty where there was nothing to compare. */
export function changeNote({ change }: GuardKernel): string {
  if (change === undefined) return '';
  return change === null ? `its program was ${notLookedAtText}` : `in its program: ${changeText(change)}`;
}
