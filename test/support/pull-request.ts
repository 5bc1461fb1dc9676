import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { checkOutMerge, pullRequestEvent, runAction, runnerFolderOf } from './action-run.ts';
import { startJob } from './actions-services.ts';
import { startGithubServer } from './github-server.ts';
import { smallManifest, smallProject } from './small-project.ts';

/** What a run may have otherwise. */
export type RunOptions = Partial<Parameters<typeof runAction>[0]>;

/** One configuration, so there is nothing to advise: it is not what these runs are about. */
const labelledManifest = smallManifest
  .replace('WORKGROUP: [32, 64, 128, 256]', 'WORKGROUP: [64]')
  .replace('PER_THREAD: [1, 2, 4]', 'PER_THREAD: [1]')
  .replace('gate:\n', 'gate:\n  accept-label: slower-is-fine\n');

/** Runs that end in seconds, and need not find out much. */
const shortManifest = smallManifest
  .replace(
    'trials: 12, search-seconds: 30, judge-seconds: 20',
    'trials: 3, search-seconds: 4, judge-seconds: 1',
  )
  .replace(
    'trials: 4, search-seconds: 5, judge-seconds: 60',
    'trials: 2, search-seconds: 1, judge-seconds: 1',
  );

/**
 * A pull request to the small project, checked out, and its runs through the action's bundle.
 * @param more.labelled whether the manifest names a label that accepts a regression
 * @param more.short whether budgets are as small as can be
 * @param more.manifest the manifest at base, in place of all that
 */
export async function pullRequest(
  head: Readonly<Record<string, string>>,
  more: {
    readonly repository?: string;
    readonly labelled?: boolean;
    readonly short?: boolean;
    readonly manifest?: string;
  } = {},
) {
  const { repository, labelled = false, short = false } = more;
  const job = await startJob();
  const github = await startGithubServer();
  const usual = labelled ? labelledManifest : short ? shortManifest : smallManifest;
  const manifest = more.manifest ?? usual;
  const base = { ...smallProject(100), 'joulegate.yaml': manifest };
  const checkout = await checkOutMerge(job.workspace, { base, head });
  const run = (more: RunOptions = {}) =>
    runAction({
      job,
      github,
      eventName: 'pull_request',
      event: pullRequestEvent(checkout, repository),
      sha: checkout.merge,
      ref: 'refs/pull/7/merge',
      ...more,
    });
  /** Makes the clone one commit deep, as actions/checkout leaves it. */
  const makeShallow = () => {
    const { workspace } = job;
    const origin = `${workspace}-origin`;
    onTestFinished(() => rmSync(origin, { recursive: true, force: true }));
    execFileSync('git', ['clone', '--quiet', '--bare', workspace, origin]);
    execFileSync('git', ['-C', origin, 'config', 'uploadpack.allowAnySHA1InWant', 'true']);
    rmSync(join(workspace, '.git'), { recursive: true });
    const git = (...args: string[]) => execFileSync('git', args, { cwd: workspace, stdio: 'pipe' });
    git('init', '--quiet');
    git('remote', 'add', 'origin', `file://${origin}`);
    git('fetch', '--quiet', '--depth=1', 'origin', checkout.merge);
    git('checkout', '--quiet', '--force', checkout.merge);
  };
  /** Where a run may write. */
  const folders = [job.workspace, runnerFolderOf(job)];
  return { job, github, checkout, run, makeShallow, folders };
}
