import { formatCount } from '../format.ts';
import type { GuardReport } from '../types.ts';

type Sample = NonNullable<GuardReport['samples']>[number];

function percent(part: number): string {
  return `${(part * 100).toFixed(1)} %`;
}

/** Root of the mean square; null without values. */
function usual(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0
    ? null
    : Math.sqrt(known.reduce((sum, value) => sum + value * value, 0) / known.length);
}

/** What blocks were made of, in the order in which it was chosen. */
function designs(samples: readonly Sample[]): string {
  const blocks = new Map<string, Set<string>>();
  for (const { turns, window, phase, block } of samples) {
    if (turns === undefined || turns.processes === 0) continue;
    const seconds = window == null ? '' : ` and windows of ${(window.seconds / turns.count).toFixed(1)} s`;
    const design = `${formatCount(turns.processes, 'process', 'processes')} an arm${seconds}`;
    const own = blocks.get(design) ?? new Set();
    blocks.set(design, own.add(`${phase} ${block}`));
  }
  // Windows of one length end at different updates of a sensor: what is rare is not told.
  const most = Math.max(0, ...[...blocks.values()].map(({ size }) => size));
  return [...blocks]
    .filter(([, { size }]) => size >= most / 4)
    .map(([design, { size }]) => `${formatCount(size, 'block')} of ${design}`)
    .join(', ');
}

/** What blocks were made of, and what that was chosen by: how turns differ. Empty where samples do not say. */
export function designText(samples: readonly Sample[]): string {
  const text = designs(samples);
  const energy = usual(samples.map(({ turns }) => turns?.energySd ?? null));
  const latency = usual(samples.map(({ turns }) => turns?.latencySd ?? null));
  const sensor = usual(
    samples.map(({ turns, window }) =>
      turns === undefined || window == null || window.relativeError === null
        ? null
        : window.relativeError * Math.sqrt(turns.count),
    ),
  );
  const differ = [
    energy === null
      ? ''
      : `${percent(energy)} in energy${sensor === null ? '' : ` (the sensor ${percent(sensor)})`}`,
    latency === null ? '' : `${percent(latency)} in latency`,
  ].filter((part) => part !== '');
  if (text === '') return '';
  return differ.length === 0 ? text : `${text}; turns differ by ${differ.join(' and ')}`;
}
