import { type CommentOrigin, readCommentOrigin } from '../../report/index.ts';
import type { Outcome } from '../outcome.ts';
import type { RestClient, RestFailure } from '../rest/index.ts';
import { ownLogin } from '../rest/index.ts';

export interface CommentTask {
  readonly client: RestClient;
  readonly pullRequest: number;
  /** From `renderComment`. */
  readonly body: string;
  readonly mode: 'auto' | 'on-change' | 'never';
  /** From `hasNews`; with `on-change` a first comment is made only then, while one that is there is always updated. */
  readonly hasNews: boolean;
}

export interface CommentOutcome
  extends Outcome<'created' | 'updated' | 'superseded' | 'nothing-to-say' | 'off'> {
  /** Page of the comment; null if there is none. */
  readonly url: string | null;
}

interface OwnComment {
  readonly id: number;
  readonly origin: CommentOrigin;
}

/** Comments of ours on this manifest, oldest first. All pages are read: ours may be behind a hundred others. */
async function findOwn(task: CommentTask, author: string, origin: CommentOrigin): Promise<OwnComment[]> {
  const { client, pullRequest } = task;
  const found: OwnComment[] = [];
  const pages = client.octokit.paginate.iterator(client.octokit.rest.issues.listComments, {
    ...client.repository,
    issue_number: pullRequest,
    per_page: 100,
  });
  for await (const { data } of pages) {
    for (const comment of data) {
      // Anyone can copy the marker. Only what our own token wrote may be changed or removed.
      if (comment.user?.login.toLowerCase() !== author.toLowerCase()) continue;
      const theirs = readCommentOrigin(comment.body ?? '');
      if (theirs?.manifestHash === origin.manifestHash) found.push({ id: comment.id, origin: theirs });
    }
  }
  return found.sort((a, b) => a.id - b.id);
}

/** Run ids grow. A slow run of an older commit must not replace what a newer one found. */
function isNewer(a: CommentOrigin, b: CommentOrigin): boolean {
  return a.runId > b.runId || (a.runId === b.runId && a.runAttempt > b.runAttempt);
}

async function removeDuplicates(client: RestClient, duplicates: readonly OwnComment[]): Promise<void> {
  for (const { id } of duplicates) {
    try {
      await client.octokit.rest.issues.deleteComment({ ...client.repository, comment_id: id });
    } catch (error) {
      // Another run was quicker.
      if (client.explain(error).kind !== 'gone') throw error;
    }
  }
}

/** @returns the page of the comment; null if it was deleted meanwhile */
async function update(client: RestClient, id: number, body: string): Promise<string | null> {
  try {
    const { data } = await client.octokit.rest.issues.updateComment({
      ...client.repository,
      comment_id: id,
      body,
    });
    return data.html_url;
  } catch (error) {
    if (client.explain(error).kind === 'gone') return null;
    throw error;
  }
}

async function publish(task: CommentTask, author: string, origin: CommentOrigin): Promise<CommentOutcome> {
  const { client, body } = task;
  const [first, ...duplicates] = await findOwn(task, author, origin);
  const isSuperseded = [first, ...duplicates].some((comment) => comment && isNewer(comment.origin, origin));
  if (isSuperseded) {
    const message = 'The comment was left alone: it is from a newer run.';
    return { status: 'superseded', message, url: null };
  }
  if (first === undefined && task.mode === 'on-change' && !task.hasNews) {
    return { status: 'nothing-to-say', message: 'No comment: nothing changed.', url: null };
  }
  await removeDuplicates(client, duplicates);
  const updated = first === undefined ? null : await update(client, first.id, body);
  if (updated !== null) {
    return {
      status: 'updated',
      message: `Updated the comment on the pull request: ${updated}`,
      url: updated,
    };
  }
  const { data } = await client.octokit.rest.issues.createComment({
    ...client.repository,
    issue_number: task.pullRequest,
    body,
  });
  const url = data.html_url;
  return { status: 'created', message: `Commented on the pull request: ${url}`, url };
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
 * Keeps one comment per pull request and manifest: makes it, or updates it where it is, and removes further ones of our
 * own. Each attempt starts with looking for it again, so that a request whose answer got lost makes no second comment.
 * @throws Error if `body` is not from `renderComment`; anything that a server does is an outcome
 */
export async function publishComment(task: CommentTask): Promise<CommentOutcome> {
  if (task.mode === 'never') {
    return { status: 'off', message: 'No comment: the input `comment` is never.', url: null };
  }
  const origin = readCommentOrigin(task.body);
  if (origin === null) throw new Error('the comment does not say where it comes from');
  let author: string | null = null;
  const attempted = await task.client.attempt(async () => {
    author ??= await ownLogin(task.client);
    return publish(task, author, origin);
  });
  return attempted.ok ? attempted.value : failed(attempted.failure);
}
