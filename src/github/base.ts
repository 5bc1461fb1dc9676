import { JoulegateError } from '../errors/index.ts';
import type { PullRequest, Runner } from './run/index.ts';
import { patterns } from './run/index.ts';

/** What has to be fetched from the remote that was cloned. */
export interface BaseFetch {
  /**
   * `always`: a branch that moves, of which the clone may hold an old state.
   * `missing`: only if git cannot find the base without it, because a depth makes a full clone shallow.
   */
  readonly when: 'always' | 'missing';
  /** What to ask the remote for: a commit, a ref with its full name, or the name of a branch or tag as people write it. */
  readonly source: string;
  /** Ref to store it under, which names the base from then on; null for a commit, which is found by its hash. */
  readonly target: string | null;
  /** How much history of a shallow clone is needed: this many commits, or all of it. */
  readonly depth: number | 'all';
}

/** Where the base is: the commit at which what is checked out left `revision`. */
export interface BasePlan {
  readonly kind: 'given' | 'pull-request' | 'merge-group' | 'push' | 'branch' | 'previous-commit';
  /** What names it; after fetching, `fetch.target` if that is not null. */
  readonly revision: string;
  readonly fetch: BaseFetch;
  /** How it was chosen, for people: `the merge commit's first parent`. */
  readonly reason: string;
}

/** Where fetched branches are kept, out of the way of the user's own refs. */
const baseRef = 'refs/joulegate/base';

function previousCommit(head: string, reason: string): BasePlan {
  return {
    kind: 'previous-commit',
    revision: 'HEAD^',
    fetch: { when: 'missing', source: head, target: null, depth: 2 },
    reason,
  };
}

/** Where the checked-out commit left a branch. */
function leftBranch(kind: 'pull-request' | 'branch', branch: string): BasePlan {
  return {
    kind,
    revision: baseRef,
    fetch: { when: 'always', source: `refs/heads/${branch}`, target: baseRef, depth: 'all' },
    reason: `where the checked-out commit left ${branch}`,
  };
}

/** The merge commit's first parent is the base branch as it was merged: newer than the event's `base.sha`. */
function baseOfPullRequest(runner: Runner, pullRequest: PullRequest, head: string): BasePlan {
  if (runner.ref === `refs/pull/${pullRequest.number}/merge` && head === runner.sha) {
    return {
      kind: 'pull-request',
      revision: 'HEAD^1',
      fetch: { when: 'missing', source: head, target: null, depth: 2 },
      reason: `the first parent of the merge commit of pull request ${pullRequest.number}`,
    };
  }
  if (runner.eventName === 'pull_request_target' && head === runner.sha) {
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

function baseOfPush(before: string | null, head: string): BasePlan {
  if (before === null) {
    return previousCommit(head, 'the previous commit, because the branch is new or was force-pushed');
  }
  return {
    kind: 'push',
    revision: before,
    fetch: { when: 'missing', source: before, target: null, depth: 'all' },
    reason: 'what the branch was before the push',
  };
}

/** A branch or tag may be named as people do, a remote's branch as git does in a clone. */
function givenBase(given: string): BasePlan {
  const isCommit = patterns.commit.test(given);
  const source = given.replace(/^(?:refs\/remotes\/)?origin\//, 'refs/heads/');
  return {
    kind: 'given',
    revision: given,
    // A clone on a runner of one's own may hold a branch as it was weeks ago.
    fetch: { when: isCommit ? 'missing' : 'always', source, target: isCommit ? null : baseRef, depth: 'all' },
    reason: 'the input `base`',
  };
}

/**
 * What each event is compared with:
 *
 * | event | base |
 * |---|---|
 * | any, with the input `base` | where the checked-out commit left it |
 * | `pull_request`, merge commit checked out | its first parent |
 * | `pull_request`, anything else checked out | where it left the base branch |
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
      fetch: { when: 'missing', source: baseSha, target: null, depth: 'all' },
      reason: 'the commit that the merge group is built on',
    };
  }
  if (runner.push !== null) return baseOfPush(runner.push.before, head);
  if (['schedule', 'workflow_dispatch', 'repository_dispatch'].includes(runner.eventName)) {
    return baseOfBranch(runner, head);
  }
  throw new JoulegateError('bad-input', `The event ${runner.eventName} says nothing to compare with.`, {
    code: 'no-base',
    nextStep: 'Give the input `base` a branch, a tag or a commit.',
  });
}
