import {
  type Annotation,
  annotationsOf,
  type Report,
  renderFailure,
  renderMarkdown,
  reportSummary,
} from '../../report/index.ts';
import type { Outcome } from '../outcome.ts';
import type { RestClient } from '../rest/index.ts';
import type { Runner } from '../run/index.ts';

/** Whose check run it is. */
interface CheckRunPlace {
  readonly client: RestClient;
  readonly runner: Runner;
  /** From `checkRunName`. */
  readonly name: string;
}

export interface CheckRunTask extends CheckRunPlace {
  /** The report of a guard run or of several, judged together. */
  readonly report: Extract<Report, { readonly kind: 'guard' }>;
  /** Folder that the report's file names are relative to, below the repository's root; empty for the root itself. */
  readonly folder: string;
  /** The check run of an earlier report of this run, which is given this one's text; its annotations stay. */
  readonly earlier?: number | null;
}

export interface CheckRunOutcome extends Outcome<'created' | 'unavailable'> {
  /** Page of the check run; null if there is none. */
  readonly url: string | null;
  readonly id: number | null;
}

type Conclusion = 'success' | 'failure' | 'neutral' | 'cancelled' | 'action_required';

/** GitHub refuses a longer summary. */
const maxSummary = 65_000;
const maxName = 100;

/** `Joulegate (gpu/joulegate.yaml)`: check runs of one name replace each other, so each manifest has its own. */
export function checkRunName(manifest: string, device: string | null): string {
  const inner = device === null ? manifest : `${manifest}, ${device}`;
  const room = maxName - 'Joulegate ()'.length;
  // The end tells paths apart better than the beginning.
  return `Joulegate (${inner.length <= room ? inner : `…${inner.slice(1 - room)}`})`;
}

/** The commit whose page and pull request show it: a pull request's own, not the merge commit that was measured. */
function headSha(runner: Runner): string {
  return (
    runner.pullRequest?.headSha ?? runner.workflowRun?.headSha ?? runner.mergeGroup?.headSha ?? runner.sha
  );
}

function conclusionOf({ exitCode, verdict }: CheckRunTask['report']): Conclusion {
  if (verdict === 'interrupted') return 'cancelled';
  if (verdict === 'could-not-measure') return 'action_required';
  if (exitCode !== 0) return 'failure';
  return verdict === 'passed' ? 'success' : 'neutral';
}

const levels = { error: 'failure', warning: 'warning', notice: 'notice' } as const;

/** Remarks without a place are in the summary already, and the API takes none. */
function placed(annotations: readonly Annotation[], folder: string) {
  const prefix = folder === '' || folder === '.' ? '' : `${folder.replace(/\/+$/, '')}/`;
  return annotations.flatMap(({ level, title, message, file, line }) =>
    file === null
      ? []
      : {
          path: `${prefix}${file}`,
          start_line: line ?? 1,
          end_line: line ?? 1,
          annotation_level: levels[level],
          title,
          message: message === '' ? title : message,
        },
  );
}

interface CheckRunContent {
  readonly conclusion: Conclusion;
  readonly title: string;
  readonly summary: string;
  readonly annotations: ReturnType<typeof placed>;
}

async function create(
  place: CheckRunPlace & Pick<CheckRunTask, 'earlier'>,
  content: CheckRunContent,
): Promise<CheckRunOutcome> {
  const { client, runner, name, earlier = null } = place;
  const { conclusion, annotations, ...said } = content;
  const { checks } = client.octokit.rest;
  const attempted = await client.attempt(async () => {
    const { data } =
      earlier === null
        ? await checks.create({
            ...client.repository,
            name,
            head_sha: headSha(runner),
            status: 'completed',
            conclusion,
            details_url: runner.runUrl,
            external_id: `${runner.runId}.${runner.runAttempt}`,
            output: { ...said, annotations },
          })
        : await checks.update({ ...client.repository, check_run_id: earlier, conclusion, output: said });
    return data;
  });
  if (attempted.ok) {
    const { id, html_url: url } = attempted.value;
    const message = `${earlier === null ? 'Made' : 'Updated'} the check run ${name}.`;
    return { status: 'created', message, url, id };
  }
  const { kind, message } = attempted.failure;
  if (kind === 'not-permitted' || kind === 'gone') {
    // No warning: it is extra, and most workflows have no use for it.
    const hint =
      'No check run: the token lacks `checks: write`, or the server has none. The job is the check.';
    return { status: 'unavailable', message: hint, url: null, id: null };
  }
  return { status: 'failed', message: `The check run could not be made: ${message}.`, url: null, id: null };
}

/**
 * Makes a check run with the report's conclusion, summary and annotations, where the token has `checks: write`. It informs
 * only: GitHub puts check runs of a workflow's token into a suite of its own choosing, so the job's exit status is what a
 * branch rule should require.
 */
export function publishCheckRun(task: CheckRunTask): Promise<CheckRunOutcome> {
  const { report, folder } = task;
  return create(task, {
    conclusion: conclusionOf(report),
    title: reportSummary(report).slice(0, 250),
    summary: renderMarkdown(report, { maxLength: maxSummary }),
    annotations: placed(annotationsOf(report), folder),
  });
}

/** Makes a check run that says why there is no verdict: a green one of an earlier attempt must not go on standing there. */
export function publishFailedCheckRun(
  place: CheckRunPlace & { readonly message: string },
): Promise<CheckRunOutcome> {
  return create(place, {
    conclusion: 'action_required',
    title: 'no verdict',
    summary: renderFailure(place.message),
    annotations: [],
  });
}
