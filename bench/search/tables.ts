import { mean } from '../../src/stats/index.ts';
import { costs, type EnergyResult, equalEnergies, equalSeconds } from './energy.ts';
import { checkpoints, type SearchSummary } from './methodology.ts';
import type { OwnTime } from './own-time.ts';
import { bestPeer } from './peers.ts';
import type { PortfolioResult } from './portfolios.ts';
import type { SpaceScores } from './scores.ts';
import type { SlackResult } from './slack.ts';
import { tuningSpaces } from './spaces.ts';
import type { TransferResult } from './transfer.ts';

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

/** Means over the spaces that each way to search ran on. */
export function meanTable(spaces: Readonly<Record<string, SpaceScores>>): string {
  const ways = new Map<string, SearchSummary[]>();
  for (const scores of Object.values(spaces)) {
    const peer = bestPeer({ budget: 0, strategies: scores.peers });
    const all = { '**ours**': scores.ours, ...scores.ablations, ...scores.plain };
    for (const [name, summary] of Object.entries(all)) ways.set(name, [...(ways.get(name) ?? []), summary]);
    if (peer === null) continue;
    // Peers did not run on all spaces: ours beside them, on the same ones.
    for (const [name, summary] of [
      ['ours, where peers ran', scores.ours],
      ['best peer of each', peer[1]],
    ] as const) {
      ways.set(name, [...(ways.get(name) ?? []), summary]);
    }
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

/** A result of one rule, averaged over the spaces. */
function meanOf(results: readonly EnergyResult[], rule: string): Cell[] {
  const own = results.filter((result) => result.rule === rule);
  const average = (of: (result: EnergyResult) => number) => mean(own.map(of));
  return [
    '**mean**',
    rule,
    average(({ energyMeasurements }) => energyMeasurements).toFixed(1),
    `${average(({ shareOfValidPercent }) => shareOfValidPercent).toFixed(1)} %`,
    `${average(({ gapPercent }) => gapPercent).toFixed(2)} %`,
    `${average(({ lossPercent }) => lossPercent).toFixed(2)} %`,
    `${average(({ gapOfTriedPercent }) => gapOfTriedPercent).toFixed(2)} %`,
    `${average(({ gapAtEqualEnergiesPercent }) => gapAtEqualEnergiesPercent).toFixed(2)} %`,
    `${average(({ gapAtEqualSecondsPercent }) => gapAtEqualSecondsPercent).toFixed(2)} %`,
  ];
}

/** Dynamic rule, a fixed share and measuring all, side by side: at equal trials, energies and seconds. */
export function energyTable(results: readonly EnergyResult[]): string {
  const rules = [...new Set(results.map(({ rule }) => rule))];
  const [first] = results;
  const note = `${first?.trials ?? 0} trials, ${first?.seeds ?? 0} seeds. Spaces with an @ are semi-synthetic: their latencies are recorded, their energies made (\`bench/search/semi-synthetic.ts\`). Seconds count ${costs.trialSeconds} s a trial and ${costs.energySeconds} s an energy.`;
  const rows = results.map((result) => [
    result.space,
    result.rule,
    result.energyMeasurements.toFixed(1),
    `${result.shareOfValidPercent.toFixed(1)} %`,
    `${result.gapPercent.toFixed(2)} %`,
    `${result.lossPercent.toFixed(2)} % +- ${result.lossErrorPercent.toFixed(2)}`,
    `${result.gapOfTriedPercent.toFixed(2)} %`,
    `${result.gapAtEqualEnergiesPercent.toFixed(2)} %`,
    `${result.gapAtEqualSecondsPercent.toFixed(2)} %`,
  ]);
  const titles = [
    'space',
    'whose energy is measured',
    'energies',
    'of the valid',
    'above the optimum, mean',
    'loss against measuring all, paired',
    'best of those tried',
    `above after ${equalEnergies} energies`,
    `above after ${equalSeconds} s`,
  ];
  return `${note}\n\n${table(titles, [...rows, ...rules.map((rule) => meanOf(results, rule))])}`;
}

/** Trials to 95 % of the optimum, cold and with another device's recording. */
export function transferTable(results: readonly TransferResult[]): string {
  const ratioOf = ({ cold, warm }: TransferResult) => warm / cold;
  const geometric = (own: readonly TransferResult[]) =>
    Math.exp(mean(own.map((one) => Math.log(ratioOf(one)))));
  const groups = [
    ['same vendor', results.filter(({ sameVendor }) => sameVendor)],
    ['other vendor', results.filter(({ sameVendor }) => !sameVendor)],
  ] as const;
  return table(
    ['space', 'from', 'to', 'cold', 'with the other device', 'of cold'],
    [
      ...results.map((one) => [
        one.space,
        one.from,
        one.to,
        one.cold.toFixed(1),
        one.warm.toFixed(1),
        ratioOf(one).toFixed(2),
      ]),
      ...groups.flatMap(([name, own]) =>
        own.length === 0 ? [] : [[`**${name}**, geometric mean`, '', '', '', '', geometric(own).toFixed(2)]],
      ),
    ],
  );
}

/** What a device that was left out reaches of its own best. */
export function portfolioTable(results: readonly PortfolioResult[]): string {
  const columns = [
    ['portfolio of 3, picked unseen', ({ pickedPercent }) => pickedPercent],
    ['its best member', ({ bestMemberPercent }) => bestMemberPercent],
    ['best mean of the others', ({ bestMeanPercent }) => bestMeanPercent],
    ['fastest of the nearest', ({ nearestPercent }) => nearestPercent],
    ['median configuration', ({ defaultPercent }) => defaultPercent],
  ] as const satisfies readonly (readonly [string, (result: PortfolioResult) => number])[];
  const cells = (of: (values: readonly number[]) => number) =>
    columns.map(([, value]) => `${of(results.map(value)).toFixed(1)} %`);
  return table(
    ['space', 'device left out', ...columns.map(([title]) => title)],
    [
      ...results.map((one) => [
        one.space,
        one.device,
        ...columns.map(([, value]) => `${value(one).toFixed(1)} %`),
      ]),
      ['**mean**', '', ...cells(mean)],
      ['**worst**', '', ...cells((values) => Math.min(...values))],
    ],
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
