import { describe, expect, it } from 'vitest';
import { type BasePlan, baseOf, type Runner } from '../../src/github/index.ts';
import { commits, events, runnerOf } from './runners.ts';

/** The plan of a run on which `head` is checked out. */
function plan(runner: Runner, head: string = runner.sha, given: string | null = null): BasePlan {
  return baseOf(runner, { head, given });
}

describe('the base', () => {
  it('of a pull request is the first parent of its merge commit, not the tip of main', () => {
    expect(plan(runnerOf('pull_request', events.opened))).toEqual({
      kind: 'pull-request',
      revision: 'HEAD^1',
      is: 'itself',
      fetch: { source: commits.merge, depth: 2 },
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
      revision: 'main',
      is: 'where-head-left',
      fetch: { source: 'refs/heads/main', depth: 1 },
      reason: 'where the checked-out commit left main',
    });
  });

  it('of pull_request_target is refused where the base itself is checked out', () => {
    const runner = runnerOf('pull_request_target', events.fork);
    expect(() => plan(runner)).toThrow(/What is checked out is the base branch, not the pull request/);
    expect(plan(runner, commits.merge)).toMatchObject({ revision: 'main' });
  });

  it('of a merge group is what the group is built on', () => {
    expect(plan(runnerOf('merge_group', events.mergeGroup))).toEqual({
      kind: 'merge-group',
      revision: commits.base,
      is: 'itself',
      fetch: { source: commits.base, depth: 1 },
      reason: 'the commit that the merge group is built on',
    });
  });

  it('of a push is what the branch was before', () => {
    expect(plan(runnerOf('push', events.push))).toEqual({
      kind: 'push',
      revision: commits.before,
      is: 'itself',
      fetch: { source: commits.before, depth: 1 },
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
      is: 'itself',
      fetch: { source: commits.head, depth: 2 },
      reason: 'the previous commit, because the branch is new or was force-pushed',
    });
  });

  it('of a tag is the previous commit', () => {
    const runner = runnerOf('push', { ...events.push, before: commits.none }, { GITHUB_REF: 'refs/tags/v1' });
    expect(plan(runner).reason).toBe('the previous commit, because a tag was pushed');
  });

  it.each([
    ['schedule', events.schedule],
    ['workflow_dispatch', events.dispatch],
  ])('of %s on the default branch is the previous commit', (name, event) => {
    expect(plan(runnerOf(name, event))).toEqual({
      kind: 'previous-commit',
      revision: 'HEAD^',
      is: 'itself',
      fetch: { source: commits.head, depth: 2 },
      reason: 'the commit before the tip of main',
    });
  });

  it('of a run by hand on another branch is where that left the default branch', () => {
    const runner = runnerOf('workflow_dispatch', events.dispatch, { GITHUB_REF: 'refs/heads/faster' });
    expect(plan(runner)).toEqual({
      kind: 'branch',
      revision: 'main',
      is: 'where-head-left',
      fetch: { source: 'refs/heads/main', depth: 1 },
      reason: 'where the checked-out commit left main',
    });
  });

  it.each([
    ['release', 'release'],
    ['origin/release', 'refs/heads/release'],
    ['remotes/origin/release', 'refs/heads/release'],
    ['refs/tags/v1', 'refs/tags/v1'],
    [commits.base, commits.base],
  ])('may be given: %s', (given, source) => {
    expect(plan(runnerOf('pull_request', events.opened), commits.merge, given)).toEqual({
      kind: 'given',
      revision: given,
      is: 'where-head-left',
      fetch: { source, depth: 1 },
      reason: 'the input `base`',
    });
  });

  it('must be given for other events', () => {
    const runner = runnerOf('workflow_run', events.workflowRun);
    expect(() => plan(runner)).toThrow('The event workflow_run says nothing to compare with.');
    expect(plan(runner, runner.sha, 'main')).toMatchObject({ kind: 'given' });
  });
});
