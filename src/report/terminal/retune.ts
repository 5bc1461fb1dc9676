import { formatInteger, formatJoules, formatMilliseconds } from '../format.ts';
import {
  configurationNote,
  failureNotes,
  historyNotes,
  isInterrupted,
  networkLine,
  networkNotes,
  passNote,
  placeText,
  portfolioNotes,
  retuneTitle,
  searchNote,
  wasReplaced,
} from '../notes/index.ts';
import { sparkline } from '../sparkline.ts';
import { cleanLine, wrap } from '../text.ts';
import type { RetunedKernel, RetuneReport } from '../types.ts';
import {
  factLines,
  movementCell,
  noteHeading,
  noteLines,
  quantityColumns,
  ratioCell,
  type TerminalStyle,
  warningLines,
} from './parts.ts';
import { type Cell, type Column, layOutTable } from './table.ts';

const sparklinePoints = 12;

function columnsFor(report: RetuneReport): readonly Column[] {
  return [
    { title: 'kernel', align: 'left', minWidth: 12 },
    { title: 'workload', align: 'left', minWidth: 10 },
    ...quantityColumns(report),
    { title: 'trials', align: 'right' },
    { title: 'search', align: 'left', dropOrder: 3 },
  ];
}

function rowOf(report: RetuneReport, kernel: RetunedKernel, style: TerminalStyle): readonly Cell[] {
  const { before } = kernel;
  const replaced = wasReplaced(report, kernel);
  return [
    { text: cleanLine(kernel.kernel, 100), ...(replaced ? { paint: style.paint.bold } : {}) },
    { text: cleanLine(kernel.workload, 200) },
    ratioCell(replaced ? kernel.energyRatio : null, style.paint),
    movementCell(replaced ? before?.joules : null, kernel.joules, formatJoules),
    ratioCell(replaced ? kernel.latencyRatio : null, style.paint),
    movementCell(replaced ? before?.latencyMs : null, kernel.latencyMs, formatMilliseconds),
    { text: formatInteger(kernel.trials) },
    { text: sparkline(kernel.convergence, sparklinePoints), paint: style.paint.dim },
  ];
}

function notesOf(report: RetuneReport, kernel: RetunedKernel, style: TerminalStyle): string[] {
  const name = cleanLine(`${kernel.kernel} ${kernel.workload}`, 300);
  const notes = [
    configurationNote(report, kernel),
    cleanLine(kernel.reason, 600),
    searchNote(kernel),
    passNote(kernel),
    ...historyNotes(kernel),
    ...failureNotes(kernel),
  ];
  return [
    noteHeading(name, placeText(kernel), style),
    ...notes.filter((note) => note !== '').flatMap((note) => noteLines(note, style)),
  ];
}

/** What serves all devices of a night, one section each. */
function portfolioSections(report: RetuneReport, style: TerminalStyle): string[][] {
  return portfolioNotes(report).map(({ subject, summary, members }) => [
    noteHeading(cleanLine(`portfolio of ${subject}`, 400), null, style),
    ...[summary, ...members].flatMap((note) => noteLines(cleanLine(note, 600), style)),
  ]);
}

function networkSections({ networks = [] }: RetuneReport, style: TerminalStyle): string[][] {
  return networks.map((network) => [
    ...wrap(`network ${networkLine(network)}`, Math.max(20, style.width - 2)).map((line) =>
      noteHeading(line, null, style),
    ),
    ...networkNotes(network).flatMap((note) => noteLines(note, style)),
  ]);
}

/** Sections of a retune report: each a list of lines. */
export function retuneSections(report: RetuneReport, style: TerminalStyle): string[][] {
  const rows = report.kernels.map((kernel) => rowOf(report, kernel, style));
  const table =
    rows.length === 0
      ? []
      : layOutTable({ columns: columnsFor(report), rows, width: style.width, paintTitle: style.paint.dim });
  const { bold, yellow } = style.paint;
  const title = isInterrupted(report) ? yellow(retuneTitle(report)) : retuneTitle(report);
  return [
    [`${bold('joulegate retune:')} ${title}`],
    factLines(report, style),
    ...networkSections(report, style),
    table,
    ...report.kernels.map((kernel) => notesOf(report, kernel, style)),
    ...portfolioSections(report, style),
    warningLines(report, style),
  ];
}
