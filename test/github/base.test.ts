import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type BasePlan, baseOf, type Runner } from '../../src/github/index.ts';
import { commits, events, runnerOf } from './runners.ts';

/** The plan of a run on which `head` is checked out. */
function plan(runner: Runner, head: string = runner.sha, given: string | null = null): BasePlan {
  return baseOf(runner, { head, given });
}

const deeper = { when: 'missing', target: null, depth: 2 } as const;
const whole = { when: 'missing', target: null, depth: 'all' } as const;
const branch = { when: 'always', target: 'refs/joulegate/base', depth: 'all' } as const;

describe('the base', () => {
  it('of a pull request is the first parent of its merge commit, not the tip of main', () => {
    expect(plan(runnerOf('pull_request', events.opened))).toEqual({
      kind: 'pull-request',
      revision: 'HEAD^1',
      fetch: { ...deeper, source: commits.merge },
      reason: 'the first parent of the merge commit of pull request 7',
    });
  });

  it('of a fork is the same', () => {
    const runner = runnerOf('pull_request', events.fork, { GITHUB_REF: 'refs/pull/8/merge' });
    expect(plan(runner)).toMatchObject({ revision: 'HEAD^1' });
  });

  it('of a pull request whose head is checked out is where that left the base branch', () => {
    expect(plan(runnerOf('pull_request', events.opened), commits.head)).toEqual({
      kind: 'pull-request',
      revision: 'refs/joulegate/base',
      fetch: { ...branch, source: 'refs/heads/main' },
      reason: 'where the checked-out commit left main',
    });
  });

  it('of pull_request_target is refused where the base itself is checked out', () => {
    const runner = runnerOf('pull_request_target', events.fork);
    expect(() => plan(runner)).toThrow(/What is checked out is the base branch, not the pull request/);
    expect(plan(runner, commits.merge)).toMatchObject({ revision: 'refs/joulegate/base' });
  });

  it('of a merge group is what the group is built on', () => {
    expect(plan(runnerOf('merge_group', events.mergeGroup))).toEqual({
      kind: 'merge-group',
      revision: commits.base,
      fetch: { ...whole, source: commits.base },
      reason: 'the commit that the merge group is built on',
    });
  });

  it('of a push is what the branch was before', () => {
    expect(plan(runnerOf('push', events.push))).toEqual({
      kind: 'push',
      revision: commits.before,
      fetch: { ...whole, source: commits.before },
      reason: 'what the branch was before the push',
    });
  });

  it.each([
    ['a new branch', { before: commits.none }],
    ['a forced push', { forced: true }],
  ])('of %s is the previous commit', (_, changes) => {
    expect(plan(runnerOf('push', { ...events.push, ...changes }))).toEqual({
      kind: 'previous-commit',
      revision: 'HEAD^',
      fetch: { ...deeper, source: commits.head },
      reason: 'the previous commit, because the branch is new or was force-pushed',
    });
  });

  it.each([
    ['schedule', events.schedule],
    ['workflow_dispatch', events.dispatch],
  ])('of %s on the default branch is the previous commit', (name, event) => {
    expect(plan(runnerOf(name, event))).toEqual({
      kind: 'previous-commit',
      revision: 'HEAD^',
      fetch: { ...deeper, source: commits.head },
      reason: 'the commit before the tip of main',
    });
  });

  it('of a run by hand on another branch is where that left the default branch', () => {
    const runner = runnerOf('workflow_dispatch', events.dispatch, { GITHUB_REF: 'refs/heads/faster' });
    expect(plan(runner)).toEqual({
      kind: 'branch',
      revision: 'refs/joulegate/base',
      fetch: { ...branch, source: 'refs/heads/main' },
      reason: 'where the checked-out commit left main',
    });
  });

  it.each([
    ['release', 'release', 'refs/joulegate/base'],
    ['origin/release', 'refs/heads/release', 'refs/joulegate/base'],
    ['refs/tags/v1', 'refs/tags/v1', 'refs/joulegate/base'],
    [commits.base, commits.base, null],
  ])('may be given: %s', (given, source, target) => {
    expect(plan(runnerOf('pull_request', events.opened), commits.merge, given)).toEqual({
      kind: 'given',
      revision: given,
      // A name may have moved since a runner of one's own last fetched it; a commit never does.
      fetch: { when: target === null ? 'missing' : 'always', source, target, depth: 'all' },
      reason: 'the input `base`',
    });
  });

  it('must be given for other events', () => {
    const runner = runnerOf('workflow_run', events.workflowRun);
    expect(() => plan(runner)).toThrow('The event workflow_run says nothing to compare with.');
    expect(plan(runner, runner.sha, 'main')).toMatchObject({ kind: 'given' });
  });
});

describe('the base in a clone as actions/checkout makes it', () => {
  const environment = {
    PATH: process.env.PATH,
    HOME: tmpdir(),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'x',
    GIT_AUTHOR_EMAIL: 'x@example.com',
    GIT_COMMITTER_NAME: 'x',
    GIT_COMMITTER_EMAIL: 'x@example.com',
  };
  const git = (folder: string, ...args: string[]) =>
    execFileSync('git', ['-c', 'init.defaultBranch=main', ...args], {
      cwd: folder,
      env: environment,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();

  function folderOf(): string {
    const folder = mkdtempSync(join(tmpdir(), 'joulegate-base-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    return folder;
  }

  /** main: one, two, and three after the pull request left it at two; the merge commit is made on three. */
  function repository() {
    const folder = folderOf();
    const commit = (name: string) => {
      writeFileSync(join(folder, name), name);
      git(folder, 'add', '.');
      git(folder, 'commit', '-q', '-m', name);
      return git(folder, 'rev-parse', 'HEAD');
    };
    git(folder, 'init', '-q');
    git(folder, 'config', 'uploadpack.allowAnySHA1InWant', 'true');
    commit('one');
    const two = commit('two');
    git(folder, 'switch', '-q', '-c', 'faster');
    const head = commit('change');
    git(folder, 'switch', '-q', 'main');
    const three = commit('three');
    git(folder, 'switch', '-q', '--detach');
    git(folder, 'merge', '-q', '--no-ff', '-m', 'merge', 'faster');
    const merge = git(folder, 'rev-parse', 'HEAD');
    git(folder, 'update-ref', 'refs/pull/7/merge', merge);
    git(folder, 'switch', '-q', 'main');
    return { folder, two, three, head, merge };
  }

  /** A clone of one commit, as with `fetch-depth: 1`. */
  function shallowClone(origin: string, commit: string): string {
    const folder = folderOf();
    git(folder, 'init', '-q');
    git(folder, 'remote', 'add', 'origin', pathToFileURL(origin).href);
    git(folder, 'fetch', '-q', '--depth=1', 'origin', commit);
    git(folder, 'checkout', '-q', '--detach', 'FETCH_HEAD');
    return folder;
  }

  /** Does what a plan says, and finds the commit to compare with. */
  function carryOut(folder: string, { revision, fetch }: BasePlan): string {
    const isShallow = git(folder, 'rev-parse', '--is-shallow-repository') === 'true';
    const history = fetch.depth === 'all' ? (isShallow ? ['--unshallow'] : []) : [`--depth=${fetch.depth}`];
    const refspec = fetch.target === null ? fetch.source : `+${fetch.source}:${fetch.target}`;
    git(folder, 'fetch', '-q', '--no-tags', ...history, 'origin', refspec);
    return git(folder, 'merge-base', fetch.target ?? revision, 'HEAD');
  }

  it('is found for the merge commit of a pull request', () => {
    const { folder: origin, merge, three } = repository();
    const clone = shallowClone(origin, merge);
    const runner = runnerOf('pull_request', events.opened, { GITHUB_SHA: merge });
    expect(carryOut(clone, plan(runner, merge))).toBe(three);
  });

  it('is found for the head of a pull request, although main went on', () => {
    const { folder: origin, merge, head, two } = repository();
    const clone = shallowClone(origin, head);
    const runner = runnerOf('pull_request', events.opened, { GITHUB_SHA: merge });
    expect(carryOut(clone, plan(runner, head))).toBe(two);
  });

  it('is found for a push, a schedule and a given branch', () => {
    const { folder: origin, head, two, three } = repository();
    const push = runnerOf('push', { ...events.push, before: two }, { GITHUB_SHA: three });
    expect(carryOut(shallowClone(origin, three), plan(push))).toBe(two);
    const nightly = runnerOf('schedule', events.schedule, { GITHUB_SHA: three });
    expect(carryOut(shallowClone(origin, three), plan(nightly))).toBe(two);
    expect(carryOut(shallowClone(origin, head), plan(nightly, head, 'origin/main'))).toBe(two);
  });
});
