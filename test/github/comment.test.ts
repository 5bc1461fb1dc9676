import { describe, expect, it } from 'vitest';
import {
  type CommentOutcome,
  type CommentTask,
  createRestClient,
  publishComment,
  type RestClient,
} from '../../src/github/index.ts';
import { hasNews, renderComment } from '../../src/report/index.ts';
import { place, rowOf } from '../report/comment-rows.ts';
import { guardReport, mixedKernels, unmeasuredKernel } from '../report/samples.ts';
import { type GithubServer, startGithubServer } from '../support/github-server.ts';
import { events, runnerOf } from './runners.ts';

/** Seconds that were waited, instead of waiting. */
let waits: number[] = [];

async function clientOf(server: GithubServer, token = 'app-token'): Promise<RestClient> {
  waits = [];
  const runner = runnerOf('pull_request', events.opened, { GITHUB_API_URL: server.url });
  const sleep = async (seconds: number) => {
    waits.push(seconds);
  };
  const waiting = { sleep, nowMs: () => Date.parse('2025-06-01T12:00:00Z') };
  return createRestClient({ runner, token, waiting, requestSeconds: 1 });
}

const report = guardReport(mixedKernels);

/** What a run found, and what of. */
interface Run {
  readonly run?: number;
  readonly attempt?: number;
  readonly manifest?: string;
}

function taskOf({ run = 100, attempt = 1, manifest = 'joulegate.yaml' }: Run) {
  return { row: rowOf(report, { run, attempt }), options: { ...place, manifest } };
}

function bodyOf(run: number, manifest = 'joulegate.yaml', attempt = 1): string {
  const { row, options } = taskOf({ run, manifest, attempt });
  return renderComment([row], options);
}

async function publish(
  server: GithubServer,
  changes: Partial<CommentTask> & { readonly of?: Run } = {},
  token?: string,
): Promise<CommentOutcome> {
  const client = await clientOf(server, token);
  const { of = {}, ...rest } = changes;
  const pause = async () => true;
  return publishComment({
    client,
    pullRequest: 7,
    ...taskOf(of),
    mode: 'auto',
    hasNews: true,
    pause,
    ...rest,
  });
}

const list = /\/issues\/7\/comments$/;
const single = /\/issues\/comments\/\d+$/;

describe('a comment on a pull request', () => {
  it('is made once and then updated where it is', async () => {
    const server = await startGithubServer();
    server.addComment(7, 'mona', 'Looks good.');
    const first = await publish(server);
    expect(first).toEqual({
      status: 'created',
      message: `Commented on the pull request: ${first.url}`,
      url: 'https://github.com/octo/kernels/pull/7#issuecomment-1002',
    });
    const second = await publish(server, { of: { run: 101 } });
    expect(second.status).toBe('updated');
    expect(second.url).toBe(first.url);
    expect(server.comments(7)).toEqual([
      { id: 1001, login: 'mona', body: 'Looks good.' },
      { id: 1002, login: 'github-actions[bot]', body: bodyOf(101) },
    ]);
  });

  it('is one per manifest', async () => {
    const server = await startGithubServer();
    await publish(server, { of: { run: 100, manifest: 'gpu/a.yaml' } });
    await publish(server, { of: { run: 100, manifest: 'gpu/b.yaml' } });
    await publish(server, { of: { run: 101, manifest: './gpu/a.yaml' } });
    expect(server.comments(7).map(({ body }) => body)).toEqual([
      bodyOf(101, 'gpu/a.yaml'),
      bodyOf(100, 'gpu/b.yaml'),
    ]);
  });

  it('is found behind hundreds of others', async () => {
    const server = await startGithubServer();
    for (let i = 0; i < 150; i++) server.addComment(7, 'mona', `Comment ${i}`);
    const own = server.addComment(7, 'github-actions[bot]', bodyOf(99));
    for (let i = 0; i < 120; i++) server.addComment(7, 'mona', `Comment ${i}`);
    expect((await publish(server)).status).toBe('updated');
    expect(server.comments(7)).toHaveLength(271);
    expect(server.comments(7).find(({ id }) => id === own)?.body).toBe(bodyOf(100));
    // Three pages, before and after it is written.
    expect(server.count('GET /repos/octo/kernels/issues/7/comments')).toBe(6);
  });

  it('never touches what others wrote, even if they copy its marker', async () => {
    const server = await startGithubServer();
    server.addComment(7, 'mallory', bodyOf(99));
    server.addComment(7, 'github-actions[bot]', `> ${bodyOf(99)}`);
    server.addComment(7, 'github-actions[bot]', 'Another action says hello.');
    expect((await publish(server)).status).toBe('created');
    expect(server.comments(7).map(({ body }) => body)).toEqual([
      bodyOf(99),
      `> ${bodyOf(99)}`,
      'Another action says hello.',
      bodyOf(100),
    ]);
  });

  it('replaces duplicates of its own by one', async () => {
    const server = await startGithubServer();
    const first = server.addComment(7, 'github-actions[bot]', bodyOf(97));
    server.addComment(7, 'github-actions[bot]', bodyOf(98));
    server.addComment(7, 'github-actions[bot]', bodyOf(99));
    expect((await publish(server)).status).toBe('updated');
    expect(server.comments(7)).toEqual([{ id: first, login: 'github-actions[bot]', body: bodyOf(100) }]);
  });

  it('does not mind if another run removed the duplicate first', async () => {
    const server = await startGithubServer();
    server.addComment(7, 'github-actions[bot]', bodyOf(98));
    server.addComment(7, 'github-actions[bot]', bodyOf(99));
    server.failNext('DELETE', single, { status: 404 });
    expect((await publish(server)).status).toBe('updated');
  });

  it('is looked for again if it was not there when it was to be changed', async () => {
    const server = await startGithubServer();
    server.addComment(7, 'github-actions[bot]', bodyOf(99));
    server.failNext('PATCH', single, { status: 404 });
    expect((await publish(server)).status).toBe('updated');
    expect(server.comments(7).map(({ body }) => body)).toEqual([bodyOf(100)]);
    server.failNext('PATCH', single, { status: 404 }, 10);
    expect((await publish(server, { of: { run: 101 } })).status).toBe('failed');
  });

  it('is made anew if it is deleted right after it was written', async () => {
    const server = await startGithubServer();
    let pauses = 0;
    const pause = async () => {
      if (pauses++ === 0) server.removeComment(server.comments(7)[0]?.id ?? 0);
      return true;
    };
    expect((await publish(server, { pause })).status).toBe('created');
    expect(server.comments(7).map(({ body }) => body)).toEqual([bodyOf(100)]);
  });

  it('of a newer run is left alone, of an earlier attempt of the same run it is not', async () => {
    const server = await startGithubServer();
    const newer = bodyOf(200, 'joulegate.yaml', 2);
    server.addComment(7, 'github-actions[bot]', newer);
    const late = await publish(server);
    expect(late).toEqual({
      status: 'superseded',
      message: 'The comment was left alone: what it says is newer, or was measured.',
      url: null,
    });
    expect((await publish(server, { of: { run: 200 } })).status).toBe('superseded');
    expect(server.comments(7)[0]?.body).toBe(newer);
    expect((await publish(server, { of: { run: 200, attempt: 3 } })).status).toBe('updated');
  });

  it('belongs to whoever the token is', async () => {
    const server = await startGithubServer();
    server.accounts.set('own-app', { login: 'our-app[bot]', mayWrite: true, hasViewer: true });
    server.accounts.set('person', { login: 'Mona', mayWrite: true, hasViewer: true });
    await publish(server, {}, 'own-app');
    await publish(server, {}, 'person');
    await publish(server, { of: { run: 101 } }, 'own-app');
    await publish(server, { of: { run: 102 } }, 'person');
    expect(server.comments(7)).toEqual([
      { id: 1001, login: 'our-app[bot]', body: bodyOf(101) },
      { id: 1002, login: 'Mona', body: bodyOf(102) },
    ]);
  });

  it('is known by its author where the server does not say whose token it is', async () => {
    const server = await startGithubServer();
    // Gitea and Forgejo have no GraphQL, and their bot is called otherwise.
    server.accounts.set('quiet', { login: 'gitea-actions', mayWrite: true, hasViewer: false });
    server.addComment(7, 'mallory', bodyOf(99));
    const [first, second, third] = [
      await publish(server, {}, 'quiet'),
      await publish(server, { of: { run: 101 } }, 'quiet'),
      await publish(server, { of: { run: 102 } }, 'quiet'),
    ];
    expect([first, second, third].map(({ status }) => status)).toEqual(['created', 'updated', 'updated']);
    expect(server.comments(7)).toEqual([
      { id: 1001, login: 'mallory', body: bodyOf(99) },
      { id: 1002, login: 'gitea-actions', body: bodyOf(102) },
    ]);
  });

  it('is known at once where `GET /user` answers', async () => {
    const server = await startGithubServer();
    const account = { login: 'forgejo-actions', mayWrite: true, hasViewer: false, hasUser: true };
    server.accounts.set('forgejo', account);
    server.failNext('POST', /\/graphql$/, { status: 404 }, 2);
    await publish(server, {}, 'forgejo');
    await publish(server, { of: { run: 101 } }, 'forgejo');
    expect(server.comments(7)).toEqual([{ id: 1001, login: 'forgejo-actions', body: bodyOf(101) }]);
    expect(server.count('POST /repos')).toBe(1);
  });

  it('is known by its author also where the server says another name than it writes', async () => {
    const server = await startGithubServer();
    const account = { login: 'Actions', mayWrite: true, hasViewer: true, viewer: 'somebody' };
    server.accounts.set('renamed', account);
    await publish(server, {}, 'renamed');
    expect((await publish(server, { of: { run: 101 } }, 'renamed')).status).toBe('updated');
    expect(server.comments(7)).toEqual([{ id: 1001, login: 'Actions', body: bodyOf(101) }]);
  });
});

describe('the modes of commenting', () => {
  it('never: asks nothing', async () => {
    const server = await startGithubServer();
    expect((await publish(server, { mode: 'never' })).status).toBe('off');
    expect(server.requests).toEqual([]);
  });

  it('on-change: begins only with a change, but keeps up to date what is there', async () => {
    const server = await startGithubServer();
    const quiet = { mode: 'on-change', hasNews: false } as const;
    expect((await publish(server, quiet)).status).toBe('nothing-to-say');
    expect(server.comments(7)).toEqual([]);
    expect((await publish(server, { mode: 'on-change', hasNews: true })).status).toBe('created');
    expect((await publish(server, { ...quiet, of: { run: 101 } })).status).toBe('updated');
    // What has to be posted to learn who we are does not stay.
    const other = await startGithubServer();
    other.accounts.set('quiet', { login: 'gitea-actions', mayWrite: true, hasViewer: false });
    other.addComment(7, 'mallory', bodyOf(99));
    expect((await publish(other, quiet, 'quiet')).status).toBe('nothing-to-say');
    expect(other.comments(7).map(({ login }) => login)).toEqual(['mallory']);
  });

  it('auto: comments also that nothing changed', async () => {
    const server = await startGithubServer();
    expect((await publish(server, { hasNews: false })).status).toBe('created');
  });

  it('take a change for what is neither identical nor unchanged', () => {
    expect(hasNews(report)).toBe(true);
    const identical = unmeasuredKernel({ verdict: 'identical', reason: 'same program' });
    expect(hasNews(guardReport([identical]))).toBe(false);
    expect(hasNews(guardReport([identical], { verdict: 'could-not-measure' }))).toBe(true);
    expect(hasNews(guardReport([unmeasuredKernel({ verdict: 'new', reason: 'new' })]))).toBe(true);
  });
});

describe('without the right to comment', () => {
  const hint =
    'The job needs `permissions: pull-requests: write`; runs of pull requests from forks cannot have it.';

  it('says so once and does not ask again', async () => {
    const server = await startGithubServer();
    const outcome = await publish(server, {}, 'read-token');
    expect(outcome.status).toBe('not-permitted');
    expect(outcome.message).toBe(
      `The token may not comment on the pull request (Resource not accessible by integration - https://docs.github.com/rest). ${hint}`,
    );
    expect(server.count('POST /repos')).toBe(1);
    expect(waits).toEqual([]);
  });

  it.each([
    ['an unknown token', 401],
    ['a locked conversation', 403],
    ['a repository the token cannot see', 404],
    ['a pull request that is gone', 410],
  ])('takes %s the same way', async (_, status) => {
    const server = await startGithubServer();
    server.failNext('GET', list, { status });
    expect((await publish(server)).status).toBe('not-permitted');
    expect(waits).toEqual([]);
  });

  it('never shows the token, even if the server does', async () => {
    const server = await startGithubServer();
    const secret = 'ghs_16C7e42F292c6912E7710c838347Ae178B4a';
    server.failNext('POST', /\/graphql$/, { status: 403, body: { message: `Bad token ${secret}` } });
    server.failNext('GET', list, {
      status: 403,
      body: { message: `\u001b[31mBad\n::error::token ${secret}` },
    });
    const { message } = await publish(server, {}, secret);
    expect(message).toContain('([31mBad ::error::token ***)');
    expect(message).not.toContain(secret);
  });
});

describe('a server in trouble', () => {
  it('is asked again after 1, 2 and 4 s, then given up with an outcome', async () => {
    const server = await startGithubServer();
    for (let i = 0; i < 4; i++) server.failNext('GET', list, { status: 502 });
    const outcome = await publish(server);
    expect(outcome.status).toBe('failed');
    expect(outcome.message).toMatch(
      /^The comment could not be made: GitHub could not be reached \(as planned/,
    );
    expect(waits).toEqual([1, 2, 4]);
  });

  it.each([500, 502, 503, 504])('is forgiven a %i', async (status) => {
    const server = await startGithubServer();
    server.failNext('GET', list, { status });
    expect((await publish(server)).status).toBe('created');
    expect(waits).toEqual([1]);
  });

  it('is forgiven a connection that is cut or never answers', async () => {
    const server = await startGithubServer();
    server.failNext('POST', /\/graphql$/, 'cut');
    server.failNext('GET', list, 'never-answer');
    expect((await publish(server)).status).toBe('created');
    expect(waits).toEqual([1, 2]);
  });

  it('makes no second comment if the answer to the first one gets lost', async () => {
    const server = await startGithubServer();
    server.failNext('POST', list, 'cut-after');
    expect((await publish(server)).status).toBe('updated');
    expect(server.comments(7).map(({ body }) => body)).toEqual([bodyOf(100)]);
  });

  it('makes no second comment if the list of comments is cut off', async () => {
    const server = await startGithubServer();
    server.addComment(7, 'github-actions[bot]', bodyOf(99));
    server.failNext('GET', list, 'cut-within');
    expect((await publish(server)).status).toBe('updated');
    expect(server.comments(7)).toHaveLength(1);
  });

  it('makes no second comment if a proxy answers in its stead', async () => {
    const server = await startGithubServer();
    server.addComment(7, 'github-actions[bot]', bodyOf(99));
    const page = { status: 200, headers: { 'content-type': 'text/html' }, body: 'Please log in' };
    server.failNext('GET', list, page);
    expect((await publish(server)).status).toBe('updated');
    expect(server.comments(7)).toHaveLength(1);
  });

  it('says what a refusal is about and does not repeat it', async () => {
    const server = await startGithubServer();
    server.failNext('POST', list, {
      status: 422,
      body: { message: 'Validation Failed', errors: [{ field: 'body', code: 'invalid' }] },
    });
    const outcome = await publish(server);
    expect(outcome.status).toBe('failed');
    expect(outcome.message).toBe(
      'The comment could not be made: GitHub refused it (Validation Failed: {"field":"body","code":"invalid"}).',
    );
    expect(waits).toEqual([]);
  });
});

describe('a rate limit', () => {
  it('is waited for as long as the server says', async () => {
    const server = await startGithubServer();
    server.failNext('POST', list, { status: 429, headers: { 'retry-after': '17' } });
    server.failNext('POST', list, { status: 403, headers: { 'retry-after': '5' } });
    expect((await publish(server)).status).toBe('created');
    expect(waits).toEqual([17, 5]);
  });

  it('may be given as a date or as the time of the next quota', async () => {
    const server = await startGithubServer();
    server.failNext('GET', list, {
      status: 429,
      headers: { 'retry-after': 'Sun, 01 Jun 2025 12:00:20 GMT' },
    });
    const reset = String(Date.parse('2025-06-01T12:00:40Z') / 1000);
    const spent = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset };
    server.failNext('GET', list, { status: 403, headers: spent });
    expect((await publish(server)).status).toBe('created');
    expect(waits).toEqual([20, 40]);
  });

  it('without a time is waited for a minute', async () => {
    const server = await startGithubServer();
    const message =
      'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.';
    server.failNext('POST', list, { status: 403, body: { message } });
    expect((await publish(server)).status).toBe('created');
    expect(waits).toEqual([60]);
  });

  it('that lasts longer than a minute is not waited for', async () => {
    const server = await startGithubServer();
    server.failNext('GET', list, { status: 429, headers: { 'retry-after': '3600' } });
    const outcome = await publish(server);
    expect(outcome.status).toBe('failed');
    expect(outcome.message).toMatch(/^The comment could not be made: GitHub is busy/);
    expect(waits).toEqual([]);
  });
});
