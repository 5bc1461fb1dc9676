import { checkOutMerge, pullRequestEvent, runAction } from './action-run.ts';
import { startJob } from './actions-services.ts';
import { startGithubServer } from './github-server.ts';
import { smallManifest, smallProject } from './small-project.ts';

/**
 * A pull request to the small project, checked out, and its runs through the action's bundle.
 * @param more.labelled whether the manifest names a label that accepts a regression
 * @param more.manifest replaces the small project's manifest at base
 */
export async function pullRequest(
  head: Record<string, string>,
  more: { readonly repository?: string; readonly labelled?: boolean; readonly manifest?: string } = {},
) {
  const { repository, labelled = false, manifest = smallManifest } = more;
  const job = await startJob();
  const github = await startGithubServer();
  const base = labelled
    ? {
        ...smallProject(100),
        // Too short a search for advice: it is not what these runs are about.
        'joulegate.yaml': smallManifest
          .replace('search-seconds: 5', 'search-seconds: 1')
          .replace('gate:\n', 'gate:\n  accept-label: slower-is-fine\n'),
      }
    : { ...smallProject(100), 'joulegate.yaml': manifest };
  const checkout = await checkOutMerge(job.workspace, { base, head });
  const run = (more: Partial<Parameters<typeof runAction>[0]> = {}) =>
    runAction({
      job,
      github,
      eventName: 'pull_request',
      event: pullRequestEvent(checkout, repository),
      sha: checkout.merge,
      ref: 'refs/pull/7/merge',
      ...more,
    });
  return { job, github, checkout, run };
}
