import type { CommentKernel, CommentRow } from '../../schema/index.ts';
import { formatCount, formatRoughChange } from '../format.ts';
import { escapeMarkdown } from '../markdown/index.ts';
import { diffTitle, runVerdicts } from '../notes/index.ts';

const marks = { green: '✅', red: '❌', yellow: '⚠️' } as const;

/** From the worst to the best. */
const order: readonly CommentRow['verdict'][] = [
  'failed',
  'no-verdict',
  'could-not-measure',
  'interrupted',
  'environment',
  'partial',
  'nothing-gated',
  'passed',
  'not-measured',
];

/** Title and mark of a row. One that fails the run is green in no case. */
export function verdictOf({ verdict, fails }: CommentRow): { readonly title: string; readonly mark: string } {
  if (verdict === 'not-measured') return { title: diffTitle, mark: 'ℹ️' };
  const { title, colour } =
    verdict === 'no-verdict' ? { title: 'no verdict', colour: 'yellow' as const } : runVerdicts[verdict];
  return { title, mark: marks[fails && colour === 'green' ? 'red' : colour] };
}

function rank({ verdict, fails }: CommentRow): number {
  return order.indexOf(verdict) - (fails ? order.length : 0);
}

/** What is to be seen first comes first. */
export function worstFirst(rows: readonly CommentRow[]): readonly CommentRow[] {
  return [...rows].sort((a, b) => rank(a) - rank(b));
}

/** `+71 % energy (estimated), +69 % latency`; empty if nothing was measured. */
export function figuresText(
  { energy, latency }: Pick<CommentKernel, 'energy' | 'latency'>,
  isEstimated: boolean,
): string {
  return [
    energy === null ? '' : `${formatRoughChange(energy)} energy${isEstimated ? ' (estimated)' : ''}`,
    latency === null ? '' : `${formatRoughChange(latency)} latency`,
  ]
    .filter((part) => part !== '')
    .join(', ');
}

/** ` on rtx-4090`; empty where nobody knows. */
function whereText(devices: readonly string[]): string {
  const named = [...new Set(devices.filter((device) => device !== ''))];
  if (named.length === 0) return '';
  const rest = named.length - 3;
  return ` on ${named.slice(0, 3).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

interface Found {
  readonly row: CommentRow;
  readonly kernel: CommentKernel;
}

function cost({ kernel: { energy, latency } }: Found): number {
  // What was not measured did not build or run, which is worse than any figure.
  if (energy === null && latency === null) return Number.POSITIVE_INFINITY;
  return Math.max(energy ?? 0, latency ?? 0);
}

/** The kernel that costs most more, with what, where, and how many others there are. */
function worstKernel(found: readonly Found[]): string {
  const [worst] = [...found].sort((a, b) => cost(b) - cost(a));
  if (worst === undefined) return '';
  const { row, kernel } = worst;
  const figures = figuresText(kernel, row.estimated);
  const where = whereText([kernel.on === '' ? row.device : kernel.on]);
  const rest = found.length - 1;
  // What was cut off a long row is not counted here.
  const isCut = found.some((one) => one.row.more > 0);
  const others = rest === 0 ? '' : isCut ? ', and more' : `, and ${rest} more`;
  return `${kernel.kernel} ${figures === '' ? kernel.verdict.replace('-', ' ') : figures}${where}${others}`;
}

function foundIn(rows: readonly CommentRow[], wanted: (kernel: CommentKernel) => boolean): Found[] {
  return rows.flatMap((row) => row.kernels.filter(wanted).map((kernel) => ({ row, kernel })));
}

/** What, how much and where, as plain text; where alone begins with a space. */
function whatText(rows: readonly CommentRow[], worst: CommentRow): string {
  const failing = foundIn(rows, ({ fails }) => fails);
  if (failing.length > 0) return worstKernel(failing);
  const [network] = rows.flatMap(({ networks = [] }) => networks.filter(({ fails }) => fails));
  if (network !== undefined) return network.line;
  const alike = rows.filter(({ verdict, fails }) => verdict === worst.verdict && fails === worst.fails);
  const where = whereText(alike.map(({ device }) => device));
  if (worst.verdict === 'not-measured') return worst.counts;
  if (worst.verdict !== 'passed') return where;
  const regressed = foundIn(rows, ({ verdict }) => verdict === 'regressed' || verdict === 'wrong-result');
  if (regressed.length > 0) return worstKernel(regressed);
  const measured = rows.filter(({ sum }) => sum !== null);
  if (measured.length === 0) return 'no kernel changed';
  const [best] = foundIn(rows, ({ verdict }) => verdict === 'improved');
  if (best === undefined) return `no regression${where}`;
  return worstKernel([best]) + (measured.length > 1 ? ', and no regression elsewhere' : '');
}

/** The first line: a heading that says what, how much and where. */
export function headline(rows: readonly CommentRow[]): string {
  const [worst] = worstFirst(rows);
  if (worst === undefined) return '## ⚠️ Joulegate';
  const { title, mark } = verdictOf(worst);
  const what = whatText(rows, worst);
  const said = what === '' || what.startsWith(' ') ? what : ` · ${what}`;
  return `## ${mark} Joulegate: ${title}${said === '' ? '' : ` ${escapeMarkdown(said, 300)}`}`;
}

/** What a launch of every measured kernel costs together; empty if that is one kernel, whose own figures say it. */
export function sumText({ sum, estimated }: CommentRow): string {
  if (sum === null || sum.kernels < 2) return '';
  const figures = figuresText(sum, estimated);
  return figures === '' ? '' : `${figures} over all ${formatCount(sum.kernels, 'measured kernel')}`;
}
