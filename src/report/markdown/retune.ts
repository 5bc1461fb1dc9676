import {
  formatConfiguration,
  formatCount,
  formatDuration,
  formatInteger,
  formatJoules,
  formatMilliseconds,
} from '../format.ts';
import {
  configurationOutcome,
  failureNotes,
  historyNotes,
  isEstimated,
  isInterrupted,
  networkLine,
  networkNotes,
  portfolioNotes,
  quantityTitles,
  retuneTitle,
  searchNote,
  wasReplaced,
} from '../notes/index.ts';
import type { RetunedKernel, RetuneReport } from '../types.ts';
import { searchCharts } from './charts.ts';
import { codeMarkdown, escapeMarkdown } from './escape.ts';
import {
  details,
  factList,
  type MarkdownLimits,
  movement,
  passTable,
  quantityCell,
  subjectCell,
  table,
  warningList,
} from './parts.ts';

function kernelTable(report: RetuneReport, limits: MarkdownLimits): string {
  const titles = quantityTitles(report);
  return table({
    titles: ['kernel', titles.energy, titles.latency, 'trials'],
    rightAligned: [1, 2, 3],
    rows: report.kernels.map((kernel) => {
      const replaced = wasReplaced(report, kernel);
      const before = replaced ? kernel.before : null;
      return [
        subjectCell(kernel),
        quantityCell(
          replaced ? kernel.energyRatio : null,
          movement(before?.joules, kernel.joules, formatJoules),
        ),
        quantityCell(
          replaced ? kernel.latencyRatio : null,
          movement(before?.latencyMs, kernel.latencyMs, formatMilliseconds),
        ),
        formatInteger(kernel.trials),
      ];
    }),
    maxRows: limits.maxRows,
  });
}

function networkList({ networks = [] }: RetuneReport, limits: MarkdownLimits): string {
  const items = networks
    .slice(0, limits.maxRows)
    .map((network) =>
      [
        `- network ${escapeMarkdown(networkLine(network), 600)}`,
        ...networkNotes(network).map((note) => `  - ${escapeMarkdown(note, 700)}`),
      ].join('\n'),
    );
  const rest = networks.length - items.length;
  return [...items, ...(rest > 0 ? [`- and ${rest} more`] : [])].join('\n');
}

function configurationText(report: RetuneReport, kernel: RetunedKernel): string {
  const now = codeMarkdown(formatConfiguration(kernel.configuration ?? {}), 600);
  switch (configurationOutcome(report, kernel)) {
    case 'none-works':
      return 'none';
    case 'nothing-to-tune':
      return 'nothing to tune';
    case 'so-far':
      return `best so far ${now}`;
    case 'kept':
      return `keeps ${now}`;
    case 'first':
      return `now ${now}`;
    case 'replaced':
      return `now ${now}, was ${codeMarkdown(formatConfiguration(kernel.previousConfiguration ?? {}), 600)}`;
  }
}

function configurations(report: RetuneReport, limits: MarkdownLimits): string {
  const items = report.kernels.slice(0, limits.maxNotes).map((kernel) => {
    const name = `**${codeMarkdown(kernel.kernel, 100)}** ${codeMarkdown(kernel.workload, 150)}`;
    const notes = [
      kernel.reason,
      searchNote(kernel),
      ...historyNotes(kernel),
      ...failureNotes(kernel),
    ].filter((note) => note !== '');
    return [
      `- ${name}: ${configurationText(report, kernel)}`,
      ...notes.map((note) => `  - ${escapeMarkdown(note, 1200)}`),
    ].join('\n');
  });
  const rest = report.kernels.length - items.length;
  return [...items, ...(rest > 0 ? [`- and ${rest} more`] : [])].join('\n');
}

/** What serves all devices of a night. */
function portfolios(report: RetuneReport, limits: MarkdownLimits): string {
  const notes = portfolioNotes(report);
  const items = notes
    .slice(0, limits.maxNotes)
    .map(({ subject, summary, members }) =>
      [
        `- Portfolio of ${codeMarkdown(subject, 250)}: ${escapeMarkdown(summary, 600)}`,
        ...members.map((member) => `  - ${codeMarkdown(member, 800)}`),
      ].join('\n'),
    );
  const rest = notes.length - items.length;
  return [...items, ...(rest > 0 ? [`- and ${rest} more`] : [])].join('\n');
}

/** The configurations none of which beats another on both counts. */
function tradeOffs(report: RetuneReport, limits: MarkdownLimits): string {
  const rows = report.kernels.flatMap((kernel) =>
    // One point is no choice.
    kernel.pareto.length < 2
      ? []
      : kernel.pareto.map((point) => [
          codeMarkdown(kernel.kernel, 100),
          codeMarkdown(kernel.workload, 150),
          formatMilliseconds(point.latencyMs),
          formatJoules(point.joules),
          codeMarkdown(formatConfiguration(point.configuration), 300),
        ]),
  );
  if (rows.length === 0) return '';
  const energy = isEstimated(report) ? 'energy (estimated)' : 'energy';
  return table({
    titles: ['kernel', 'workload', 'latency', energy, 'configuration'],
    rightAligned: [2, 3],
    rows,
    maxRows: limits.maxRows,
  });
}

/** What searches spent their time on, in all and for each trial or energy. */
function timeSpent(report: RetuneReport, limits: MarkdownLimits): string {
  const rows = report.kernels.flatMap(({ kernel, workload, seconds, spent }) => {
    if (spent === undefined) return [];
    const { trials, energies, compile, check, latency, energy, waiting } = spent;
    const cell = (total: number, count: number) =>
      count === 0 ? '–' : `${formatDuration(total)} (${formatMilliseconds((1000 * total) / count)})`;
    const choosing = Math.max(0, seconds - compile - check - latency - energy - waiting);
    return [
      [
        codeMarkdown(kernel, 100),
        codeMarkdown(workload, 150),
        cell(compile, trials),
        cell(check, trials),
        cell(latency, trials),
        cell(energy, energies),
        cell(waiting, energies),
        cell(choosing, trials),
      ],
    ];
  });
  if (rows.length === 0) return '';
  const columns = ['compiling', 'checking', 'timing', 'energy', 'waiting for the meter', 'choosing'];
  const spentOn = table({
    titles: ['kernel', 'workload', ...columns],
    rightAligned: [2, 3, 4, 5, 6, 7],
    rows,
    maxRows: limits.maxRows,
  });
  return `${spentOn}\n\nIn brackets: for each trial, or each energy measured.`;
}

/** Blocks of a retune report, to be separated by blank lines; empty ones are left out by the caller. */
export function retuneBlocks(report: RetuneReport, limits: MarkdownLimits): string[] {
  return [
    isInterrupted(report) ? '## ⚠️ Joulegate: retune interrupted' : '## Joulegate: retuned',
    `**${retuneTitle(report)}** after ${formatCount(
      report.kernels.reduce((sum, kernel) => sum + kernel.trials, 0),
      'trial',
    )}.`,
    networkList(report, limits),
    report.kernels.length === 0 ? '' : kernelTable(report, limits),
    configurations(report, limits),
    portfolios(report, limits),
    details('Passes', passTable(report.kernels, limits)),
    details('How the searches went', searchCharts(report)),
    details('Trade-offs of energy and latency', tradeOffs(report, limits)),
    details('What the searches spent their time on', timeSpent(report, limits)),
    warningList(report, limits),
    factList(report),
  ];
}
