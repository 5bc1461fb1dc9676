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
  const byProcesses = new Map<number, { readonly blocks: Set<string>; readonly seconds: Set<string> }>();
  for (const { turns, window, phase, block } of samples) {
    if (turns === undefined || turns.processes === 0) continue;
    const own = byProcesses.get(turns.processes) ?? { blocks: new Set(), seconds: new Set() };
    byProcesses.set(turns.processes, own);
    own.blocks.add(`${phase} ${block}`);
    if (window != null) own.seconds.add((window.seconds / turns.count).toFixed(1));
  }
  return [...byProcesses]
    .map(([processes, { blocks, seconds }]) => {
      const lengths = [...seconds].sort((a, b) => Number(a) - Number(b));
      const range = lengths.length > 1 ? `${lengths[0]} to ${lengths.at(-1)}` : lengths[0];
      const windows = range === undefined ? '' : ` and windows of ${range} s`;
      return `${formatCount(blocks.size, 'block')} of ${formatCount(processes, 'process', 'processes')} an arm${windows}`;
    })
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
