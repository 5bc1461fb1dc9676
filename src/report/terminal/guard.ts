import { formatJoules, formatMilliseconds } from '../format.ts';
import {
  bySeverity,
  countsText,
  guardNotes,
  guardTitle,
  kernelVerdictText,
  loosenedNote,
  needsNotes,
  networkLine,
  networkNotes,
  networksIn,
  otherPolicyNote,
  placeText,
  runVerdicts,
  suggestionDiff,
  suggestionNote,
  verdictColour,
} from '../notes/index.ts';
import { cleanLine, wrap } from '../text.ts';
import type { GuardKernel, GuardReport } from '../types.ts';
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

/** More rows without figures than this are told in a sentence instead. */
const maxPlainRows = 6;

function columnsFor(report: GuardReport): readonly Column[] {
  return [
    { title: 'verdict', align: 'left' },
    { title: 'kernel', align: 'left', minWidth: 12 },
    { title: 'workload', align: 'left', minWidth: 10 },
    ...quantityColumns(report),
  ];
}

function verdictCell(
  kernel: Pick<GuardKernel, 'verdict' | 'fails' | 'accepted'>,
  style: TerminalStyle,
): Cell {
  const colour = verdictColour(kernel);
  return { text: kernelVerdictText(kernel), paint: style.paint[colour === 'faint' ? 'dim' : colour] };
}

function rowOf(kernel: GuardKernel, style: TerminalStyle): readonly Cell[] {
  const { base, head } = kernel;
  return [
    verdictCell(kernel, style),
    { text: cleanLine(kernel.kernel, 100) + (kernel.sentinel ? ' (sentinel)' : '') },
    { text: cleanLine(kernel.workload, 200) },
    ratioCell(kernel.energyRatio, style.paint),
    movementCell(base?.joules, head?.joules, formatJoules),
    ratioCell(kernel.latencyRatio, style.paint),
    movementCell(base?.latencyMs, head?.latencyMs, formatMilliseconds),
  ];
}

function nameOf(kernel: GuardKernel): string {
  return cleanLine(`${kernel.kernel} ${kernel.workload}`, 300);
}

function identicalLines(kernels: readonly GuardKernel[], style: TerminalStyle): string[] {
  if (kernels.length === 0) return [];
  const names = kernels.map(nameOf).join('; ');
  const text = `${kernels.length} identical, not measured: ${names}`;
  return wrap(text, style.width - 2).map((line) => `  ${style.paint.dim(line)}`);
}

function notesOf(kernel: GuardKernel, style: TerminalStyle): string[] {
  const heading = noteHeading(nameOf(kernel), placeText(kernel), style);
  return [heading, ...guardNotes(kernel).flatMap((note) => noteLines(note, style))];
}

function networkLines(report: GuardReport, style: TerminalStyle): string[] {
  return networksIn(report).flatMap((network) => {
    const { text, paint = (line: string) => line } = verdictCell(network, style);
    const [first = '', ...more] = wrap(networkLine(network), Math.max(20, style.width - text.length - 4));
    const notes = network.fails || network.verdict !== 'identical' ? networkNotes(network) : [];
    return [
      `  ${paint(text)}  ${first}`,
      ...more.map((line) => `  ${' '.repeat(text.length)}  ${line}`),
      ...notes.flatMap((note) => noteLines(note, style)),
    ];
  });
}

function policyLines(report: GuardReport, style: TerminalStyle): string[] {
  const loosened = loosenedNote(report);
  const other = otherPolicyNote(report);
  return [
    ...(loosened === null ? [] : wrap(loosened, style.width).map(style.paint.yellow)),
    ...(other === null ? [] : wrap(other, style.width)),
  ];
}

const maxSuggested = 20;

function suggestionLines(report: GuardReport, style: TerminalStyle): string[] {
  const diff = suggestionDiff(report, maxSuggested);
  if (diff.length === 0) return [];
  return [...wrap(suggestionNote(report), style.width), ...diff.map((line) => `  ${line}`)];
}

/** Sections of a guard report: each a list of lines. */
export function guardSections(report: GuardReport, style: TerminalStyle): string[][] {
  const { bold } = style.paint;
  const colour = style.paint[runVerdicts[report.verdict].colour];
  const title = `${bold('joulegate guard:')} ${colour(bold(guardTitle(report)))}, ${countsText(report)}`;
  const ordered = bySeverity(report.kernels);
  const identical = ordered.filter((kernel) => kernel.verdict === 'identical' && !kernel.fails);
  const folded = identical.length > maxPlainRows ? identical : [];
  const shown = ordered.filter((kernel) => !folded.includes(kernel));
  const rows = shown.map((kernel) => rowOf(kernel, style));
  const table =
    rows.length === 0
      ? []
      : layOutTable({ columns: columnsFor(report), rows, width: style.width, paintTitle: style.paint.dim });
  const explained = ordered.filter(needsNotes);
  return [
    [title, ...wrap(cleanLine(report.reason, 1000), style.width)],
    policyLines(report, style),
    factLines(report, style),
    networkLines(report, style),
    table,
    identicalLines(folded, style),
    ...explained.map((kernel) => notesOf(kernel, style)),
    suggestionLines(report, style),
    warningLines(report, style),
  ];
}
