import { formatChange, formatRatio } from '../format.ts';
import { quantityTitles, runFacts } from '../notes/index.ts';
import { cleanLine, displayWidth, wrap } from '../text.ts';
import type { Ratio, Report } from '../types.ts';
import type { Paint } from './paint.ts';
import type { Cell, Column } from './table.ts';

export interface TerminalStyle {
  readonly paint: Paint;
  /** Columns of the terminal. */
  readonly width: number;
}

/**
 * Columns for a change of energy, energies, a change of latency, latencies. Where there is no room for the figures, the
 * titles of the changes need not tell themselves from those.
 */
export function quantityColumns(report: Report): readonly Column[] {
  const titles = quantityTitles(report);
  return [
    { title: titles.energyChange, shortTitle: titles.energy, align: 'right' },
    { title: titles.energy, align: 'right', dropOrder: 1 },
    { title: titles.latencyChange, shortTitle: titles.latency, align: 'right' },
    { title: titles.latency, align: 'right', dropOrder: 2 },
  ];
}

/** `-12.0 % [-13.1, -10.9]`, green if clearly lower, red if clearly higher; empty if unknown. */
export function ratioCell(ratio: Ratio | null, paint: Paint): Cell {
  if (ratio === null) return { text: '' };
  const cell = { text: formatRatio(ratio), short: formatChange(ratio.estimate) };
  if (ratio.high < 1) return { ...cell, paint: paint.green };
  return ratio.low > 1 ? { ...cell, paint: paint.red } : cell;
}

/** `12.3 mJ → 9.1 mJ`, the one that is known, or empty. */
export function movementCell(
  before: number | null | undefined,
  after: number | null | undefined,
  format: (value: number) => string,
): Cell {
  const known = [before, after].filter((value) => value != null).map((value) => format(value));
  return { text: known.join(' → ') };
}

/** Label and text on a line each, long texts wrapped under themselves. */
export function factLines(report: Report, style: TerminalStyle): string[] {
  const facts = runFacts(report);
  const labelWidth = Math.max(...facts.map(([label]) => label.length));
  return facts.flatMap(([label, text]) =>
    wrap(text, Math.max(20, style.width - labelWidth - 4)).map((line, i) => {
      const shown = (i === 0 ? label : '').padEnd(labelWidth);
      return `  ${style.paint.dim(shown)}  ${line}`;
    }),
  );
}

export function warningLines(report: Report, style: TerminalStyle): string[] {
  return report.warnings.flatMap((warning) =>
    wrap(cleanLine(warning, 1000), Math.max(20, style.width - 9)).map((line, i) =>
      i === 0 ? `${style.paint.yellow('warning:')} ${line}` : `         ${line}`,
    ),
  );
}

/** A note below a kernel's heading. */
export function noteLines(text: string, style: TerminalStyle): string[] {
  return wrap(text, Math.max(20, style.width - 6)).map((line, i) =>
    i === 0 ? `    ${line}` : `      ${line}`,
  );
}

/** `kernel workload  file:line`, the place dimmed and left out where it does not fit. */
export function noteHeading(name: string, place: string | null, style: TerminalStyle): string {
  const heading = `  ${style.paint.bold(name)}`;
  if (place === null || displayWidth(name) + displayWidth(place) + 4 > style.width) return heading;
  return `${heading}  ${style.paint.dim(place)}`;
}
