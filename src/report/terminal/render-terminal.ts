import type { Report } from '../types.ts';
import { diffSections } from './diff.ts';
import { guardSections } from './guard.ts';
import { createPaint } from './paint.ts';
import type { TerminalStyle } from './parts.ts';
import { retuneSections } from './retune.ts';

export interface TerminalOptions {
  /** Whether the terminal shows ANSI colours. */
  readonly colour: boolean;
  /** Columns of the terminal; at least 40 are used. */
  readonly width: number;
}

const minWidth = 40;

function sectionsOf(report: Report, style: TerminalStyle): string[][] {
  switch (report.kind) {
    case 'guard':
      return guardSections(report, style);
    case 'retune':
      return retuneSections(report, style);
    case 'diff':
      return diffSections(report, style);
  }
}

/** A report as text for a terminal, ending with a newline. Foreign text in it is free of control characters. */
export function renderTerminal(report: Report, options: TerminalOptions): string {
  const style = { paint: createPaint(options.colour), width: Math.max(minWidth, options.width) };
  const sections = sectionsOf(report, style);
  const shown = sections.filter((lines) => lines.length > 0);
  return `${shown.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}
