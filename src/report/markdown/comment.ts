import { createHash } from 'node:crypto';
import { isInterrupted, isQuiet, loosenedNote, wasReplaced } from '../notes/index.ts';
import type { Report } from '../types.ts';
import { codeMarkdown, escapeMarkdown } from './escape.ts';
import { renderMarkdown } from './render-markdown.ts';

/** The run that a comment comes from. */
export interface CommentRun {
  readonly id: number;
  readonly attempt: number;
  readonly url: string;
}

export interface CommentOptions {
  /** Path of the manifest from the repository's root: pull requests have one comment per manifest. */
  readonly manifest: string;
  readonly run: CommentRun;
  /** What else the reader must know, e.g. what could not be uploaded. */
  readonly notes?: readonly string[];
  /** Most UTF-16 code units; what GitHub takes unless given. */
  readonly maxLength?: number;
}

/** What a comment says about itself in its first lines, which are not shown. */
export interface CommentOrigin {
  /** Equal for equal manifests. */
  readonly manifestHash: string;
  readonly runId: number;
  readonly runAttempt: number;
}

/** GitHub refuses longer ones with "body is too long (maximum is 65536 characters)". */
const githubMaxLength = 65_536;

const maxNotes = 10;

function hashOf(manifest: string): string {
  const path = manifest.replaceAll('\\', '/').replace(/^(?:\.\/)+/, '');
  return createHash('sha256').update(path).digest('hex').slice(0, 16);
}

/** Reads where a comment comes from; null for one that is not ours, which includes text that quotes ours. */
export function readCommentOrigin(body: string): CommentOrigin | null {
  const form = /^<!-- joulegate:([0-9a-f]{16}) -->\r?\n<!-- joulegate-run:(\d{1,15})\.(\d{1,6}) -->/;
  const [, manifestHash, runId, runAttempt] = form.exec(body) ?? [];
  if (manifestHash === undefined) return null;
  return { manifestHash, runId: Number(runId), runAttempt: Number(runAttempt) };
}

/** Whether a report tells of a change, or of none because the run was stopped: anything but kernels that are identical or unchanged. */
export function hasNews(report: Report): boolean {
  if (isInterrupted(report)) return true;
  if (report.kind === 'retune') {
    return report.kernels.some((kernel) => wasReplaced(report, kernel) || kernel.configuration === null);
  }
  if (report.verdict === 'failed' || report.verdict === 'could-not-measure') return true;
  if (loosenedNote(report) !== null) return true;
  return report.verdict === 'interrupted' || report.kernels.some((kernel) => !isQuiet(kernel));
}

/** The lines before and after what a comment says: where it comes from, and the way to the run. */
function frame(options: CommentOptions): { readonly head: string; readonly tail: string } {
  const { run, notes = [] } = options;
  const origin = [
    `<!-- joulegate:${hashOf(options.manifest)} -->`,
    `<!-- joulegate-run:${run.id}.${run.attempt} -->`,
  ];
  const shown = notes.slice(0, maxNotes).map((note) => `- ⚠️ ${escapeMarkdown(note)}`);
  const url = /^https?:\/\/[\w.:/-]+$/.test(run.url) ? run.url : null;
  const link = url === null ? [] : [`<sub><a href="${url}">Run ${run.id}</a>, attempt ${run.attempt}</sub>`];
  return {
    head: `${origin.join('\n')}\n`,
    tail: [shown.join('\n'), ...link].filter((part) => part !== '').join('\n\n'),
  };
}

/**
 * A report as the body of a pull request's comment, origin included. A long report loses its least important rows, and
 * says how many; the origin and the link to the run always stay.
 */
export function renderComment(report: Report, options: CommentOptions): string {
  const { maxLength = githubMaxLength } = options;
  const { head, tail } = frame(options);
  const room = maxLength - head.length - tail.length - 2;
  return `${head}${renderMarkdown(report, { maxLength: room })}\n${tail}\n`;
}

/** Of a check run's summary GitHub takes 65,535 characters; this leaves room for the frame of a comment. */
const maxFailureLength = 60_000;
const maxFailureLines = 60;

/**
 * What stands where a report would, when a run ended before there was one. `message` may have several lines; those that
 * would make it longer than GitHub takes are counted.
 */
export function renderFailure(message: string): string {
  const lines = message.split('\n').filter((line) => line.trim() !== '');
  const shown = ['## ⚠️ Joulegate: no verdict'];
  let room = maxFailureLength;
  let left = lines.length;
  for (const line of lines.slice(0, maxFailureLines)) {
    const code = codeMarkdown(line, 300);
    room -= code.length + 2;
    if (room < 0) break;
    if (code !== '') shown.push(code);
    left--;
  }
  if (left > 0) shown.push(`${left} more ${left === 1 ? 'line is' : 'lines are'} in the log.`);
  return shown.join('\n\n');
}

/** `renderFailure` as the body of a comment: an earlier verdict must not go on standing there. */
export function renderFailureComment(message: string, options: CommentOptions): string {
  const { head, tail } = frame(options);
  return `${head}${renderFailure(message)}\n\n${tail}\n`;
}
