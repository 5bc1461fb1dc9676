import type { BarResults } from './bars.ts';
import { type Detection, effects } from './detection.ts';
import type { NoiseModel } from './noise.ts';
import type { PeerRule } from './peers.ts';
import type { Untouched } from './untouched.ts';

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n');
}

function percent(share: number): string {
  return (share * 100).toFixed(share > 0 && share < 0.1 ? 2 : 1);
}

/** A share, bold where it is on the wrong side of its bar. */
function against(bar: { readonly atMost: number } | { readonly atLeast: number }, share: number): string {
  const isMet = 'atMost' in bar ? share <= bar.atMost : share >= bar.atLeast;
  return isMet ? percent(share) : `**${percent(share)}**`;
}

/** Every bar, one row per model. */
export function barTable(bars: readonly BarResults[]): string {
  const titles = [
    'noise',
    'sd(d)',
    'any false red, 40 at the margin',
    '40 unchanged say so',
    'any red of 40 unchanged',
    'one in 40 at +5 % missed (bar: at sd(d) 1 %)',
    'others red beside it',
    'attributed wrongly',
    'attributed at all',
    'ever red in 4 attempts, 4 at the margin',
    'blocks a kernel: at the margin, unchanged, one worse',
  ];
  const limits = ['bar', '', '<= 5', '>= 95', '<= 1', '<= 2', '', '<= 5', '', '<= 5', ''];
  return table(titles, [
    limits,
    ...bars.map((bar) => [
      bar.model,
      percent(bar.sdOfD),
      against({ atMost: 0.05 }, bar.anyRedAtMargin),
      against({ atLeast: 0.95 }, bar.unchangedOfUnchanged),
      against({ atMost: 0.01 }, bar.anyRedOfUnchanged),
      against({ atMost: 0.02 }, bar.missedOneInForty),
      percent(bar.othersRed),
      against({ atMost: 0.05 }, bar.attributedWrongly),
      percent(bar.attributedAtAll),
      against({ atMost: 0.05 }, bar.everRedInFourAttempts),
      [bar.blocks.margin, bar.blocks.unchanged, bar.blocks.oneWorse].map((n) => n.toFixed(1)).join(', '),
    ]),
  ]);
}

/** What a run does in which no kernel changed. */
export function untouchedText(run: Untouched): string {
  const device = run.openedDevice ? 'a device opened' : 'no device opened';
  return `No kernel of ${run.kernels} changed: ${run.verdict} after ${run.seconds.toFixed(2)} s (bar: 10 s), ${run.identical} identical, ${run.samples} samples taken, ${device}.`;
}

/** One table per rule: models down, true changes across. */
export function detectionTables(detection: readonly Detection[]): string[] {
  const rules = [...new Set(detection.map(({ rule }) => rule))];
  const titles = ['noise', ...effects.map((effect) => `+${(effect * 100).toFixed(0)} %`)];
  const covered = detection.flatMap((one) =>
    one.covered === null ? [] : [[one.model, ...one.covered.map(percent)]],
  );
  const coverage = `95 % intervals of energy that hold the truth, wherever the run stopped, at a true change of\n\n${table(titles, covered)}`;
  const called = rules.map((rule) => {
    const own = detection.filter((one) => one.rule === rule);
    const rows = own.map(({ model, worse, blocks }) => [
      model,
      ...worse.map((share, i) => {
        const spent = blocks?.[i];
        return `${percent(share)}${spent === undefined ? '' : ` (${spent.toFixed(1)})`}`;
      }),
    ]);
    const note = own.some(({ blocks }) => blocks !== null) ? ', blocks used in brackets' : '';
    return `**${rule}**: called worse at a true change of${note}\n\n${table(titles, rows)}`;
  });
  return [...called.slice(0, 1), coverage, ...called.slice(1)];
}

export function modelTable(models: readonly NoiseModel[]): string {
  return table(
    ['noise', 'parameters'],
    models.map(({ name, parameters }) => [name, parameters]),
  );
}

export function ruleTable(rules: readonly PeerRule[]): string {
  return table(
    ['rule', 'formula'],
    rules.map(({ name, formula }) => [name, formula]),
  );
}
