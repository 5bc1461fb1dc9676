import { isEstimated, isReplaced, placeText, retuneTitle } from './facts.ts';
import { formatInteger, formatJoules, formatMilliseconds } from './format.ts';
import { configurationNote, searchNote } from './retune-notes.ts';
import { sparkline } from './sparkline.ts';
import { type Cell, type Column, layOutTable } from './table.ts';
import {
  factLines,
  movementCell,
  noteHeading,
  noteLines,
  ratioCell,
  type TerminalStyle,
  warningLines,
} from './terminal-parts.ts';
import { cleanLine } from './text.ts';
import type { RetunedKernel, RetuneReport } from './types.ts';

const sparklinePoints = 12;

function columnsFor(report: RetuneReport): readonly Column[] {
  const energy = isEstimated(report) ? 'energy (estimated)' : 'energy';
  return [
    { title: 'kernel', align: 'left', minWidth: 12 },
    { title: 'workload', align: 'left', minWidth: 10 },
    { title: energy, align: 'right' },
    { title: 'before → after', align: 'right', dropOrder: 1 },
    { title: 'latency', align: 'right' },
    { title: 'before → after', align: 'right', dropOrder: 2 },
    { title: 'trials', align: 'right' },
    { title: 'search', align: 'left', dropOrder: 3 },
  ];
}

function rowOf(kernel: RetunedKernel, style: TerminalStyle): readonly Cell[] {
  const { before } = kernel;
  const replaced = isReplaced(kernel);
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

function notesOf(kernel: RetunedKernel, style: TerminalStyle): string[] {
  const name = cleanLine(`${kernel.kernel} ${kernel.workload}`, 300);
  const notes = [configurationNote(kernel), cleanLine(kernel.reason, 600), searchNote(kernel)];
  return [
    noteHeading(name, placeText(kernel), style),
    ...notes.filter((note) => note !== '').flatMap((note) => noteLines(note, style)),
  ];
}

/** Sections of a retune report: each a list of lines. */
export function retuneSections(report: RetuneReport, style: TerminalStyle): string[][] {
  const rows = report.kernels.map((kernel) => rowOf(kernel, style));
  const table =
    rows.length === 0
      ? []
      : layOutTable({ columns: columnsFor(report), rows, width: style.width, paintTitle: style.paint.dim });
  return [
    [`${style.paint.bold('joulegate retune:')} ${retuneTitle(report)}`],
    factLines(report, style),
    table,
    ...report.kernels.map((kernel) => notesOf(kernel, style)),
    warningLines(report, style),
  ];
}
