import { JoulegateError } from '../errors/index.ts';
import type { PullRequest, Runner } from './run/index.ts';

/** What to ask the remote for that was cloned, if the clone lacks it. */
export interface BaseFetch {
  /** A commit's full hash, a ref with its full name, or whatever the input `base` holds. */
  readonly source: string;
  /** How many commits of its history are needed of it, itself among them. */
  readonly depth: number;
}

/** Where the base is. */
export interface BasePlan {
  readonly kind: 'given' | 'pull-request' | 'merge-group' | 'push' | 'branch' | 'previous-commit';
  /**
   * What names it: a revision of the clone; with `given` what was given; with `branch` the branch at the remote, of which
   * the clone may hold an old state.
   */
  readonly revision: string;
  /** Whether the base is that commit, or the one at which what is checked out left it. */
  readonly is: 'itself' | 'where-head-left';
  readonly fetch: BaseFetch;
  /** How it was chosen, for people: `the merge commit's first parent`. */
  readonly reason: string;
}

function previousCommit(head: string, reason: string): BasePlan {
  return {
    kind: 'previous-commit',
    revision: 'HEAD^',
    is: 'itself',
    fetch: { source: head, depth: 2 },
    reason,
  };
}

/** Where the checked-out commit left a branch. */
function leftBranch(kind: 'pull-request' | 'branch', branch: string): BasePlan {
  return {
    kind,
    revision: branch,
    is: 'where-head-left',
    fetch: { source: `refs/heads/${branch}`, depth: 1 },
    reason: `where the checked-out commit left ${branch}`,
  };
}

/** The merge commit's first parent is the base branch as it was merged: newer than the event's `base.sha`. */
function baseOfPullRequest(runner: Runner, pullRequest: PullRequest, head: string): BasePlan {
  const { asked, number } = pullRequest;
  const isMerge =
    asked === undefined
      ? runner.ref === `refs/pull/${number}/merge` && head === runner.sha
      : head === asked.mergeSha;
  if (isMerge) {
    return {
      kind: 'pull-request',
      revision: 'HEAD^1',
      is: 'itself',
      fetch: { source: head, depth: 2 },
      reason: `the first parent of the merge commit of pull request ${number}`,
    };
  }
  if (asked === undefined && runner.eventName === 'pull_request_target' && head === runner.sha) {
    throw new JoulegateError(
      'bad-input',
      'What is checked out is the base branch, not the pull request: there is nothing to compare.',
      {
        code: 'pull-request-not-checked-out',
        nextStep: 'Use the event pull_request; pull_request_target would give its code a writable token.',
      },
    );
  }
  return leftBranch('pull-request', pullRequest.baseRef);
}

function baseOfBranch(runner: Runner, head: string): BasePlan {
  const { defaultBranch } = runner;
  if (runner.isDefaultBranch || defaultBranch === null) {
    return previousCommit(head, `the commit before the tip of ${runner.ref.replace(/^refs\/heads\//, '')}`);
  }
  return leftBranch('branch', defaultBranch);
}

function baseOfPush({ ref }: Runner, before: string | null, head: string): BasePlan {
  if (before === null) {
    const why = ref.startsWith('refs/tags/') ? 'a tag was pushed' : 'the branch is new or was force-pushed';
    return previousCommit(head, `the previous commit, because ${why}`);
  }
  return {
    kind: 'push',
    revision: before,
    is: 'itself',
    fetch: { source: before, depth: 1 },
    reason: 'what the branch was before the push',
  };
}

/** A branch or tag may be named as people do, a remote's branch as git does in a clone. */
function givenBase(given: string): BasePlan {
  const source = given.replace(/^(?:(?:refs\/)?remotes\/)?origin\//, 'refs/heads/');
  return {
    kind: 'given',
    revision: given,
    is: 'where-head-left',
    fetch: { source, depth: 1 },
    reason: 'the input `base`',
  };
}

/**
 * What each event is compared with:
 *
 * | event | base |
 * |---|---|
 * | any, with the input `base` | where the checked-out commit left it |
 * | `pull_request`, or any with the input `pull-request`, merge commit checked out | its first parent |
 * | the same, anything else checked out | where it left the base branch |
 * | `merge_group` | the commit the group is built on |
 * | `push` | what the branch was before; the previous commit if it is new or was force-pushed |
 * | `schedule`, `workflow_dispatch`, `repository_dispatch` | default branch: the previous commit; others: where they left it |
 *
 * @param options.head full hash of what is checked out
 * @param options.given the input `base`; null if it is not given
 * @throws JoulegateError (bad-input): `no-base` for other events, `pull-request-not-checked-out`
 */
export function baseOf(
  runner: Runner,
  options: { readonly head: string; readonly given: string | null },
): BasePlan {
  const { head, given } = options;
  if (given !== null) return givenBase(given);
  if (runner.pullRequest !== null) return baseOfPullRequest(runner, runner.pullRequest, head);
  if (runner.mergeGroup !== null) {
    const { baseSha } = runner.mergeGroup;
    return {
      kind: 'merge-group',
      revision: baseSha,
      is: 'itself',
      fetch: { source: baseSha, depth: 1 },
      reason: 'the commit that the merge group is built on',
    };
  }
  if (runner.push !== null) return baseOfPush(runner, runner.push.before, head);
  if (['schedule', 'workflow_dispatch', 'repository_dispatch'].includes(runner.eventName)) {
    return baseOfBranch(runner, head);
  }
  throw new JoulegateError('bad-input', `The event ${runner.eventName} says nothing to compare with.`, {
    code: 'no-base',
    nextStep:
      'Give the input `base` a branch, a tag or a commit; or `pull-request` the number of the one that is checked out.',
  });
}

/**
 * Refs of the remote, by their full names, behind which the checked-out commit and most bases are: the run's own first.
 */
export function refsOf({ ref, pullRequest, defaultBranch }: Runner): readonly string[] {
  const own = pullRequest?.asked === undefined ? ref : `refs/pull/${pullRequest.number}/head`;
  const branch = pullRequest?.baseRef ?? defaultBranch;
  return [...new Set([own, ...(branch === null ? [] : [`refs/heads/${branch}`])])];
}
