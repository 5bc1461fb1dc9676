import type { Report } from '../types.ts';
import { diffBlocks } from './diff.ts';
import { guardBlocks } from './guard.ts';
import type { MarkdownLimits } from './parts.ts';
import { retuneBlocks } from './retune.ts';

export interface MarkdownOptions {
  /** Most UTF-16 code units the text may have. GitHub refuses comments of more than 65,536. */
  readonly maxLength?: number;
}

/** A little below what GitHub takes, for a marker that the caller may add. */
const commentLength = 65_000;

/** From everything to next to nothing. */
const steps: readonly MarkdownLimits[] = [
  { maxRows: 500, maxNotes: 200 },
  { maxRows: 200, maxNotes: 60 },
  { maxRows: 100, maxNotes: 20 },
  { maxRows: 40, maxNotes: 10 },
  { maxRows: 10, maxNotes: 3 },
  { maxRows: 2, maxNotes: 1 },
];

function blocksOf(report: Report, limits: MarkdownLimits): string[] {
  switch (report.kind) {
    case 'guard':
      return guardBlocks(report, limits);
    case 'retune':
      return retuneBlocks(report, limits);
    case 'diff':
      return diffBlocks(report, limits);
  }
}

function render(report: Report, limits: MarkdownLimits): string {
  const blocks = blocksOf(report, limits);
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

/**
 * A report as GitHub Flavored Markdown, no longer than `maxLength`: of a long report the rows that matter most stay.
 * All foreign text is escaped: it is neither markup nor a link and mentions nobody.
 */
export function renderMarkdown(report: Report, options: MarkdownOptions = {}): string {
  const { maxLength = commentLength } = options;
  let text = '';
  for (const limits of steps) {
    text = render(report, limits);
    if (text.length <= maxLength) return text;
  }
  // Only a limit far below a comment's gets here; cut between lines, so that no markup is left half-written.
  const end = text.lastIndexOf('\n', maxLength - 1);
  return text.slice(0, Math.max(0, end + 1));
}
