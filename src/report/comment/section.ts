import { verdictOrder, verdicts } from '../../manifest/index.ts';
import type { CommentKernel, CommentNetwork, CommentRow } from '../../schema/index.ts';
import { formatCount } from '../format.ts';
import { codeMarkdown, details, escapeHtml, escapeMarkdown } from '../markdown/index.ts';
import { figuresText, sumText, verdictOf } from './headline.ts';
import { type CommentPlace, reportLink, runLink, sourceLink } from './links.ts';
import { programBlocks } from './programs.ts';

/** Notes that are shown; the others are folded. */
const maxOpenNotes = 4;
/** Kernels that need a look and do not fail the run; the others are folded. */
const maxOpenKernels = 10;

/** Whether a kernel needs no attention. */
function isQuiet({ verdict, fails }: CommentKernel): boolean {
  return !fails && (verdicts[verdict].isQuiet || verdict === 'new' || verdict === 'removed');
}

/** Kernels that are shown as they are, and those that are folded. */
function shownAndFolded({
  kernels,
}: CommentRow): readonly [readonly CommentKernel[], readonly CommentKernel[]] {
  const open = kernels
    .filter(({ fails }) => !fails)
    .filter((kernel) => !isQuiet(kernel))
    .slice(0, maxOpenKernels);
  const isShown = (kernel: CommentKernel) => kernel.fails || open.includes(kernel);
  return [kernels.filter(isShown), kernels.filter((kernel) => !isShown(kernel))];
}

function verdictWords({ verdict, accepted }: CommentKernel): string {
  return verdict.replace('-', ' ') + (accepted ? ', accepted' : '');
}

function nameOf({ kernel, on, sentinel }: CommentKernel): string {
  const where = on === '' ? '' : ` on ${escapeMarkdown(on, 60)}`;
  return `${codeMarkdown(kernel, 100)}${where}${sentinel ? ' (sentinel)' : ''}`;
}

/** A kernel in a line, and below it in small letters its workload, its source and its nights. */
function loudItem(row: CommentRow, kernel: CommentKernel, place: CommentPlace): string {
  const mark = kernel.fails ? '🔴' : verdicts[kernel.verdict].mark;
  const figures = figuresText(kernel, row.estimated);
  const [reason = ''] = kernel.notes;
  const what = figures === '' ? escapeMarkdown(reason, 300) : figures;
  const below = [
    codeMarkdown(kernel.workload, 150),
    sourceLink(place, row, kernel),
    kernel.nights === '' ? '' : `nights ${kernel.nights}`,
    kernel.moved === undefined ? '' : escapeMarkdown(kernel.moved),
  ].filter((part) => part !== '');
  const head = `- ${mark} **${nameOf(kernel)}** ${verdictWords(kernel)}${what === '' ? '' : `: ${what}`}`;
  return below.length === 0 ? head : `${head}<br><sub>${below.join(' · ')}</sub>`;
}

function networkItem({ line, verdict, fails, notes }: CommentNetwork): string {
  const mark = fails ? '🔴' : verdicts[verdict].mark;
  const below = notes.map((note) => escapeMarkdown(note, 700)).join('<br>');
  return `- ${mark} ${escapeMarkdown(line, 600)}${below === '' ? '' : `<br><sub>${below}</sub>`}`;
}

function quietItem(row: CommentRow, kernel: CommentKernel): string {
  const figures = figuresText(kernel, row.estimated);
  return `- ${nameOf(kernel)} ${codeMarkdown(kernel.workload, 150)} ${verdictWords(kernel)}${figures === '' ? '' : `: ${figures}`}`;
}

/** `2 unchanged, 1 new`. */
function countsOf(kernels: readonly CommentKernel[]): string {
  return verdictOrder
    .map((verdict) => [verdict, kernels.filter((kernel) => kernel.verdict === verdict).length] as const)
    .filter(([, count]) => count > 0)
    .map(([verdict, count]) => `${count} ${verdict.replace('-', ' ')}`)
    .join(', ');
}

function moreText({ more }: CommentRow): string {
  return more === 0 ? '' : `${formatCount(more, 'more row')} not shown here; the JSON report has them.`;
}

/** Why the kernels that need attention got their verdicts. */
function reasons(row: CommentRow): string {
  return row.kernels
    .filter((kernel) => !isQuiet(kernel) && kernel.notes.length > 0)
    .map((kernel) =>
      [
        `- **${nameOf(kernel)}** ${codeMarkdown(kernel.workload, 150)}`,
        ...kernel.notes.map((note) => `  - ${escapeMarkdown(note)}`),
      ].join('\n'),
    )
    .join('\n');
}

function noteItems(notes: readonly string[]): string {
  return notes.map((note) => `- ⚠️ ${escapeMarkdown(note, 700)}`).join('\n');
}

function deviceOf({ device }: CommentRow): string {
  return device === '' ? 'no device' : device;
}

/** Whether the kernels that fail say all that the reason says. */
function isSaidByKernels({ verdict, kernels }: CommentRow): boolean {
  return verdict === 'failed' && kernels.some(({ fails }) => fails);
}

/** Counts, and the reason where the kernels do not say it. One that has the counts says them itself. */
function opening(row: CommentRow): string {
  const isCounted = row.counts === '' || row.reason.includes(row.counts);
  const counts = isCounted ? '' : `**${escapeMarkdown(row.counts, 400)}.**`;
  const reason = isSaidByKernels(row) ? '' : escapeMarkdown(row.reason, 400);
  return [counts, reason].filter((part) => part !== '').join(' ');
}

/** Where it was measured, with what, and where all of it is. */
function smallLine(row: CommentRow, place: CommentPlace): string {
  const device = row.device === '' ? '' : escapeMarkdown(row.device, 300);
  const meter = row.meter === '' ? '' : `energy by ${escapeMarkdown(row.meter, 100)}`;
  const parts = [device, meter, row.artifact === null ? '' : reportLink(place, row), runLink(place, row)];
  return `<sub>${parts.filter((part) => part !== '').join(' · ')}</sub>`;
}

/** What a row shows below its title, as blocks. */
function content(row: CommentRow, place: CommentPlace): readonly string[] {
  if (row.verdict === 'no-verdict') {
    const lines = row.notes.map((line) => codeMarkdown(line, 700)).join('\n\n');
    return [lines, smallLine(row, place)];
  }
  const [shown, folded] = shownAndFolded(row);
  const loosened = row.loosened === null ? '' : `> [!WARNING]\n> ${escapeMarkdown(row.loosened, 4000)}`;
  const evidence = [
    isSaidByKernels(row) ? escapeMarkdown(row.reason, 1200) : '',
    reasons(row),
    noteItems(row.notes.slice(maxOpenNotes)),
    row.facts.map((fact) => `- ${escapeMarkdown(fact, 500)}`).join('\n'),
  ].filter((part) => part !== '');
  return [
    opening(row),
    ...(row.programs === undefined ? [] : programBlocks(row, place)),
    loosened,
    (row.networks ?? []).map(networkItem).join('\n'),
    shown.map((kernel) => loudItem(row, kernel, place)).join('\n'),
    noteItems(row.notes.slice(0, maxOpenNotes)),
    moreText(row),
    details(countsOf(folded), folded.map((kernel) => quietItem(row, kernel)).join('\n')),
    details(
      row.programs === undefined ? 'Why, and how it was measured' : 'What was compared',
      evidence.join('\n\n'),
    ),
    smallLine(row, place),
  ];
}

/** What the only row shows. */
export function onlySection(row: CommentRow, place: CommentPlace): readonly string[] {
  const sum = sumText(row);
  return [sum === '' ? '' : `**Sum: ${sum}.**`, ...content(row, place)];
}

/** What one row of several shows: one that passed and has nothing to tell is folded. */
export function section(row: CommentRow, place: CommentPlace): string {
  const { title, mark } = verdictOf(row);
  const sum = sumText(row);
  const blocks = content(row, place).filter((block) => block !== '');
  const isCalm = row.verdict === 'passed' && !row.fails && row.loosened === null && row.notes.length === 0;
  if (isCalm) {
    const figures = sum === '' ? '' : ` · ${sum}`;
    return details(
      `${mark} <b>${escapeHtml(deviceOf(row), 300)}</b>: ${title}${figures}`,
      blocks.join('\n\n'),
    );
  }
  const heading = `### ${mark} ${escapeMarkdown(deviceOf(row), 300)}: ${title}`;
  return [heading, sum === '' ? '' : `**Sum: ${sum}.**`, ...blocks]
    .filter((block) => block !== '')
    .join('\n\n');
}
