import { median } from '../../stats/index.ts';
import { formatChange, formatJoules, formatMilliseconds } from '../format.ts';
import { element, escapeMarkup, type Level, type TimeMark, timelineFigure } from '../svg/index.ts';
import { cleanLine } from '../text.ts';
import type { HistoryChange, HistoryNight, HistorySeries } from '../types.ts';
import { codeHtml, disclosure, figureHtml, paragraph, tableHtml, textHtml } from './parts.ts';

type Metric = HistoryChange['metric'];

/** What happened longer ago is in the data. */
const maxEvents = 30;
const maxRows = 30;

/** Red for what costs more since. */
export function changeTone({ ratio }: Pick<HistoryChange, 'ratio'>): 'red' | 'green' {
  return ratio > 1 ? 'red' : 'green';
}

function dayOf(at: string): number {
  return Date.parse(at) / 86_400_000;
}

function costOf(night: HistoryNight, metric: Metric): number | null {
  return metric === 'latency' ? night.latencyMs : night.joules;
}

/** Another driver or release from a night on. */
interface Update {
  readonly at: string;
  readonly what: 'driver' | 'release';
  readonly before: string | null;
  readonly after: string;
}

/** A night without a known tag or driver tells of none. */
function updatesOf(nights: readonly HistoryNight[]): readonly Update[] {
  const last = { driver: null as string | null, release: null as string | null };
  return nights.flatMap(({ at, tag, driver }, night) =>
    (
      [
        ['release', tag],
        ['driver', driver],
      ] as const
    ).flatMap(([what, now]): Update[] => {
      const before = last[what];
      if (now === null || now === '' || now === before) return [];
      last[what] = now;
      return night === 0 || (what === 'driver' && before === null) ? [] : [{ at, what, before, after: now }];
    }),
  );
}

/** The median of the nights between two changes, over the days that they took. */
function levelsOf({ nights, changes }: HistorySeries, metric: Metric): readonly Level[] {
  const own = changes.filter((change) => change.metric === metric);
  return [null, ...own].flatMap((change, i): Level[] => {
    const end = own[i]?.at;
    const stretch = nights.filter(
      ({ at }) => (change === null || at >= change.at) && (end === undefined || at < end),
    );
    const costs = stretch.flatMap((night) => costOf(night, metric) ?? []);
    const [first, last] = [stretch[0], stretch.at(-1)];
    if (costs.length < 2 || first === undefined || last === undefined) return [];
    const tone = change === null ? 'base' : change.ratio > 1 ? 'bad' : 'good';
    return [{ from: dayOf(first.at), to: dayOf(last.at), value: median(costs), tone }];
  });
}

function energyTitle(nights: readonly HistoryNight[]): string {
  const known = nights.filter(({ joules }) => joules !== null);
  const estimated = known.filter((night) => night.estimated).length;
  if (estimated === 0) return 'energy of a launch';
  return `energy of a launch (${estimated === known.length ? 'estimated' : 'partly estimated'})`;
}

function figureOf(series: HistorySeries, metric: Metric, id: string): string {
  const { nights, changes } = series;
  const points = nights.flatMap((night) => {
    const cost = costOf(night, metric);
    return cost === null ? [] : [{ x: dayOf(night.at), y: cost }];
  });
  // One point has no axis of days.
  if (new Set(points.map(({ x }) => x)).size < 2) return '';
  const own = changes.filter((change) => change.metric === metric);
  const updates = updatesOf(nights);
  const marks: readonly TimeMark[] = [
    ...own.toReversed().map(({ at, ratio }): TimeMark => {
      return { day: dayOf(at), label: formatChange(ratio), tone: ratio > 1 ? 'bad' : 'good' };
    }),
    ...updates.toReversed().map(({ at, what, after }): TimeMark => {
      const label = what === 'release' ? cleanLine(after, 16) : 'driver';
      return { day: dayOf(at), label, tone: what === 'release' ? 'head' : 'faint' };
    }),
  ];
  const format = metric === 'energy' ? formatJoules : formatMilliseconds;
  const title = metric === 'energy' ? energyTitle(nights) : 'latency of a launch';
  const told = own.map(({ at, ratio }) => `${formatChange(ratio)} from ${at.slice(0, 10)} on`);
  const svg = timelineFigure({
    id: `${id}-${metric}`,
    title: `${metric} over the nights`,
    description: `${points.length} nights, ${format(points[0]?.y ?? 0)} at first and ${format(points.at(-1)?.y ?? 0)} at last; ${told.length === 0 ? 'no change for good' : told.join(', ')}.`,
    y: { title, format },
    points,
    levels: levelsOf(series, metric),
    marks,
  });
  return figureHtml(metric === 'energy' ? 'Energy' : 'Latency', svg);
}

function commitsHtml({ commit, previousCommit }: HistoryChange): string {
  if (commit === null) return '';
  const after = codeHtml(commit.slice(0, 12));
  if (previousCommit === null || previousCommit === commit) return `, at ${after}`;
  return `, between ${codeHtml(previousCommit.slice(0, 12))} and ${after}`;
}

function changeHtml(change: HistoryChange): string {
  const { metric, at, ratio, driverChanged } = change;
  const what = element(
    'span',
    { class: `verdict ${changeTone(change)}` },
    `${metric} ${escapeMarkup(formatChange(ratio))}`,
  );
  const cause = driverChanged
    ? ', with another driver'
    : change.commit !== null && change.commit === change.previousCommit
      ? ', the same commit as the night before: not of the code'
      : '';
  return `${at.slice(0, 10)}: ${what} for good${commitsHtml(change)}${cause}`;
}

function updateHtml({ at, what, before, after }: Update): string {
  const from = before === null ? '' : ` (before: ${textHtml(before, 200)})`;
  return `${at.slice(0, 10)}: ${what} ${textHtml(after, 200)}${from}`;
}

/** Changes, releases and drivers, the newest first. */
function eventsHtml({ nights, changes }: HistorySeries): string {
  const events = [
    ...changes.map((change) => ({ at: change.at, html: changeHtml(change) })),
    ...updatesOf(nights).map((update) => ({ at: update.at, html: updateHtml(update) })),
  ].sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
  const shown = events.slice(0, maxEvents).map(({ html }) => element('li', {}, html));
  return shown.length === 0 ? paragraph('No change for good.') : element('ul', {}, ...shown);
}

function nightsTable(nights: readonly HistoryNight[]): string {
  return tableHtml({
    caption: `The last ${Math.min(maxRows, nights.length)} nights`,
    titles: ['night', 'energy', 'latency', 'commit', 'release', 'driver'],
    figureColumns: [1, 2],
    rows: nights
      .slice(-maxRows)
      .toReversed()
      .map(({ at, joules, latencyMs, commit, tag, driver }) => [
        at.slice(0, 10),
        joules === null ? '' : escapeMarkup(formatJoules(joules)),
        escapeMarkup(formatMilliseconds(latencyMs)),
        commit === null ? '' : codeHtml(commit.slice(0, 12)),
        tag === null ? '' : textHtml(tag, 100),
        textHtml(driver, 100),
      ]),
  });
}

/** The card of one kernel and workload on one device. */
export function historyCard(series: HistorySeries, id: string): string {
  const { kernel, workload, device, nights } = series;
  const figures = `${figureOf(series, 'energy', id)}${figureOf(series, 'latency', id)}`;
  return element(
    'article',
    { id, 'aria-labelledby': `${id}-name` },
    element(
      'h2',
      { id: `${id}-name` },
      `${textHtml(kernel, 100)} ${element('span', { class: 'faint' }, textHtml(workload, 200))}`,
    ),
    paragraph(`on ${textHtml(device, 300)}`, 'faint'),
    eventsHtml(series),
    figures === '' ? '' : element('div', { class: 'figures' }, figures),
    disclosure('Nights', nightsTable(nights)),
  );
}
