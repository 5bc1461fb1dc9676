import { verdicts } from '../../manifest/index.ts';
import { formatConfiguration, formatJoules, formatMilliseconds } from '../format.ts';
import { groupSamples } from '../group-samples.ts';
import {
  advisedKernels,
  bySeverity,
  countsText,
  guardNotes,
  guardTitle,
  isQuiet,
  kernelVerdictText,
  loosenedNote,
  needsNotes,
  networkLine,
  networkNotes,
  networksIn,
  otherPolicyNote,
  placeText,
  quantityTitles,
  runVerdicts,
  suggestionDiff,
  suggestionNote,
  windowNote,
} from '../notes/index.ts';
import type { GuardKernel, GuardReport } from '../types.ts';
import { codeMarkdown, escapeMarkdown } from './escape.ts';
import { fleetTable, kernelsOfQuietRows } from './fleet-table.ts';
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

/** Marks of runs. */
const headings = { green: '✅', red: '❌', yellow: '⚠️' } as const;

/** With more that need no attention than this, they are folded away. */
const maxQuietRows = 5;

function markOf(kernel: Pick<GuardKernel, 'fails' | 'verdict'>): string {
  return kernel.fails ? '🔴' : verdicts[kernel.verdict].mark;
}

function kernelTable(report: GuardReport, kernels: readonly GuardKernel[], limits: MarkdownLimits): string {
  if (report.devices !== undefined) return fleetTable(report, kernels, { limits, mark: markOf });
  const titles = quantityTitles(report);
  return table({
    titles: ['verdict', 'kernel', titles.energy, titles.latency],
    rightAligned: [2, 3],
    rows: kernels.map((kernel) => [
      `${markOf(kernel)}\u00a0${kernelVerdictText(kernel)}`,
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

function networkList(report: GuardReport, limits: MarkdownLimits): string {
  const networks = networksIn(report);
  const items = networks.slice(0, limits.maxRows).map((network) => {
    const notes = network.verdict === 'identical' ? [] : networkNotes(network);
    return [
      `- ${markOf(network)} ${kernelVerdictText(network)}: ${escapeMarkdown(networkLine(network), 600)}`,
      ...notes.map((note) => `  - ${escapeMarkdown(note, 700)}`),
    ].join('\n');
  });
  const rest = networks.length - items.length;
  return [...items, ...(rest > 0 ? [`- and ${rest} more`] : [])].join('\n');
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

function configurationList(report: GuardReport, limits: MarkdownLimits): string {
  const measured = bySeverity(report.kernels).filter(
    (kernel) => kernel.configuration.head !== null && kernel.verdict !== 'identical',
  );
  const samplesOf = groupSamples(report);
  const items = measured.slice(0, limits.maxNotes).map((kernel) => {
    const { base, head } = kernel.configuration;
    const after = head === null ? '' : formatConfiguration(head);
    const before = base === null ? '' : formatConfiguration(base);
    const now = after === '' ? 'nothing to tune' : codeMarkdown(after, 600);
    const was = before === after || before === '' ? '' : `, base: ${codeMarkdown(before, 600)}`;
    const subject = `- ${codeMarkdown(kernel.kernel, 100)} ${codeMarkdown(kernel.workload, 150)}: ${now}${was}`;
    const windows = windowNote(samplesOf(kernel));
    return windows === '' ? subject : `${subject}\n  - ${escapeMarkdown(windows, 1000)}`;
  });
  return items.join('\n');
}

/** Whose gate judged, where that is not what the change says. */
function policyBlock(report: GuardReport): string {
  const loosened = loosenedNote(report);
  const other = otherPolicyNote(report);
  return [
    loosened === null ? '' : `> [!WARNING]\n> ${escapeMarkdown(loosened, 4000)}`,
    other === null ? '' : escapeMarkdown(other, 4000),
  ]
    .filter((text) => text !== '')
    .join('\n\n');
}

/** Lines as a code block that none of them can end. */
function codeBlock(language: string, lines: readonly string[]): string {
  const runs = lines.flatMap((line) => line.match(/`+/g) ?? []).map((run) => run.length);
  const fence = '`'.repeat(Math.max(2, ...runs) + 1);
  return [`${fence}${language}`, ...lines, fence].join('\n');
}

function suggestionBlock(report: GuardReport, limits: MarkdownLimits): string {
  const diff = suggestionDiff(report, limits.maxNotes);
  if (diff.length === 0) return '';
  const rest = advisedKernels(report).length - limits.maxNotes;
  const more = rest > 0 ? ` ${rest} more in the JSON report.` : '';
  return `${escapeMarkdown(suggestionNote(report), 2000)}${more}\n\n${codeBlock('diff', diff)}`;
}

/** Blocks of a guard report, to be separated by blank lines; empty ones are left out by the caller. */
export function guardBlocks(report: GuardReport, limits: MarkdownLimits): string[] {
  const ordered = bySeverity(report.kernels);
  const quietOnes =
    report.devices === undefined ? ordered.filter(isQuiet) : kernelsOfQuietRows(ordered, isQuiet);
  const folded = quietOnes.length > maxQuietRows ? quietOnes : [];
  const hidden = new Set(folded);
  const shown = ordered.filter((kernel) => !hidden.has(kernel));
  const title = `## ${headings[runVerdicts[report.verdict].colour]} Joulegate: ${guardTitle(report)}`;
  return [
    title,
    `**${countsText(report)}.** ${escapeMarkdown(report.reason, 1000)}`,
    policyBlock(report),
    networkList(report, limits),
    kernelTable(report, shown, limits),
    notes(ordered, limits),
    details('Suggested tuned state', suggestionBlock(report, limits)),
    details(
      `${folded.length} unchanged or identical`,
      folded.length === 0 ? '' : kernelTable(report, folded, limits),
    ),
    details('Passes', passTable(ordered, limits)),
    details('Configurations and measurements', configurationList(report, limits)),
    warningList(report, limits),
    factList(report),
  ];
}
