import { escapeMarkdown, renderMarkdown } from '../markdown/index.ts';
import type { RetuneReport } from '../types.ts';
import { type CommentPlace, runLink } from './links.ts';

export interface ProposalOptions extends CommentPlace {
  readonly run: number;
  readonly attempt: number;
  /** What a reader must know besides what the report says. */
  readonly notes: readonly string[];
}

/** What GitHub takes of the body of a pull request, in UTF-16 code units. */
const maxLength = 65_536;
const maxNotes = 10;

/** What a retune found, as the body of the pull request that proposes it: its report, and the way to the run. */
export function renderProposal(report: RetuneReport, options: ProposalOptions): string {
  const notes = options.notes.slice(0, maxNotes).map((note) => `- ⚠️ ${escapeMarkdown(note)}`);
  const link = `<sub>${runLink(options, options)}</sub>`;
  const tail = [notes.join('\n'), link].filter((part) => part !== '').join('\n\n');
  return `${renderMarkdown(report, { maxLength: maxLength - tail.length - 2 })}\n${tail}\n`;
}
