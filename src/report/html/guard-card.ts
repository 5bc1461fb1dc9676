import {
  formatChange,
  formatConfiguration,
  formatConfigurationChange,
  formatJoules,
  formatMilliseconds,
  formatRatio,
} from '../format.ts';
import { guardNotes, kernelVerdictText, placeText, verdictColour, windowNote } from '../notes/index.ts';
import { element, escapeMarkup, intervalsFigure, type Point, planeFigure, type Tone } from '../svg/index.ts';
import type { GuardKernel, Ratio } from '../types.ts';
import { codeHtml, disclosure, figureHtml, paragraph, tableHtml, textHtml } from './parts.ts';
import { diffHtml } from './program-diff.ts';
import type { Sample } from './samples.ts';

/** A card is what is told of one kernel and workload. */
export interface CardContext {
  /** Unique in the page. */
  readonly id: string;
  /** Characters of a program's diff that there is room for. */
  readonly diffLength: number;
}

const tones: Readonly<Record<ReturnType<typeof verdictColour>, Tone>> = {
  red: 'bad',
  green: 'good',
  yellow: 'base',
  faint: 'base',
};

function toneOf(kernel: GuardKernel): Tone {
  return tones[verdictColour(kernel)];
}

function interval(label: string, ratio: Ratio | null, margin: number | null, tone: Tone) {
  if (ratio === null) return [];
  const { estimate, low, high } = ratio;
  const text = `${label}: ${formatRatio(ratio)}`;
  return [{ label, estimate: estimate - 1, low: low - 1, high: high - 1, margin, text, tone }];
}

function marginOf(kernel: GuardKernel, metric: 'energy' | 'latency'): number | null {
  const judged = kernel.metrics.find((one) => one.metric === metric);
  return judged?.gates === true ? judged.margin : null;
}

function intervals(kernel: GuardKernel, id: string): string {
  const { energyRatio, latencyRatio } = kernel;
  const rows = [
    ...interval('energy', energyRatio, marginOf(kernel, 'energy'), toneOf(kernel)),
    ...interval('latency', latencyRatio, marginOf(kernel, 'latency'), toneOf(kernel)),
  ];
  if (rows.length === 0) return '';
  const svg = intervalsFigure({
    id: `${id}-intervals`,
    title: 'Head against base',
    description: `Relative change with its 95 % confidence interval; red lies beyond the margin. ${rows.map(({ text }) => text).join('; ')}.`,
    rows,
    format: (value) => formatChange(1 + value),
  });
  return figureHtml(`Head against base${kernel.estimated ? ', energy estimated' : ''}`, svg);
}

function pointsOf(samples: readonly Sample[], arm: Sample['arm']): readonly Point[] {
  return samples.flatMap((sample) =>
    sample.arm !== arm || sample.latencyMs === null || sample.joules === null || sample.voidReasons.length > 0
      ? []
      : [{ x: sample.latencyMs, y: sample.joules }],
  );
}

function plane(kernel: GuardKernel, samples: readonly Sample[], id: string): string {
  const [base, head] = [pointsOf(samples, 'B'), pointsOf(samples, 'H')];
  if (base.length === 0 || head.length === 0) return '';
  const mark = (cost: GuardKernel['base'], label: string, tone: Tone) =>
    cost === null || cost.joules === null ? [] : [{ x: cost.latencyMs, y: cost.joules, label, tone }];
  const svg = planeFigure({
    id: `${id}-plane`,
    title: 'Energy and latency of every block',
    description: `One point per block and arm, ${base.length} of base and ${head.length} of head; rings are their medians.`,
    x: { title: 'latency of a launch', format: formatMilliseconds },
    y: { title: `energy of a launch${kernel.estimated ? ' (estimated)' : ''}`, format: formatJoules },
    clouds: [
      { points: base, tone: 'base' },
      { points: head, tone: 'head' },
    ],
    marks: [...mark(kernel.base, 'base', 'base'), ...mark(kernel.head, 'head', 'head')],
  });
  return figureHtml('Every block', svg);
}

function metricsTable(kernel: GuardKernel): string {
  if (kernel.metrics.length === 0) return '';
  return tableHtml({
    caption: 'How each metric was judged',
    titles: ['metric', 'verdict', 'change', 'margin', 'blocks', 'reason'],
    figureColumns: [2, 3, 4],
    rows: kernel.metrics.map((metric) => [
      metric.metric,
      escapeMarkup(metric.verdict),
      metric.ratio === null ? '' : escapeMarkup(formatRatio(metric.ratio)),
      `${(100 * metric.margin).toFixed(1)} %${metric.gates ? '' : ', not gated'}`,
      String(metric.blocks),
      textHtml(metric.reason),
    ]),
  });
}

function differences(kernel: GuardKernel, context: CardContext): string {
  const { base, head } = kernel.configuration;
  const tuned = base === null || head === null ? '' : formatConfigurationChange(base, head);
  const now = head === null ? '' : formatConfiguration(head);
  const configuration = now === '' ? '' : paragraph(`Head's configuration: ${codeHtml(now, 1000)}`);
  const tuning = tuned === '' ? '' : paragraph(`Tuning: ${codeHtml(tuned, 1000)}`);
  const { diff = null } = kernel;
  const program =
    diff === null || context.diffLength === 0
      ? ''
      : diff === ''
        ? paragraph('The linked programs are the same.')
        : diffHtml(diff, context.diffLength);
  return `${configuration}${tuning}${program}`;
}

/** The card of one kernel and workload that guard compared. */
export function guardCard(kernel: GuardKernel, samples: readonly Sample[], context: CardContext): string {
  const place = placeText(kernel);
  const figures = `${intervals(kernel, context.id)}${plane(kernel, samples, context.id)}`;
  const [reason = '', ...rest] = guardNotes(kernel);
  return element(
    'article',
    { id: context.id, 'aria-labelledby': `${context.id}-name` },
    element(
      'h2',
      { id: `${context.id}-name` },
      `${textHtml(kernel.kernel, 100)} ${element('span', { class: 'faint' }, textHtml(kernel.workload, 200))}`,
    ),
    paragraph(
      `${element('span', { class: `verdict ${verdictColour(kernel)}` }, escapeMarkup(kernelVerdictText(kernel)))}${kernel.sentinel ? ' (sentinel)' : ''}: ${escapeMarkup(reason)}`,
    ),
    rest.length === 0 ? '' : element('ul', {}, ...rest.map((note) => element('li', {}, escapeMarkup(note)))),
    place === null ? '' : paragraph(`in ${codeHtml(place)}`, 'faint'),
    figures === '' ? '' : element('div', { class: 'figures' }, figures),
    disclosure(
      'How it was judged',
      metricsTable(kernel) + paragraph(escapeMarkup(windowNote(samples)), 'faint'),
    ),
    disclosure('What differs', differences(kernel, context)),
  );
}

/** Heading, verdict and figures of a guard report's overview row. */
export function guardRow(kernel: GuardKernel, id: string): readonly string[] {
  const link = element('a', { href: `#${id}` }, `${textHtml(kernel.kernel, 100)}`);
  const cost = (ratio: Ratio | null, before: string | null, after: string | null) =>
    [
      ratio === null ? '' : escapeMarkup(formatRatio(ratio)),
      before === null || after === null
        ? ''
        : element('span', { class: 'faint' }, escapeMarkup(`${before} → ${after}`)),
    ]
      .filter((text) => text !== '')
      .join('<br>');
  const joules = (one: GuardKernel['base']) => (one?.joules == null ? null : formatJoules(one.joules));
  const milliseconds = (one: GuardKernel['base']) =>
    one === null ? null : formatMilliseconds(one.latencyMs);
  return [
    element('span', { class: `verdict ${verdictColour(kernel)}` }, escapeMarkup(kernelVerdictText(kernel))),
    `${link} <span class="faint">${textHtml(kernel.workload, 200)}</span>${kernel.sentinel ? ' (sentinel)' : ''}`,
    cost(kernel.energyRatio, joules(kernel.base), joules(kernel.head)),
    cost(kernel.latencyRatio, milliseconds(kernel.base), milliseconds(kernel.head)),
  ];
}
