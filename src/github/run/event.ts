import { isTrue, type Payload, patterns, positiveInteger, text, textOrNull } from './payload.ts';

/** The pull request that an event is about. */
export interface PullRequest {
  readonly number: number;
  readonly headSha: string;
  /** `owner/name`; null if the fork is gone. */
  readonly headRepository: string | null;
  /** Branch it is to be merged into. */
  readonly baseRef: string;
  /** Tip of that branch when the event was made; may be older than the merge commit's parent. */
  readonly baseSha: string;
  /** Its head is in another repository: its token is read-only and nothing it brings is trusted. */
  readonly fromFork: boolean;
  /** Whether the event is that it was closed: what is merged is its own base by then. */
  readonly isClosed: boolean;
  /**
   * There if no event is about it, but the input `pull-request` names it: then the run is not of its commits, and the merge
   * commit that the server made of it is told here; null without one.
   */
  readonly asked?: { readonly mergeSha: string | null };
}

/** A group of the merge queue. */
export interface MergeGroup {
  readonly headSha: string;
  readonly baseSha: string;
}

export interface Push {
  /** What the branch pointed at before; null for a new branch and after a forced push. */
  readonly before: string | null;
}

/** A run that this one reports about. Its own pull request list is empty for forks, so it is not read. */
export interface WorkflowRun {
  readonly id: number;
  readonly headSha: string;
  readonly headBranch: string | null;
  /** `owner/name`; null if the fork is gone. */
  readonly headRepository: string | null;
}

/** What an event file says, as far as it matters here. At most one of the four parts is not null. */
export interface RunnerEvent {
  /** null where the event does not say (`schedule`). */
  readonly defaultBranch: string | null;
  readonly pullRequest: PullRequest | null;
  readonly mergeGroup: MergeGroup | null;
  readonly push: Push | null;
  readonly workflowRun: WorkflowRun | null;
}

/**
 * A pull request out of an event, or an answer of the API in the place of one.
 * @throws JoulegateError (bad-input, `bad-event`)
 */
export function readPullRequest(payload: Payload): PullRequest {
  const headRepository = textOrNull(payload, 'pull_request.head.repo.full_name', patterns.repository);
  const baseRepository = text(payload, 'pull_request.base.repo.full_name', patterns.repository);
  return {
    number: positiveInteger(payload, 'pull_request.number'),
    headSha: text(payload, 'pull_request.head.sha', patterns.commit),
    headRepository,
    baseRef: text(payload, 'pull_request.base.ref', patterns.branch),
    baseSha: text(payload, 'pull_request.base.sha', patterns.commit),
    fromFork: headRepository?.toLowerCase() !== baseRepository.toLowerCase(),
    isClosed: textOrNull(payload, 'action', /^[a-z_]+$/) === 'closed',
  };
}

function readPush(payload: Payload): Push {
  const before = textOrNull(payload, 'before', patterns.commit);
  const isGone = before === null || /^0+$/.test(before) || isTrue(payload, 'forced');
  return { before: isGone ? null : before };
}

/**
 * Reads the parts of an event that decide what is compared and where it is reported.
 * @throws JoulegateError (bad-input, `bad-event`) for a field that is missing or not what it should be.
 */
export function readEvent(eventName: string, payload: Payload): RunnerEvent {
  const is = (...names: readonly string[]) => names.includes(eventName);
  return {
    defaultBranch: textOrNull(payload, 'repository.default_branch', patterns.branch),
    pullRequest: is('pull_request', 'pull_request_target') ? readPullRequest(payload) : null,
    mergeGroup: is('merge_group')
      ? {
          headSha: text(payload, 'merge_group.head_sha', patterns.commit),
          baseSha: text(payload, 'merge_group.base_sha', patterns.commit),
        }
      : null,
    push: is('push') ? readPush(payload) : null,
    workflowRun: is('workflow_run')
      ? {
          id: positiveInteger(payload, 'workflow_run.id'),
          headSha: text(payload, 'workflow_run.head_sha', patterns.commit),
          headBranch: textOrNull(payload, 'workflow_run.head_branch', patterns.branch),
          headRepository: textOrNull(payload, 'workflow_run.head_repository.full_name', patterns.repository),
        }
      : null,
  };
}
