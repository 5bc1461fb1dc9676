import { createHash } from 'node:crypto';
import { type CommentOptions, joinRows, mergeRow, renderComment, showsAll } from '../../report/index.ts';
import type { CommentRow } from '../../schema/index.ts';
import type { Outcome } from '../outcome.ts';
import type { RestClient, RestFailure } from '../rest/index.ts';
import { OwnComments } from './own-comments.ts';

export interface CommentTask {
  readonly client: RestClient;
  readonly pullRequest: number;
  /** What this run has to say; the comment may hold other legs' rows. */
  readonly row: CommentRow;
  readonly options: CommentOptions;
  readonly mode: 'auto' | 'on-change' | 'never';
  /** From `hasNews`; with `on-change` a first comment is made only then, while one that is there is always updated. */
  readonly hasNews: boolean;
  /** Waits, so that what others write meanwhile can be seen. @returns false if there is no time left for that */
  pause(seconds: number): Promise<boolean>;
}

export interface CommentOutcome
  extends Outcome<'created' | 'updated' | 'superseded' | 'nothing-to-say' | 'off'> {
  /** Page of the comment; null if there is none. */
  readonly url: string | null;
}

/** How often the comment is read. Each time another leg's write may have crossed ours. */
const maxRounds = 10;
/** What lies between another leg's reading and its writing is shorter than this, or than some times our own. */
const leastPause = 1;
const mostPause = 10;
const pauseFactor = 3;

/** Legs that met once must not go on in step: each waits up to half a second longer, by what it is. */
function ownDelay({ source, leg }: CommentRow, round: number): number {
  const [byte = 0] = createHash('sha256')
    .update(JSON.stringify([source, leg, round]))
    .digest();
  return byte / 512;
}

const lostMessage = 'The comment could not be made: it is gone each time it is to be changed.';

const nothing: CommentOutcome = {
  status: 'nothing-to-say',
  message: 'No comment: nothing changed.',
  url: null,
};

/**
 * Reads, merges and writes until what is there has this run's row, and every other row that was ever read. GitHub has no
 * way to write only if nothing changed: a leg that read before us may write after us. So each one looks again a while later.
 */
async function publish(task: CommentTask, own: OwnComments): Promise<CommentOutcome> {
  const { row, options } = task;
  const isShy = task.mode === 'on-change' && !task.hasNews;
  let known: readonly CommentRow[] = [];
  let posted: number | null = null;
  let written: 'created' | 'updated' | null = null;
  let url: string | null = null;
  let hasWaited = false;
  for (let round = 0; round < maxRounds; round++) {
    const startMs = performance.now();
    const [first, ...duplicates] = await own.list();
    known = [first, ...duplicates].reduce((rows, comment) => joinRows(rows, comment?.rows ?? []), known);
    const merged = mergeRow(known, row);
    if (merged.isSuperseded) {
      if (posted !== null && first?.id !== posted) await own.remove(posted);
      const message = 'The comment was left alone: what it says is newer, or was measured.';
      return { status: 'superseded', message, url: null };
    }
    if (isShy && first === undefined && !own.mayHaveMissed) return nothing;
    // It was posted to learn who we are, and there turned out to be none of ours.
    if (isShy && posted !== null && first?.id === posted && duplicates.length === 0) {
      await own.remove(posted);
      return nothing;
    }
    url = first?.url ?? url;
    const isThere =
      written !== null && first !== undefined && duplicates.length === 0 && showsAll(first.rows, merged.rows);
    if (isThere && hasWaited) break;
    if (!isThere && first === undefined) {
      const created = await own.create(renderComment(merged.rows, options));
      written ??= 'created';
      url = created.url;
      if (created.isNewAuthor) {
        // Who we are is known now: an older one of ours takes the place of what was posted.
        posted = created.id;
        continue;
      }
    } else if (!isThere && first !== undefined) {
      if (!(await own.update(first.id, renderComment(merged.rows, options)))) continue;
      if (written === null || first.id !== posted) written = 'updated';
      for (const { id } of duplicates) await own.remove(id);
    }
    const seconds = pauseFactor * ((performance.now() - startMs) / 1000);
    const pause = Math.min(mostPause, Math.max(leastPause, seconds)) + ownDelay(row, round);
    if (!(await task.pause(pause))) break;
    hasWaited = true;
  }
  if (written === null) return { status: 'failed', message: lostMessage, url: null };
  const what = written === 'created' ? 'Commented on' : 'Updated the comment on';
  return { status: written, message: `${what} the pull request: ${url}`, url };
}

function failed(failure: RestFailure): CommentOutcome {
  if (failure.kind === 'not-permitted' && /\blocked\b/i.test(failure.message)) {
    const message =
      'No comment: the conversation of the pull request is locked. The job summary has the report; unlock it to have one.';
    return { status: 'not-permitted', message, url: null };
  }
  if (failure.kind === 'not-permitted' || failure.kind === 'gone') {
    const hint =
      'The job needs `permissions: pull-requests: write`; runs of pull requests from forks cannot have it.';
    const message = `The token may not comment on the pull request (${failure.message}). ${hint}`;
    return { status: 'not-permitted', message, url: null };
  }
  const what = { busy: 'is busy', unreachable: 'could not be reached', refused: 'refused it' }[failure.kind];
  return {
    status: 'failed',
    message: `The comment could not be made: GitHub ${what} (${failure.message}).`,
    url: null,
  };
}

/**
 * Keeps one comment per pull request and manifest, which all legs of a matrix write to: makes it, or puts this run's row
 * into it where it is, and takes in further ones of our own. Each attempt starts with looking for it again, so that a
 * request whose answer got lost makes no second comment. Anything that a server does is an outcome.
 */
export async function publishComment(task: CommentTask): Promise<CommentOutcome> {
  if (task.mode === 'never') {
    return { status: 'off', message: 'No comment: the input `comment` is never.', url: null };
  }
  const { client, pullRequest, options } = task;
  const own = new OwnComments({ client, pullRequest, manifest: options.manifest });
  const attempted = await client.attempt(() => publish(task, own));
  return attempted.ok ? attempted.value : failed(attempted.failure);
}
