import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import type { EnergyResult } from './energy.ts';
import type { OwnTime } from './own-time.ts';
import type { PortfolioResult } from './portfolios.ts';
import type { SpaceScores } from './scores.ts';
import type { SlackResult } from './slack.ts';
import { tuningSpaces } from './spaces.ts';
import {
  energyTable,
  meanTable,
  ownTimeTable,
  portfolioTable,
  scoreTable,
  slackTable,
  transferTable,
} from './tables.ts';
import type { TransferResult } from './transfer.ts';

/** The figures, by part; what was not run is empty. */
export interface Figures {
  readonly spaces: Readonly<Record<string, SpaceScores>>;
  readonly energy: readonly EnergyResult[];
  readonly slack: readonly SlackResult[];
  readonly ownTime: readonly OwnTime[];
  readonly transfer: readonly TransferResult[];
  readonly portfolios: readonly PortfolioResult[];
}

interface SearchReport extends Figures {
  readonly date: string;
  /** What was run, oldest first: a part may have been run again. */
  readonly commands: readonly string[];
  readonly machine: string;
  readonly tunedOn: readonly string[];
}

const nothing: Figures = { spaces: {}, energy: [], slack: [], ownTime: [], transfer: [], portfolios: [] };

/** Every part as Markdown tables. */
export function asMarkdown(figures: Figures): string {
  const parts: string[] = [];
  if (Object.keys(figures.spaces).length > 0) {
    parts.push('## Soon at the optimum', meanTable(figures.spaces), scoreTable(figures.spaces));
  }
  if (figures.energy.length > 0) parts.push('## Few energy measurements', energyTable(figures.energy));
  if (figures.transfer.length > 0) parts.push('## From another device', transferTable(figures.transfer));
  if (figures.portfolios.length > 0) parts.push('## Portfolios', portfolioTable(figures.portfolios));
  if (figures.slack.length > 0) parts.push('## Energy close to the fastest', slackTable(figures.slack));
  if (figures.ownTime.length > 0) parts.push("## The search's own time", ownTimeTable(figures.ownTime));
  return parts.join('\n\n');
}

/** Writes FILE.json, and the same as tables into FILE.md. Parts and spaces that were not run stay as the file has them. */
export function writeReport(file: string, figures: Figures): void {
  const before: Partial<SearchReport> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const old = { ...nothing, ...before };
  const report: SearchReport = {
    date: new Date().toISOString().slice(0, 10),
    commands: [
      ...(before.commands ?? []),
      `npm run bench:search -- ${process.argv.slice(2).join(' ')}`.trim(),
    ],
    machine: `${process.platform}-${process.arch}, ${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown'}, Node ${process.version}`,
    tunedOn: tuningSpaces,
    spaces: { ...old.spaces, ...figures.spaces },
    energy: figures.energy.length > 0 ? figures.energy : old.energy,
    slack: figures.slack.length > 0 ? figures.slack : old.slack,
    ownTime: figures.ownTime.length > 0 ? figures.ownTime : old.ownTime,
    transfer: figures.transfer.length > 0 ? figures.transfer : old.transfer,
    portfolios: figures.portfolios.length > 0 ? figures.portfolios : old.portfolios,
  };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  const heading = [
    '# Search: figures',
    `${report.date}, ${report.machine}. Commands, oldest first:`,
    report.commands.map((command) => `    ${command}`).join('\n'),
  ];
  writeFileSync(file.replace(/(\.json)?$/, '.md'), `${[...heading, asMarkdown(report)].join('\n\n')}\n`);
}
