import { mean } from '../../src/stats/index.ts';
import type { EnergyResult } from './energy.ts';
import { checkpoints, type SearchSummary } from './methodology.ts';
import type { OwnTime } from './own-time.ts';
import { bestPeer } from './peers.ts';
import type { SpaceScores } from './scores.ts';
import type { SlackResult } from './slack.ts';
import { tuningSpaces } from './spaces.ts';

type Cell = string | number | null;

function table(titles: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const line = (cells: readonly Cell[]) => `| ${cells.map((cell) => cell ?? '-').join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n');
}

function summaryCells(summary: SearchSummary): Cell[] {
  const { median, reached } = summary.evaluationsToWithin1Percent;
  return [
    summary.score.toFixed(3),
    ...checkpoints.map((at) => summary.percentOfOptimum[at]?.toFixed(1) ?? null),
    median,
    `${(100 * reached).toFixed(0)} %`,
  ];
}

/** Per space: ours, parts taken out, no model, and the best peer. */
export function scoreTable(spaces: Readonly<Record<string, SpaceScores>>): string {
  const titles = [
    'space',
    'search',
    'seeds',
    'score',
    ...checkpoints.map((at) => `% of optimum at ${at}`),
    'evaluations to within 1 %',
    'get there',
  ];
  const rows = Object.entries(spaces).flatMap(([name, scores]) => {
    const peer = bestPeer({ budget: 0, strategies: scores.peers });
    const all: (readonly [string, SearchSummary])[] = [
      ['**ours**', scores.ours],
      ...Object.entries(scores.ablations),
      ...Object.entries(scores.plain),
      ...(peer === null ? [] : [[`best peer: ${peer[0]}`, peer[1]] as const]),
    ];
    const label = tuningSpaces.includes(name) ? `${name} (tuned on)` : name;
    return all.map(([search, summary], i) => [
      i === 0 ? label : '',
      search,
      summary.seeds,
      ...summaryCells(summary),
    ]);
  });
  return table(titles, rows);
}

/** Means over the spaces, one row per way to search that ran on all of them. */
export function meanTable(spaces: Readonly<Record<string, SpaceScores>>): string {
  const ways = new Map<string, SearchSummary[]>();
  for (const scores of Object.values(spaces)) {
    const peer = bestPeer({ budget: 0, strategies: scores.peers });
    const all = { '**ours**': scores.ours, ...scores.ablations, ...scores.plain };
    for (const [name, summary] of Object.entries(all)) ways.set(name, [...(ways.get(name) ?? []), summary]);
    if (peer !== null) ways.set('best peer of each', [...(ways.get('best peer of each') ?? []), peer[1]]);
  }
  const rows = [...ways].map(([name, summaries]) => [
    name,
    mean(summaries.map(({ score }) => score)).toFixed(3),
    ...checkpoints.map((at) =>
      mean(summaries.map(({ percentOfOptimum }) => percentOfOptimum[at] ?? 0)).toFixed(1),
    ),
  ]);
  return table(['mean over the spaces', 'score', ...checkpoints.map((at) => `% of optimum at ${at}`)], rows);
}

/** Dynamic rule, fixed shares and measuring all, side by side. */
export function energyTable(results: readonly EnergyResult[]): string {
  return table(
    [
      'evaluations',
      'whose energy is measured',
      'energy measurements',
      'of the valid',
      'above the optimum, mean',
      'loss against measuring all, paired',
    ],
    results.map((result) => [
      result.trials,
      result.rule,
      result.energyMeasurements.toFixed(1),
      `${result.shareOfValidPercent.toFixed(1)} %`,
      `${result.gapPercent.toFixed(2)} %`,
      `${result.lossPercent.toFixed(2)} % +- ${result.lossErrorPercent.toFixed(2)}`,
    ]),
  );
}

/** Energy within a latency slack. */
export function slackTable(results: readonly SlackResult[]): string {
  return table(
    [
      'slack',
      'evaluations',
      'optimum of the cap',
      'cap right',
      'energy above it, mean',
      'energy measurements',
    ],
    results.map((result) => [
      `${(100 * result.slack).toFixed(0)} %`,
      result.trials,
      `${result.reachedPercent.toFixed(0)} %`,
      `${result.capReachedPercent.toFixed(0)} %`,
      `${result.gapPercent.toFixed(2)} %`,
      result.energyMeasurements.toFixed(1),
    ]),
  );
}

/** What a trial costs besides the device. */
export function ownTimeTable(results: readonly OwnTime[]): string {
  return table(
    ['objective', 'configurations', 'trials', 'processor time a trial'],
    results.map((result) => [
      result.objective,
      result.points,
      result.trials,
      `${result.millisecondsPerTrial.toFixed(1)} ms`,
    ]),
  );
}
