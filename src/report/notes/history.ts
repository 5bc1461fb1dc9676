import { formatChange } from '../format.ts';
import { cleanLine } from '../text.ts';
import type { RetunedKernel } from '../types.ts';

type History = NonNullable<RetunedKernel['history']>;

/** The last changes say most; a long series may have many. */
const maxChanges = 3;

function changeNote(change: History['changes'][number], estimated: boolean): string {
  const { metric, at, commit, ratio, driverChanged } = change;
  const name = metric === 'energy' && estimated ? 'energy (estimated)' : metric;
  const where = commit === null ? '' : ` at ${commit.slice(0, 12)}`;
  const cause = driverChanged ? ', with another driver or device' : '';
  return `${name} changed for good by ${formatChange(ratio)} on ${at.slice(0, 10)}${where}${cause}`;
}

function driftNote(drift: NonNullable<History['drift']>, estimated: boolean): string {
  const energy = estimated ? 'energy (estimated)' : 'energy';
  const parts = [
    drift.energy === null ? null : `${energy} ${formatChange(drift.energy)}`,
    drift.latency === null ? null : `latency ${formatChange(drift.latency)}`,
  ].filter((part) => part !== null);
  const verdict = drift.exceeds ? ', beyond the margin' : '';
  return `since ${drift.label} (${drift.since.slice(0, 10)}): ${parts.join(', ')}${verdict}`;
}

/** How a kernel's cost went over the nights, as clean lines: where it stands against its anchor, and its last changes. */
export function historyNotes({ history, estimated }: RetunedKernel): readonly string[] {
  if (history == null) return [];
  const drift = history.drift === null ? [] : [driftNote(history.drift, estimated)];
  const changes = [...history.changes]
    .sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0))
    .slice(0, maxChanges)
    .map((change) => changeNote(change, estimated));
  return [...drift, ...changes].map((note) => cleanLine(note, 400));
}
