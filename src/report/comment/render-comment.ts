import type { CommentRow } from '../../schema/index.ts';
import { escapeMarkdown } from '../markdown/index.ts';
import { originLine, rowsLine } from './body-marker.ts';
import { headline, verdictOf, worstFirst } from './headline.ts';
import type { CommentPlace } from './links.ts';
import { nextStep } from './next-step.ts';
import { onlySection, section } from './section.ts';
import { isStale } from './stale.ts';

export interface CommentOptions extends CommentPlace {
  /** Path of the manifest from the repository's root: pull requests have one comment per manifest. */
  readonly manifest: string;
  /** Most UTF-16 code units; what GitHub takes unless given. */
  readonly maxLength?: number;
}

/** GitHub refuses longer ones with "body is too long (maximum is 65536 characters)". */
const githubMaxLength = 65_536;

/** How much of each row is kept, from everything to next to nothing. */
interface RowLimits {
  readonly kernels: number;
  readonly kernelNotes: number;
  readonly notes: number;
  readonly facts: number;
}
const steps: readonly RowLimits[] = [
  { kernels: 300, kernelNotes: 8, notes: 24, facts: 16 },
  { kernels: 150, kernelNotes: 4, notes: 24, facts: 16 },
  { kernels: 80, kernelNotes: 2, notes: 12, facts: 16 },
  { kernels: 40, kernelNotes: 1, notes: 6, facts: 8 },
  { kernels: 20, kernelNotes: 1, notes: 4, facts: 8 },
  { kernels: 10, kernelNotes: 0, notes: 2, facts: 4 },
  { kernels: 3, kernelNotes: 0, notes: 1, facts: 0 },
  { kernels: 1, kernelNotes: 0, notes: 0, facts: 0 },
  { kernels: 0, kernelNotes: 0, notes: 0, facts: 0 },
];

/** A row that says less: what is cut off is counted. */
function shortened(row: CommentRow, limits: RowLimits): CommentRow {
  const kernels = row.kernels.slice(0, limits.kernels);
  const programs = row.programs?.slice(0, limits.kernels);
  const isShort = limits.facts === 0;
  const cut = (text: string, length: number) => (isShort ? text.slice(0, length) : text);
  return {
    ...row,
    device: cut(row.device, 60),
    counts: cut(row.counts, 100),
    reason: cut(row.reason, 100),
    loosened: row.loosened === null ? null : cut(row.loosened, 300),
    kernels: kernels.map((kernel) => ({ ...kernel, notes: kernel.notes.slice(0, limits.kernelNotes) })),
    ...(programs === undefined
      ? {}
      : { programs: programs.map((one) => ({ ...one, moved: one.moved.slice(0, limits.kernelNotes) })) }),
    ...(row.networks === undefined
      ? {}
      : {
          networks: row.networks.slice(0, Math.max(1, limits.kernels)).map((one) => ({
            ...one,
            line: cut(one.line, 120),
            notes: one.notes.slice(0, limits.kernelNotes),
          })),
        }),
    more:
      row.more + row.kernels.length - kernels.length + (row.programs?.length ?? 0) - (programs?.length ?? 0),
    notes: row.notes.slice(0, limits.notes),
    facts: row.facts.slice(0, limits.facts),
  };
}

/** Rows that a newer commit or run has not measured again yet: they count for nothing. */
function staleLine(rows: readonly CommentRow[]): string {
  if (rows.length === 0) return '';
  const said = rows.map((row) => {
    const name = row.device === '' ? 'a job' : escapeMarkdown(row.device, 100);
    return `${name} (${verdictOf(row).title} at ${row.head.slice(0, 7)})`;
  });
  return `<sub>Not measured again yet since an earlier commit or run: ${said.join(', ')}</sub>`;
}

function render(rows: readonly CommentRow[], options: CommentOptions): string {
  const current = worstFirst(rows.filter((row) => !isStale(row, rows)));
  const [worst] = current;
  const next = worst === undefined ? '' : nextStep(current, worst, options);
  // One row has its sum right below the heading.
  const [sum = '', ...only] = worst === undefined ? [] : onlySection(worst, options);
  const blocks = [
    headline(current),
    ...(current.length === 1 ? [sum, next, ...only] : [next, ...current.map((row) => section(row, options))]),
    staleLine(rows.filter((row) => isStale(row, rows))),
  ].filter((block) => block !== '');
  return `${originLine(options.manifest)}\n${blocks.join('\n\n')}\n\n${rowsLine(rows)}\n`;
}

/**
 * The body of the comment that holds these rows, and nothing else. A long one loses what needs least attention, row by row,
 * and says how much; where even that does not do, the rows that need least attention themselves. All text in it is escaped:
 * it is neither markup nor a link and mentions nobody.
 */
export function renderComment(rows: readonly CommentRow[], options: CommentOptions): string {
  const { maxLength = githubMaxLength } = options;
  let kept: readonly CommentRow[] = rows;
  let text = '';
  for (const limits of steps) {
    kept = rows.map((row) => shortened(row, limits));
    text = render(kept, options);
    if (text.length <= maxLength) return text;
  }
  while (kept.length > 1) {
    const [last] = [...worstFirst(kept)].reverse();
    kept = kept.filter((row) => row !== last);
    text = render(kept, options);
    if (text.length <= maxLength) return text;
  }
  return text;
}
