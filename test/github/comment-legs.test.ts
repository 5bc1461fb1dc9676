import { describe, expect, it } from 'vitest';
import { createRestClient, publishComment } from '../../src/github/index.ts';
import { mergeRow, readComment, renderComment } from '../../src/report/index.ts';
import type { CommentRow } from '../../src/schema/index.ts';
import { createRandom } from '../../src/stats/index.ts';
import { place, rowOf } from '../report/comment-rows.ts';
import { guardKernel, guardReport, regressedKernel } from '../report/samples.ts';
import { type GithubServer, startGithubServer } from '../support/github-server.ts';
import { events, runnerOf } from './runners.ts';

const fine = guardReport([guardKernel()]);
const red = guardReport([regressedKernel]);
const other = 'b'.repeat(40);

const three: readonly CommentRow[] = [
  rowOf(fine, { leg: 'rtx-4090' }),
  rowOf(red, { leg: 'a100' }),
  rowOf(fine, { leg: 'h100' }),
];

/** Gives legs their turns at the server, one request at a time, in an order that the seed decides, on a clock of its own. */
class Turns {
  readonly #random: ReturnType<typeof createRandom>;
  readonly #waiting: { readonly atMs: number; readonly go: () => void }[] = [];
  #nowMs = 0;
  #running: number;

  constructor(seed: number, legs: number) {
    this.#random = createRandom(seed);
    this.#running = legs;
  }

  /** Resolves when it is the leg's turn, not before `seconds` have passed. Every turn takes a while. */
  take(seconds = 0): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ atMs: this.#nowMs + seconds * 1000, go: resolve });
      this.leave();
    });
  }

  /** Between its turns a leg does not run; the next one is chosen once none does. */
  leave(): void {
    this.#running--;
    if (this.#running > 0 || this.#waiting.length === 0) return;
    const earliest = Math.min(...this.#waiting.map(({ atMs }) => atMs));
    this.#nowMs = Math.max(this.#nowMs + 20 + 180 * this.#random.next(), earliest);
    const ready = this.#waiting.filter(({ atMs }) => atMs <= this.#nowMs);
    const next = ready[Math.floor(this.#random.next() * ready.length)] as (typeof ready)[number];
    this.#waiting.splice(this.#waiting.indexOf(next), 1);
    this.#running++;
    next.go();
  }
}

async function publish(server: GithubServer, row: CommentRow, turns: Turns | null = null) {
  const runner = runnerOf('pull_request', events.opened, { GITHUB_API_URL: server.url });
  const waiting = { sleep: async () => {}, nowMs: () => 0 };
  const client = await createRestClient({ runner, token: 'app-token', waiting });
  if (turns !== null) {
    client.octokit.hook.wrap('request', async (request, options) => {
      await turns.take();
      return request(options);
    });
  }
  const outcome = await publishComment({
    client,
    pullRequest: 7,
    row,
    options: place,
    mode: 'auto',
    hasNews: true,
    pause: async (seconds) => {
      await turns?.take(seconds);
      return true;
    },
  });
  turns?.leave();
  return outcome;
}

function orders<T>(all: readonly T[]): T[][] {
  if (all.length < 2) return [[...all]];
  return all.flatMap((first) => orders(all.filter((one) => one !== first)).map((rest) => [first, ...rest]));
}

function expectAllThree(server: GithubServer): string {
  expect(server.comments(7)).toHaveLength(1);
  const body = server.comments(7)[0]?.body ?? '';
  const [, heading = ''] = body.split('\n');
  expect(heading).toBe('## ❌ Joulegate: failed · softmax +71 % energy (estimated), +69 % latency on a100');
  expect(body).toContain('✅ <b>h100</b>: passed');
  expect(body).toContain('✅ <b>rtx-4090</b>: passed');
  expect(body).toContain('### ❌ a100: failed');
  expect(body).not.toContain('## ✅ Joulegate');
  return body;
}

describe('three legs of a matrix, one of which fails', () => {
  it('make one comment that shows all three, in whatever order they come', async () => {
    const bodies = new Set<string>();
    for (const order of orders(three)) {
      const server = await startGithubServer();
      for (const row of order) await publish(server, row);
      bodies.add(expectAllThree(server));
    }
    // It is the same to the letter.
    expect(bodies.size).toBe(1);
  });

  it('do so also if they read and write at the same time, in any order of their requests', async () => {
    for (let seed = 1; seed <= 60; seed++) {
      const server = await startGithubServer();
      // Half of the time there is a comment already, of the commit before.
      if (seed % 2 === 0) {
        const before = three.map((row) => ({ ...row, head: other, run: 41 }));
        server.addComment(7, 'github-actions[bot]', renderComment(before, place));
      }
      const turns = new Turns(seed, three.length);
      await Promise.all(three.map((row) => publish(server, row, turns)));
      expectAllThree(server);
    }
  });
});

describe('a row', () => {
  const [own, , neighbour] = three as [CommentRow, CommentRow, CommentRow];

  it('takes the place of its own leg’s, and of no other', () => {
    const again = { ...own, attempt: 2 };
    expect(mergeRow([own, neighbour], again)).toEqual({ rows: [neighbour, again], isSuperseded: false });
  });

  it('is superseded by a later attempt, a later run of its job and a later commit', () => {
    expect(mergeRow([{ ...own, attempt: 2 }], own).isSuperseded).toBe(true);
    expect(mergeRow([{ ...neighbour, run: 43 }], own).isSuperseded).toBe(true);
    const elsewhere = { ...neighbour, source: '0'.repeat(16) };
    expect(mergeRow([{ ...elsewhere, run: 43, head: other }], own).isSuperseded).toBe(true);
    // Another workflow's run at the same commit says nothing about this one.
    expect(mergeRow([{ ...elsewhere, run: 43 }], own).isSuperseded).toBe(false);
  });

  it('of a newer commit makes the others old: they are named, and count for nothing', () => {
    const [, failing] = three as [CommentRow, CommentRow, CommentRow];
    const { rows } = mergeRow([failing, neighbour], { ...own, run: 43, head: other });
    const body = renderComment(rows, place);
    expect(body).toContain('## ✅ Joulegate: passed · no regression on rtx-4090\n');
    expect(body).toContain(
      'Not measured again yet since an earlier commit or run: a100 (failed at aaaaaaa), h100 (passed at aaaaaaa)',
    );
    // What two commits have come after is dropped.
    const newest = mergeRow(rows, { ...neighbour, run: 44, head: 'c'.repeat(40) });
    expect(newest.rows.map(({ leg, run }) => `${leg} ${run}`)).toEqual(['h100 44', 'rtx-4090 43']);
  });

  it('of a run that reached no device gives way to the next attempt, whichever leg it was', () => {
    const unknown = { ...own, leg: '', device: '' };
    expect(mergeRow([unknown], { ...own, attempt: 2 }).rows).toHaveLength(1);
    expect(mergeRow([unknown], own).rows).toHaveLength(2);
  });

  it('that speaks for all legs of a run takes the place of theirs', () => {
    const all = { ...own, source: '0'.repeat(16), leg: '*', device: 'rtx-4090, a100, h100' };
    expect(mergeRow(three, all).rows).toEqual([all]);
    expect(mergeRow([{ ...neighbour, attempt: 2 }], all).rows).toHaveLength(2);
  });
});

describe('what is read back from a comment', () => {
  const body = renderComment(three, place);

  it('is what was written, also with the line ends of a browser', () => {
    expect(readComment(body)?.rows).toEqual(three);
    expect(readComment(body.replaceAll('\n', '\r\n'))?.rows).toEqual(three);
  });

  it.each([
    ['damaged', body.replace(/joulegate-rows:..../, 'joulegate-rows:AAAA')],
    ['gone', body.replace(/<!-- joulegate-rows.*/, '')],
    ['not at the end', `${body}\nMore.`],
  ])('is nothing if it is %s, and the comment is ours all the same', (_, text) => {
    expect(readComment(text)).toEqual({ manifestHash: readComment(body)?.manifestHash, rows: [] });
  });

  it('is no comment of ours if it only quotes one', () => {
    expect(readComment(`> ${body}`)).toBeNull();
    expect(readComment(`See:\n${body}`)).toBeNull();
    expect(readComment('')).toBeNull();
  });
});
