import { codeMarkdown, escapeMarkdown } from './escape-markdown.ts';
import {
  bySeverity,
  countsText,
  guardNotes,
  guardTitle,
  isQuiet,
  needsNotes,
  placeText,
  verdictText,
} from './facts.ts';
import { formatConfiguration, formatJoules, formatMilliseconds } from './format.ts';
import {
  details,
  factList,
  type MarkdownLimits,
  movement,
  quantityCell,
  subjectCell,
  table,
  warningList,
} from './markdown-parts.ts';
import { quantityTitles } from './quantity-titles.ts';
import type { GuardKernel, GuardReport, GuardVerdict } from './types.ts';

const marks: Record<GuardVerdict, string> = {
  regressed: '🔴',
  'missing-baseline': '🔴',
  environment: '🟡',
  inconclusive: '⚪',
  improved: '🟢',
  new: '🔵',
  removed: '🔵',
  unchanged: '⚪',
  identical: '⚪',
};

const headings: Record<GuardReport['verdict'], string> = {
  passed: '✅',
  failed: '❌',
  'nothing-gated': '⚠️',
  environment: '⚠️',
  'could-not-measure': '⚠️',
  interrupted: '⚠️',
};

/** With more that need no attention than this, they are folded away. */
const maxQuietRows = 5;

function kernelTable(report: GuardReport, kernels: readonly GuardKernel[], limits: MarkdownLimits): string {
  const titles = quantityTitles(report);
  return table({
    titles: ['verdict', 'kernel', titles.energy, titles.latency],
    rightAligned: [2, 3],
    rows: kernels.map((kernel) => [
      `${kernel.fails ? '🔴' : marks[kernel.verdict]}\u00a0${verdictText(kernel.verdict)}`,
      subjectCell(kernel) + (kernel.sentinel ? ' (sentinel)' : ''),
      quantityCell(kernel.energyRatio, movement(kernel.base?.joules, kernel.head?.joules, formatJoules)),
      quantityCell(
        kernel.latencyRatio,
        movement(kernel.base?.latencyMs, kernel.head?.latencyMs, formatMilliseconds),
      ),
    ]),
    maxRows: limits.maxRows,
  });
}

function noteItem(kernel: GuardKernel): string {
  const place = placeText(kernel);
  const heading = `**${codeMarkdown(kernel.kernel, 100)}** ${codeMarkdown(kernel.workload, 150)}`;
  const where = place === null ? '' : ` in ${codeMarkdown(place)}`;
  const notes = guardNotes(kernel).map((note) => `  - ${escapeMarkdown(note)}`);
  return [`- ${heading}${where}`, ...notes].join('\n');
}

function notes(kernels: readonly GuardKernel[], limits: MarkdownLimits): string {
  const explained = kernels.filter(needsNotes);
  const items = explained.slice(0, limits.maxNotes).map(noteItem);
  const rest = explained.length - items.length;
  return [...items, ...(rest > 0 ? [`- and ${rest} more`] : [])].join('\n');
}

function configurationList(kernels: readonly GuardKernel[], limits: MarkdownLimits): string {
  const measured = kernels.filter(
    (kernel) => kernel.configuration.head !== null && kernel.verdict !== 'identical',
  );
  const items = measured.slice(0, limits.maxNotes).map((kernel) => {
    const { base, head } = kernel.configuration;
    const after = head === null ? '' : formatConfiguration(head);
    const before = base === null ? '' : formatConfiguration(base);
    const now = after === '' ? 'nothing to tune' : codeMarkdown(after, 600);
    const was = before === after || before === '' ? '' : `, base: ${codeMarkdown(before, 600)}`;
    return `- ${codeMarkdown(kernel.kernel, 100)} ${codeMarkdown(kernel.workload, 150)}: ${now}${was}`;
  });
  return items.join('\n');
}

/** Blocks of a guard report, to be separated by blank lines; empty ones are left out by the caller. */
export function guardBlocks(report: GuardReport, limits: MarkdownLimits): string[] {
  const ordered = bySeverity(report.kernels);
  const quietOnes = ordered.filter(isQuiet);
  const folded = quietOnes.length > maxQuietRows ? quietOnes : [];
  const shown = folded.length === 0 ? ordered : ordered.filter((kernel) => !isQuiet(kernel));
  const title = `## ${headings[report.verdict]} Joulegate: ${guardTitle(report)}`;
  return [
    title,
    `**${countsText(report)}.** ${escapeMarkdown(report.reason, 1000)}`,
    kernelTable(report, shown, limits),
    notes(ordered, limits),
    details(
      `${folded.length} unchanged or identical`,
      folded.length === 0 ? '' : kernelTable(report, folded, limits),
    ),
    details('Configurations', configurationList(ordered, limits)),
    warningList(report, limits),
    factList(report),
  ];
}
