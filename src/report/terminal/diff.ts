import {
  byStatus,
  diffCountsText,
  diffNotes,
  diffStatuses,
  diffTitle,
  notMeasuredText,
  placeText,
} from '../notes/index.ts';
import { cleanLine, wrap } from '../text.ts';
import type { DiffKernel, DiffReport } from '../types.ts';
import { factLines, noteHeading, noteLines, type TerminalStyle, warningLines } from './parts.ts';

function nameOf({ kernel, workload }: DiffKernel): string {
  return cleanLine(`${kernel} ${workload}`, 300);
}

function notesOf(kernel: DiffKernel, style: TerminalStyle): string[] {
  const name = `${diffStatuses[kernel.status].text}  ${nameOf(kernel)}`;
  return [
    noteHeading(name, placeText(kernel), style),
    ...diffNotes(kernel).flatMap((note) => noteLines(note, style)),
  ];
}

function identicalLines(kernels: readonly DiffKernel[], style: TerminalStyle): string[] {
  if (kernels.length === 0) return [];
  const text = `identical: ${kernels.map(nameOf).join('; ')}`;
  return wrap(text, style.width - 2).map((line) => `  ${style.paint.dim(line)}`);
}

/** Sections of a report on programs: each a list of lines. */
export function diffSections(report: DiffReport, style: TerminalStyle): string[][] {
  const { bold, yellow } = style.paint;
  const ordered = byStatus(report.kernels);
  return [
    [
      `${bold('joulegate diff:')} ${yellow(bold(diffTitle))}, ${diffCountsText(report)}`,
      ...wrap(`${cleanLine(report.reason, 1000)} ${notMeasuredText}`, style.width),
    ],
    factLines(report, style),
    ...ordered.filter(({ status }) => status !== 'identical').map((kernel) => notesOf(kernel, style)),
    identicalLines(
      ordered.filter(({ status }) => status === 'identical'),
      style,
    ),
    warningLines(report, style),
  ];
}
