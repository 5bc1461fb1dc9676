import { needsEnergy } from '../../manifest/index.ts';
import { bestSoFar } from '../best-so-far.ts';
import {
  formatConfiguration,
  formatInteger,
  formatJoules,
  formatMilliseconds,
  formatNumber,
  formatObjective,
  formatRatio,
} from '../format.ts';
import {
  configurationNote,
  failureNotes,
  historyNotes,
  isReplaced,
  passNote,
  placeText,
  searchNote,
} from '../notes/index.ts';
import {
  barsFigure,
  element,
  escapeMarkup,
  linesFigure,
  type Mark,
  type Point,
  planeFigure,
  type Tone,
} from '../svg/index.ts';
import type { RetunedKernel, RetuneReport } from '../types.ts';
import { codeHtml, disclosure, figureHtml, paragraph, tableHtml, textHtml } from './parts.ts';

type Evidence = NonNullable<RetunedKernel['evidence']>;

/** Tunables beyond these matter to nobody. */
const maxImportances = 12;

function markOf(
  cost: { readonly latencyMs: number | null; readonly joules: number | null } | null,
  label: string,
  tone: Tone,
): Mark[] {
  return cost === null || cost.latencyMs === null || cost.joules === null
    ? []
    : [{ x: cost.latencyMs, y: cost.joules, label, tone }];
}

/** Energy over latency of everything measured, with the front and what ships before and after. */
function plane(kernel: RetunedKernel, evidence: Evidence, id: string): string {
  const measured = evidence.points.flatMap(({ latencyMs, joules }) =>
    joules === null ? [] : [{ x: latencyMs, y: joules }],
  );
  if (measured.length === 0) return '';
  const others = evidence.finalists.filter(({ chosen }) => !chosen);
  const svg = planeFigure({
    id: `${id}-plane`,
    title: 'Energy and latency of what the search measured',
    description: `${measured.length} configurations measured for energy, the Pareto front of ${kernel.pareto.length}, the configuration before and the chosen one, finalists besides.`,
    x: { title: 'latency of a launch', format: formatMilliseconds },
    y: { title: `energy of a launch${kernel.estimated ? ' (estimated)' : ''}`, format: formatJoules },
    clouds: [{ points: measured, tone: null }],
    front: kernel.pareto.map(({ latencyMs, joules }) => ({ x: latencyMs, y: joules })),
    marks: [
      ...others.flatMap((finalist) => markOf(finalist, '', 'faint')),
      ...(isReplaced(kernel) ? markOf(kernel.before, 'before', 'base') : []),
      ...markOf(kernel, isReplaced(kernel) ? 'chosen' : 'kept', 'head'),
    ],
  });
  return figureHtml('Energy and latency', svg);
}

/** Points that a curve of steps needs: where it changes, and its end; at most about 150 of them. */
function thinnedSteps(points: readonly Point[]): readonly Point[] {
  const changes = points.filter(({ y }, at) => at === points.length - 1 || y !== points[at - 1]?.y);
  const every = Math.max(1, Math.ceil(changes.length / 150));
  return changes.filter((_, at) => at % every === 0 || at === changes.length - 1);
}

/** The best so far after every trial. */
function convergence(kernel: RetunedKernel, id: string): string {
  const { incumbent, points: best } = bestSoFar(kernel);
  const points = best.map(({ trial, value }) => ({ x: trial, y: value }));
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || points.length < 2) return '';
  const shown = thinnedSteps(points);
  const format = (value: number) => formatObjective(kernel.objective, value);
  const isEstimated = kernel.estimated && needsEnergy(kernel.objective);
  const svg = linesFigure({
    id: `${id}-convergence`,
    title: 'Best so far',
    description: `The best ${kernel.objective} known after each of ${kernel.trials} trials; it ends at ${format(last.y)}.${incumbent === null ? '' : ` What shipped before costs ${format(incumbent)}.`}`,
    x: { title: 'trials', format: (value) => formatInteger(value) },
    y: { title: `${kernel.objective}${isEstimated ? ' (estimated)' : ''}`, format },
    lines: [
      { label: 'best so far', tone: 'base', points: shown, steps: true },
      ...(incumbent === null
        ? []
        : [
            {
              label: 'shipped before',
              tone: 'faint' as const,
              points: [first, last].map(({ x }) => ({ x, y: incumbent })),
              thin: true,
            },
          ]),
    ],
    fromFirst: true,
  });
  return figureHtml('Search', svg);
}

/** Predictions by trees that did not see the point, against what was measured. */
function predictions(evidence: Evidence, id: string): string {
  const energetic = evidence.points.some(({ joules }) => joules !== null);
  const points = evidence.points.flatMap(({ latencyMs, joules, predicted }) => {
    const measured = energetic ? joules : latencyMs;
    return measured === null || predicted === null ? [] : [{ x: measured, y: predicted }];
  });
  if (points.length === 0) return '';
  const format = energetic ? formatJoules : formatMilliseconds;
  const svg = planeFigure({
    id: `${id}-predictions`,
    title: 'Predicted against measured',
    description: `${points.length} configurations; predictions come from trees that learned from the others alone. On the line both are equal.`,
    x: { title: 'measured', format },
    y: { title: 'predicted', format },
    clouds: [{ points, tone: 'base' }],
    diagonal: true,
  });
  return figureHtml(`Predicted against measured ${energetic ? 'energy' : 'latency'}`, svg);
}

function power(evidence: Evidence, id: string): string {
  const points = evidence.power.map(({ seconds, watts }) => ({ x: seconds, y: watts }));
  if (points.length < 3) return '';
  const svg = linesFigure({
    id: `${id}-power`,
    title: 'Power during an energy window',
    description: `Power of ${points.length} updates of the meter while the best configuration ran, preheating included.`,
    x: { title: 'seconds', format: (value) => formatNumber(value) },
    y: { title: 'power', format: (value) => `${formatNumber(value)} W` },
    lines: [{ label: 'power', tone: 'head', points }],
    fromZero: true,
  });
  return figureHtml('Power during an energy window', svg);
}

function importances(evidence: Evidence, id: string): string {
  const bars = evidence.importances.slice(0, maxImportances).map(({ tunable, share }) => {
    return { label: tunable, share, text: `${(100 * share).toFixed(0)} %` };
  });
  if (bars.length === 0) return '';
  const svg = barsFigure({
    id: `${id}-importance`,
    title: 'Importance of tunables',
    description: `Share of the differences between configurations that each tunable explains: ${bars.map(({ label, text }) => `${label} ${text}`).join(', ')}.`,
    bars,
  });
  return figureHtml('What the tunables matter', svg);
}

function finalistsTable({ finalists }: Evidence): string {
  if (finalists.length < 2) return '';
  return tableHtml({
    caption: 'Measured side by side in fresh blocks',
    titles: ['outcome', 'configuration', 'energy', 'latency'],
    figureColumns: [2, 3],
    rows: finalists.map(({ configuration, latencyMs, joules, chosen }) => [
      chosen ? 'chosen' : '',
      codeHtml(formatConfiguration(configuration), 600),
      joules === null ? '' : escapeMarkup(formatJoules(joules)),
      latencyMs === null ? '' : escapeMarkup(formatMilliseconds(latencyMs)),
    ]),
  });
}

/** The card of one kernel and workload that was retuned. */
export function retuneCard(report: RetuneReport, kernel: RetunedKernel, id: string): string {
  const { evidence = null } = kernel;
  const place = placeText(kernel);
  const figures = [
    evidence === null ? '' : plane(kernel, evidence, id),
    convergence(kernel, id),
    ...(evidence === null ? [] : [predictions(evidence, id), importances(evidence, id), power(evidence, id)]),
  ].join('');
  const notes = [
    configurationNote(report, kernel),
    searchNote(kernel),
    passNote(kernel),
    ...historyNotes(kernel),
    ...failureNotes(kernel),
  ];
  return element(
    'article',
    { id, 'aria-labelledby': `${id}-name` },
    element(
      'h2',
      { id: `${id}-name` },
      `${textHtml(kernel.kernel, 100)} ${element('span', { class: 'faint' }, textHtml(kernel.workload, 200))}`,
    ),
    paragraph(textHtml(kernel.reason)),
    element(
      'ul',
      {},
      ...notes.filter((note) => note !== '').map((note) => element('li', {}, textHtml(note, 1200))),
    ),
    place === null ? '' : paragraph(`in ${codeHtml(place)}`, 'faint'),
    figures === '' ? '' : element('div', { class: 'figures' }, figures),
    evidence === null ? '' : disclosure('Finalists', finalistsTable(evidence)),
    disclosure(
      'Configuration',
      kernel.configuration === null
        ? ''
        : paragraph(codeHtml(formatConfiguration(kernel.configuration), 2000)),
    ),
  );
}

/** Figures of a retune report's overview row. */
export function retuneRow(kernel: RetunedKernel, id: string): readonly string[] {
  return [
    `${element('a', { href: `#${id}` }, textHtml(kernel.kernel, 100))} <span class="faint">${textHtml(kernel.workload, 200)}</span>`,
    kernel.joules === null ? '' : escapeMarkup(formatJoules(kernel.joules)),
    kernel.energyRatio === null ? '' : escapeMarkup(formatRatio(kernel.energyRatio)),
    kernel.latencyMs === null ? '' : escapeMarkup(formatMilliseconds(kernel.latencyMs)),
    kernel.latencyRatio === null ? '' : escapeMarkup(formatRatio(kernel.latencyRatio)),
  ];
}
