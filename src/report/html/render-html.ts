import { groupSamples } from '../group-samples.ts';
import {
  bySeverity,
  byStatus,
  countsText,
  diffCountsText,
  diffTitle,
  guardTitle,
  isQuiet,
  kernelVerdictText,
  loosenedNote,
  networkLine,
  networkNotes,
  networksIn,
  notMeasuredText,
  otherPolicyNote,
  portfolioNotes,
  quantityTitles,
  retuneTitle,
  runFacts,
  runVerdicts,
  suggestionDiff,
  suggestionNote,
  verdictColour,
} from '../notes/index.ts';
import { element, escapeMarkup } from '../svg/index.ts';
import type {
  DiffReport,
  GuardNetwork,
  GuardReport,
  Report,
  RetunedNetwork,
  RetuneReport,
} from '../types.ts';
import { diffCard, diffRow } from './diff-card.ts';
import { guardCard, guardRow } from './guard-card.ts';
import { pageHtml } from './page.ts';
import { codeHtml, disclosure, factsHtml, paragraph, tableHtml, textHtml } from './parts.ts';
import { diffHtml } from './program-diff.ts';
import { retuneCard, retuneRow } from './retune-card.ts';

/** Characters of programs' differences in a page, shared by its kernels. */
const diffRoom = 1_500_000;
const maxDiff = 20_000;

const idOf = (at: number) => `kernel-${at + 1}`;

function guardBody(report: GuardReport): string {
  const ordered = bySeverity(report.kernels);
  const titles = quantityTitles(report);
  const samplesOf = groupSamples(report);
  const diffLength = Math.min(maxDiff, Math.floor(diffRoom / Math.max(1, ordered.length)));
  const loosened = loosenedNote(report);
  const other = otherPolicyNote(report);
  const suggested = suggestionDiff(report, 200);
  const detailed = ordered.filter((kernel) => kernel.metrics.length > 0 || !isQuiet(kernel));
  return [
    loosened === null ? '' : element('div', { class: 'note warn' }, textHtml(loosened, 4000)),
    other === null ? '' : element('div', { class: 'note' }, textHtml(other, 4000)),
    networksHtml(networksIn(report)),
    element('h2', {}, 'Kernels'),
    tableHtml({
      caption: null,
      titles: ['verdict', 'kernel', titles.energy, titles.latency],
      figureColumns: [2, 3],
      rows: ordered.map((kernel) => {
        const at = detailed.indexOf(kernel);
        const row = guardRow(kernel, at === -1 ? 'kernels' : idOf(at));
        return at === -1 ? [row[0] ?? '', plainName(kernel), ...row.slice(2)] : row;
      }),
    }),
    suggested.length === 0
      ? ''
      : disclosure(
          'Suggested tuned state',
          paragraph(textHtml(suggestionNote(report), 2000)) + diffHtml(suggested.join('\n'), maxDiff),
        ),
    ...detailed.map((kernel, at) => guardCard(kernel, samplesOf(kernel), { id: idOf(at), diffLength })),
  ].join('');
}

function networksHtml(networks: readonly (GuardNetwork | RetunedNetwork)[]): string {
  if (networks.length === 0) return '';
  return [
    element('h2', {}, 'Networks'),
    ...networks.map((network) =>
      [
        paragraph(
          [
            ...('verdict' in network
              ? [
                  element(
                    'span',
                    { class: `verdict ${verdictColour(network)}` },
                    escapeMarkup(kernelVerdictText(network)),
                  ),
                ]
              : []),
            textHtml(networkLine(network), 600),
          ].join(' '),
        ),
        element('ul', {}, ...networkNotes(network).map((note) => element('li', {}, textHtml(note, 700)))),
      ].join(''),
    ),
  ].join('');
}

function plainName({ kernel, workload }: { readonly kernel: string; readonly workload: string }): string {
  return `${textHtml(kernel, 100)} <span class="faint">${textHtml(workload, 200)}</span>`;
}

function retuneBody(report: RetuneReport): string {
  const titles = quantityTitles(report);
  return [
    networksHtml(report.networks ?? []),
    element('h2', {}, 'Kernels'),
    tableHtml({
      caption: null,
      titles: ['kernel', titles.energy, titles.energyChange, titles.latency, titles.latencyChange],
      figureColumns: [1, 2, 3, 4],
      rows: report.kernels.map((kernel, at) => retuneRow(kernel, idOf(at))),
    }),
    ...report.kernels.map((kernel, at) => retuneCard(report, kernel, idOf(at))),
    ...portfolioNotes(report).flatMap(({ subject, summary, members }) => [
      paragraph(`Portfolio of ${textHtml(subject)}: ${textHtml(summary)}.`),
      ...members.map((member) => paragraph(codeHtml(member, 800))),
    ]),
  ].join('');
}

function diffBody(report: DiffReport): string {
  const ordered = byStatus(report.kernels);
  const detailed = ordered.filter(({ shipped, diff }) => shipped.length > 0 || (diff ?? '') !== '');
  const diffLength = Math.min(maxDiff, Math.floor(diffRoom / Math.max(1, detailed.length)));
  return [
    element('h2', {}, 'Kernels'),
    tableHtml({
      caption: null,
      titles: ['program', 'kernel', 'what moved, not measured'],
      rows: ordered.map((kernel) => {
        const at = detailed.indexOf(kernel);
        return diffRow(kernel, at === -1 ? null : idOf(at));
      }),
    }),
    ...detailed.map((kernel, at) => diffCard(kernel, idOf(at), diffLength)),
  ].join('');
}

/** What a kind of report is called, says first, and holds. */
function partsOf(report: Report): { readonly title: string; readonly said: string; readonly body: string } {
  const said = (counts: string, reason: string) =>
    paragraph(`${element('strong', {}, escapeMarkup(counts))}. ${textHtml(reason, 1000)}`);
  switch (report.kind) {
    case 'guard':
      return {
        title: guardTitle(report),
        said: said(countsText(report), report.reason),
        body: guardBody(report),
      };
    case 'retune':
      return { title: retuneTitle(report), said: '', body: retuneBody(report) };
    case 'diff':
      return {
        title: diffTitle,
        said: said(diffCountsText(report), `${report.reason} ${notMeasuredText}`),
        body: diffBody(report),
      };
  }
}

function titleClass(report: Report): string {
  return report.kind === 'guard' ? runVerdicts[report.verdict].colour : '';
}

/**
 * A report as one page that needs nothing else. Figures are drawn here, as SVG, and say in words what they show.
 */
export function renderHtml(report: Report): string {
  const { title, said, body } = partsOf(report);
  const name = `joulegate ${report.kind}: ${title}`;
  const facts = [
    ...(report.manifest === null ? [] : [['manifest', report.manifest] as const]),
    ...runFacts(report),
    ['made', `${report.createdAt} by joulegate ${report.tool.version}`] as const,
  ];
  const warnings = report.warnings.map((warning) =>
    element('div', { class: 'note warn' }, textHtml(warning, 1000)),
  );
  return pageHtml({
    name,
    tone: titleClass(report),
    lead: [said, factsHtml(facts), ...warnings].join(''),
    main: body,
    footer: 'Every figure has its numbers in report.json beside this page.',
  });
}
