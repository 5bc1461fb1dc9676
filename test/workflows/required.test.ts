import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Conclusion, conclusionsOf, isPassed, type Situation, type StartedJob } from './simulate.ts';

const folder = join(import.meta.dirname, '..', '..', 'examples', 'workflows');
const workflow = (name: string) => readFileSync(join(folder, `${name}.yml`), 'utf8');

/** Workflows that are meant to be required, with the check to require. */
const required = { guard: 'guard', matrix: 'report' } as const;

const own = { full_name: 'octo/kernels' };
const pullRequest = (repo: object | null) => ({ pull_request: { head: { repo } } });
const isHosted = ({ runsOn }: StartedJob) => runsOn.some((label) => label.startsWith('ubuntu-'));

/** What the jobs do where a kernel changed: a machine without a GPU cannot measure it, and judging needs its report. */
function changedKernel(gpu: 'success' | 'failure') {
  let isMeasured = true;
  return (job: StartedJob): 'success' | 'failure' => {
    if (job.name === 'report') return isMeasured ? gpu : 'failure';
    isMeasured &&= !isHosted(job);
    return isHosted(job) ? 'failure' : gpu;
  };
}

interface Case {
  readonly title: string;
  readonly situation: () => Situation;
  readonly expected: Conclusion;
}

const cases: readonly Case[] = [
  {
    title: 'a pull request of the repository whose kernels are fine',
    situation: () => ({
      eventName: 'pull_request',
      event: pullRequest(own),
      outcome: changedKernel('success'),
    }),
    expected: 'success',
  },
  {
    title: 'one whose kernels regressed',
    situation: () => ({
      eventName: 'pull_request',
      event: pullRequest(own),
      outcome: changedKernel('failure'),
    }),
    expected: 'failure',
  },
  {
    title: 'a fork that changes a kernel',
    situation: () => ({
      eventName: 'pull_request',
      event: pullRequest({ full_name: 'mona/kernels' }),
      outcome: changedKernel('success'),
    }),
    expected: 'failure',
  },
  {
    title: 'a fork that is gone',
    situation: () => ({
      eventName: 'pull_request',
      event: pullRequest(null),
      outcome: changedKernel('success'),
    }),
    expected: 'failure',
  },
  {
    title: 'a fork that changes no kernel',
    situation: () => ({
      eventName: 'pull_request',
      event: pullRequest({ full_name: 'mona/kernels' }),
      outcome: () => 'success',
    }),
    expected: 'success',
  },
  {
    title: 'an entry of the merge queue that is fine',
    situation: () => ({
      eventName: 'merge_group',
      event: { merge_group: {} },
      outcome: changedKernel('success'),
    }),
    expected: 'success',
  },
  {
    title: 'an entry of the merge queue that regressed',
    situation: () => ({
      eventName: 'merge_group',
      event: { merge_group: {} },
      outcome: changedKernel('failure'),
    }),
    expected: 'failure',
  },
];

describe.each(Object.entries(required))('%s.yml, with its job %s required', (name, check) => {
  const text = workflow(name);

  it.each(cases)('$title: $expected', ({ situation, expected }) => {
    expect(conclusionsOf(text, situation())?.[check]).toBe(expected);
  });

  it('is not passed by a run that was cancelled', () => {
    // Judging begins all the same, and has no reports.
    const outcome = ({ name: job }: StartedJob) => (job === 'report' ? 'failure' : 'success');
    for (const event of [pullRequest(own), pullRequest({ full_name: 'mona/kernels' })]) {
      const ended = conclusionsOf(text, { eventName: 'pull_request', event, isCancelled: true, outcome });
      expect(isPassed(ended![check]!)).toBe(false);
    }
  });

  it('starts on whatever a pull request touches', () => {
    expect(text).not.toMatch(/^\s*(?:paths|paths-ignore|branches|branches-ignore):/m);
  });

  it('runs nothing of a fork on a machine of the user’s, and all else there', () => {
    const machines = (event: object, eventName = 'pull_request') => {
      const seen = new Set<string>();
      const outcome = (job: StartedJob) => {
        if (job.name !== 'report') seen.add(isHosted(job) ? 'hosted' : job.runsOn[0]!);
        return 'success' as const;
      };
      conclusionsOf(text, { eventName, event: event as Situation['event'], outcome });
      return [...seen];
    };
    expect(machines(pullRequest(own))).toEqual(['self-hosted']);
    expect(machines(pullRequest({ full_name: 'mona/kernels' }))).toEqual(['hosted']);
    expect(machines({ merge_group: {} }, 'merge_group')).toEqual(['self-hosted']);
  });
});

describe.each([
  ['nightly', 'retune'],
  ['nightly-app', 'retune'],
  ['nightly-matrix', 'merge'],
  ['nightly-pages', 'retune'],
])('%s.yml', (name, job) => {
  const run = (outcome: 'success' | 'failure', verdict: string, isCancelled = false) =>
    conclusionsOf(workflow(name), {
      eventName: 'schedule',
      event: {},
      isCancelled,
      outcome: ({ name: started }) => (started === job ? outcome : 'success'),
      outputs: { [job]: { verdict } },
    })?.propose;

  it('proposes what a night gained, also where a kernel is broken', () => {
    expect(run('success', 'improved')).toBe('success');
    expect(run('failure', 'improved')).toBe('success');
  });

  it('proposes nothing where there is nothing', () => {
    expect(run('success', 'unchanged')).toBe('skipped');
    expect(run('failure', 'error')).toBe('skipped');
    expect(run('success', 'improved', true)).toBe('skipped');
  });
});

describe('the page of the history', () => {
  const run = (outcome: 'success' | 'failure', history: string, more: Partial<Situation> = {}) =>
    conclusionsOf(workflow('nightly-pages'), {
      eventName: 'schedule',
      event: {},
      outcome: ({ name }) => (name === 'retune' ? outcome : 'success'),
      outputs: { retune: { verdict: 'unchanged', history } },
      ...more,
    })?.publish;
  const byHand = { eventName: 'workflow_dispatch', event: { repository: { default_branch: 'main' } } };

  it('is published of every night that has one, also where a kernel is broken', () => {
    expect(run('success', '/runner/history')).toBe('success');
    expect(run('failure', '/runner/history')).toBe('success');
    expect(run('success', '/runner/history', { ...byHand, branch: 'main' })).toBe('success');
  });

  it('is not where there is none, by hand on another branch, or of a run that was cancelled', () => {
    expect(run('failure', '')).toBe('skipped');
    expect(run('success', '/runner/history', { ...byHand, branch: 'topic' })).toBe('skipped');
    expect(run('success', '/runner/history', { isCancelled: true })).toBe('skipped');
  });

  it('is published by a job that may do nothing else, and runs nothing of the repository’s', () => {
    const { jobs } = parse(workflow('nightly-pages'));
    expect(jobs.publish.permissions).toEqual({ pages: 'write', 'id-token': 'write' });
    expect(jobs.publish.steps.map(({ uses }: { uses: string }) => uses.split('@')[0])).toEqual([
      'actions/deploy-pages',
    ]);
    expect(jobs.retune.permissions).toEqual({ contents: 'read' });
  });
});

describe('the rules that this reads workflows by', () => {
  const jobs = (body: string) => `on: [pull_request]\njobs:\n${body}`;
  const conclusions = (body: string, more: Partial<Situation> = {}) =>
    conclusionsOf(jobs(body), {
      eventName: 'pull_request',
      event: pullRequest(own),
      outcome: ({ name }) => (name === 'bad' ? 'failure' : 'success'),
      ...more,
    });
  const job = (name: string, more = '') => `  ${name}: { runs-on: x${more} }\n`;

  it('a job is skipped by its condition, and with it all that needs it', () => {
    const body =
      job('a', ', if: false') + job('b', ', needs: a') + job('c', ", needs: b, if: github.ref != ''");
    expect(conclusions(body)).toEqual({ a: 'skipped', b: 'skipped', c: 'skipped' });
  });

  it('after a failure only what asks for a status runs', () => {
    const body =
      job('bad') +
      job('b', ', needs: bad') +
      job('c', ', needs: bad, if: always()') +
      job('d', `, needs: bad, if: "\${{ !cancelled() }}"`) +
      job('e', ', needs: bad, if: failure()') +
      job('f', ", needs: bad, if: needs.bad.result == 'failure'");
    expect(conclusions(body)).toEqual({
      ...{ bad: 'failure', b: 'skipped', c: 'success', d: 'success', e: 'success', f: 'skipped' },
    });
  });

  it('a cancelled run skips what would have gone on, and only always() goes on', () => {
    const body = job('a') + job('b', `, needs: a, if: "\${{ !cancelled() }}"`) + job('c', ', if: always()');
    expect(conclusions(body, { isCancelled: true })).toEqual({ a: 'cancelled', b: 'skipped', c: 'success' });
  });

  it('an event that does not start a workflow leaves its checks open', () => {
    expect(conclusions(job('a'), { eventName: 'merge_group' })).toBeNull();
    expect(conclusions(job('a'), { action: 'closed' })).toBeNull();
    expect(conclusions(job('a'), { action: 'reopened' })).toEqual({ a: 'success' });
  });
});
