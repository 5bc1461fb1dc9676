import { formatCount, formatDuration, formatInteger } from '../format.ts';
import { cleanLine } from '../text.ts';
import type { GuardReport } from '../types.ts';
import { designText } from './design.ts';

type Sample = NonNullable<GuardReport['samples']>[number];
type Window = NonNullable<Sample['window']>;

/** Reasons that are named; the JSON report has all of them. */
const maxReasons = 3;

/** `61 to 64`, `62`; empty without values. */
function range(values: readonly number[], unit: string): string {
  if (values.length === 0) return '';
  const [low, high] = [least(values), -least(values.map((value) => -value))].map((value) =>
    formatInteger(value),
  );
  return low === high ? `${low} ${unit}` : `${low} to ${high} ${unit}`;
}

/** Reports may hold more samples than a call takes arguments. */
function least(values: readonly number[]): number {
  return values.reduce((smallest, value) => Math.min(smallest, value), Number.POSITIVE_INFINITY);
}

function percent(part: number): string {
  return `${(part * 100).toFixed(1)} %`;
}

/** Largest of the values that are known, as text; empty if none is. */
function largest(values: readonly (number | null)[], text: (value: number) => string): string {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? '' : text(-least(known.map((value) => -value)));
}

function known(windows: readonly Window[], name: keyof NonNullable<Window['conditions']>): number[] {
  return windows.map(({ conditions }) => conditions?.[name] ?? null).filter((value) => value !== null);
}

function windowText(windows: readonly Window[]): string {
  const seconds = windows.reduce((sum, window) => sum + window.seconds, 0);
  const busy = windows.map(({ busyShare }) => busyShare).filter((share) => share !== null);
  const facts = [
    largest(
      windows.map(({ relativeError }) => relativeError),
      (error) => `standard error at most ${percent(error)}`,
    ),
    largest(
      windows.map(({ disagreement }) => (disagreement === null ? null : Math.abs(disagreement))),
      (value) => `counter and integrated power within ${percent(value)}`,
    ),
    busy.length === 0 ? '' : `device busy at least ${percent(least(busy))}`,
    range(known(windows, 'celsius'), '°C'),
    range(known(windows, 'smMhz'), 'MHz'),
    largest(known(windows, 'powerCappedPart'), (part) =>
      part === 0 ? '' : `at the power limit up to ${percent(part)} of the time`,
    ),
  ].filter((fact) => fact !== '');
  const measured = `${formatDuration(seconds)} of energy in ${formatCount(windows.length, 'sample')}`;
  return [measured, ...facts].join(', ');
}

/** How much putting back what launches change weighed, of several measurements at most; empty where nothing is put back. */
export function resetText(resets: readonly NonNullable<Sample['reset']>[]): string {
  if (resets.length === 0) return '';
  const time = largest(
    resets.map((reset) => reset.time),
    percent,
  );
  const energy = largest(
    resets.map((reset) => reset.energy),
    (share) => ` and ${percent(share)} of the energy`,
  );
  return `putting back what launches change took ${resets.length > 1 ? 'up to ' : ''}${time} of the time${energy}, which is in no figure`;
}

function voidText(samples: readonly Sample[]): string {
  const lost = samples.filter(({ voidReasons }) => voidReasons.length > 0);
  if (lost.length === 0) return '';
  const counts = new Map<string, number>();
  for (const reason of lost.flatMap(({ voidReasons }) => voidReasons)) {
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const reasons = [...counts].sort(([, a], [, b]) => b - a);
  const named = reasons.slice(0, maxReasons).map(([reason, count]) => {
    return count === 1 ? cleanLine(reason, 200) : `${cleanLine(reason, 200)} (${count} times)`;
  });
  const rest = reasons.length - named.length;
  const more = rest > 0 ? `; and ${formatCount(rest, 'other reason')}` : '';
  return `${lost.length} of ${formatCount(samples.length, 'sample')} void: ${named.join('; ')}${more}`;
}

/**
 * What a reader needs to trust the figures by, as clean text: how long energy was measured, how precise it says to be, what the
 * board was like, what blocks were made of, and what was void and why. Empty where the report keeps no samples that say so.
 */
export function windowNote(samples: readonly Sample[]): string {
  const windows = samples.map(({ window }) => window ?? null).filter((window) => window !== null);
  const resets = samples.map(({ reset }) => reset ?? null).filter((reset) => reset !== null);
  return [
    windows.length === 0 ? '' : windowText(windows),
    designText(samples),
    resetText(resets),
    voidText(samples),
  ]
    .filter((text) => text !== '')
    .join('; ');
}
