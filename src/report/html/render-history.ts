import { formatChange, formatJoules, formatMilliseconds } from '../format.ts';
import { element, escapeMarkup } from '../svg/index.ts';
import type { History, HistoryChange, HistorySeries } from '../types.ts';
import { changeTone, historyCard } from './history-card.ts';
import { pageHtml } from './page.ts';
import { factsHtml, paragraph, tableHtml, textHtml } from './parts.ts';

const idOf = (at: number) => `kernel-${at + 1}`;

function lastChange({ changes }: HistorySeries): HistoryChange | null {
  return changes.at(-1) ?? null;
}

/** Those that changed last first, the others by name. */
function byLastChange(series: readonly HistorySeries[]): readonly HistorySeries[] {
  const timeOf = (one: HistorySeries) => Date.parse(lastChange(one)?.at ?? '1970-01-01');
  return series.toSorted((a, b) => timeOf(b) - timeOf(a));
}

function row(series: HistorySeries, id: string): readonly string[] {
  const { kernel, workload, device, nights } = series;
  const last = nights.at(-1);
  const change = lastChange(series);
  const link = element('a', { href: `#${id}` }, textHtml(kernel, 100));
  return [
    `${link} <span class="faint">${textHtml(workload, 200)}<br>${textHtml(device, 200)}</span>`,
    last?.joules == null ? '' : escapeMarkup(formatJoules(last.joules)),
    last === undefined ? '' : escapeMarkup(formatMilliseconds(last.latencyMs)),
    change === null
      ? ''
      : `${element('span', { class: changeTone(change) }, escapeMarkup(`${change.metric} ${formatChange(change.ratio)}`))}<br>${element('span', { class: 'faint' }, escapeMarkup(change.at.slice(0, 10)))}`,
  ];
}

/** How kernels cost over the nights, as a page that needs nothing else. Figures say in words what they show. */
export function renderHistory(history: History): string {
  const ordered = byLastChange(history.series);
  const nights = ordered.flatMap((series) => series.nights);
  const days = nights.map(({ at }) => at.slice(0, 10)).sort();
  const isEstimated = nights.some(({ estimated, joules }) => estimated && joules !== null);
  const facts = [
    ['nights', `${days[0] ?? 'none'} to ${days.at(-1) ?? 'none'}`],
    ['devices', [...new Set(ordered.map(({ device }) => device))].join('; ')],
    ['made', `${history.createdAt} by joulegate ${history.tool.version}`],
  ] as const;
  return pageHtml({
    name: 'joulegate history: what kernels cost at night',
    tone: '',
    lead:
      paragraph(
        'Every point is a night. A line is the median of the nights between two changes for good: a change is marked where shuffled nights split as clearly once in a hundred times or less.',
      ) + factsHtml(facts),
    main: [
      element('h2', {}, 'Kernels'),
      tableHtml({
        caption: null,
        titles: ['kernel', `energy${isEstimated ? ' (partly estimated)' : ''}`, 'latency', 'last change'],
        figureColumns: [1, 2],
        narrow: true,
        rows: ordered.map((series, at) => row(series, idOf(at))),
      }),
      ...ordered.map((series, at) => historyCard(series, idOf(at))),
    ].join(''),
    footer: 'All of it as data: <code>joulegate history --json</code>.',
  });
}
