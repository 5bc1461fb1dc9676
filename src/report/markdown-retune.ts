import { codeMarkdown, escapeMarkdown } from './escape-markdown.ts';
import { isEstimated, isReplaced, retuneTitle } from './facts.ts';
import {
  formatConfiguration,
  formatCount,
  formatInteger,
  formatJoules,
  formatMilliseconds,
  formatRatio,
} from './format.ts';
import { details, factList, type MarkdownLimits, movement, table, warningList } from './markdown-parts.ts';
import { searchNote } from './retune-notes.ts';
import type { RetunedKernel, RetuneReport } from './types.ts';

function ratio(kernel: RetunedKernel, metric: 'energyRatio' | 'latencyRatio'): string {
  const value = kernel[metric];
  if (value === null || !isReplaced(kernel)) return '';
  return formatRatio(value).replaceAll('[', '\\[').replaceAll(']', '\\]');
}

function kernelTable(report: RetuneReport, limits: MarkdownLimits): string {
  const estimated = isEstimated(report) ? ' (estimated)' : '';
  return table({
    titles: [
      'kernel',
      'workload',
      `energy${estimated}`,
      'before → after',
      'latency',
      'before → after',
      'trials',
    ],
    rightAligned: [2, 3, 4, 5, 6],
    rows: report.kernels.map((kernel) => {
      const before = isReplaced(kernel) ? kernel.before : null;
      return [
        codeMarkdown(kernel.kernel, 100),
        codeMarkdown(kernel.workload, 150),
        ratio(kernel, 'energyRatio'),
        movement(before?.joules, kernel.joules, formatJoules),
        ratio(kernel, 'latencyRatio'),
        movement(before?.latencyMs, kernel.latencyMs, formatMilliseconds),
        formatInteger(kernel.trials),
      ];
    }),
    maxRows: limits.maxRows,
  });
}

function configurationText(kernel: RetunedKernel): string {
  const { configuration, previousConfiguration: previous } = kernel;
  if (configuration === null) return 'none';
  const now = codeMarkdown(formatConfiguration(configuration), 600);
  if (!isReplaced(kernel)) return `keeps ${now}`;
  return previous === null
    ? `now ${now}`
    : `now ${now}, was ${codeMarkdown(formatConfiguration(previous), 600)}`;
}

function configurations(report: RetuneReport, limits: MarkdownLimits): string {
  const items = report.kernels.slice(0, limits.maxNotes).map((kernel) => {
    const name = `**${codeMarkdown(kernel.kernel, 100)}** ${codeMarkdown(kernel.workload, 150)}`;
    return [
      `- ${name}: ${configurationText(kernel)}`,
      `  - ${escapeMarkdown(kernel.reason)}`,
      `  - ${escapeMarkdown(searchNote(kernel))}`,
    ].join('\n');
  });
  const rest = report.kernels.length - items.length;
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

/** Blocks of a retune report, to be separated by blank lines; empty ones are left out by the caller. */
export function retuneBlocks(report: RetuneReport, limits: MarkdownLimits): string[] {
  return [
    '## Joulegate: retuned',
    `**${retuneTitle(report)}** after ${formatCount(
      report.kernels.reduce((sum, kernel) => sum + kernel.trials, 0),
      'trial',
    )}.`,
    report.kernels.length === 0 ? '' : kernelTable(report, limits),
    configurations(report, limits),
    details('Trade-offs of energy and latency', tradeOffs(report, limits)),
    warningList(report, limits),
    factList(report),
  ];
}
