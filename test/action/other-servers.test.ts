import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkOutMerge, pullRequestEvent, runAction } from '../support/action-run.ts';
import { startJob } from '../support/actions-services.ts';
import { startOldCache } from '../support/cache-v1.ts';
import { itInFull, sampled } from '../support/full.ts';
import { startGithubServer } from '../support/github-server.ts';
import { gitIn } from '../support/long-history.ts';
import { pullRequest } from '../support/pull-request.ts';
import { smallManifest, smallProject } from '../support/small-project.ts';

/** What a server of another kind has, and lacks. */
interface Kind {
  readonly address: string;
  readonly hasCache: boolean;
  readonly hasGraphql: boolean;
  readonly hasCheckRuns: boolean;
  /** Its runner numbers attempts of a run. */
  readonly hasAttempts: boolean;
  /** What it checks out for a pull request. */
  readonly checksOut: 'merge' | 'head';
}

const kinds: Readonly<Record<string, Kind>> = {
  'GitHub Enterprise Server': {
    address: 'https://ghe.corp.example',
    ...{ hasCache: true, hasGraphql: true, hasCheckRuns: true, hasAttempts: true, checksOut: 'merge' },
  },
  Gitea: {
    address: 'https://gitea.example.com/git',
    ...{ hasCache: true, hasGraphql: false, hasCheckRuns: false, hasAttempts: false, checksOut: 'head' },
  },
  Forgejo: {
    address: 'http://[::1]:3000',
    ...{ hasCache: false, hasGraphql: false, hasCheckRuns: false, hasAttempts: false, checksOut: 'head' },
  },
};

type Github = Awaited<ReturnType<typeof startGithubServer>>;

/** The server without what this kind lacks; and what its runner says. */
async function become(kind: Kind, github: Github) {
  if (!kind.hasGraphql) github.failNext('POST', /\/graphql$/, { status: 404 }, 50);
  if (!kind.hasCheckRuns) github.failNext('POST', /check-runs$/, { status: 404 }, 50);
  const cache = kind.hasCache ? await startOldCache() : null;
  const by = kind.hasAttempts ? [] : ['env', '-u', 'GITHUB_RUN_ATTEMPT'];
  const environment = { GITHUB_SERVER_URL: kind.address, ACTIONS_CACHE_URL: cache?.url ?? '' };
  return { cache, by, environment };
}

/** How often a run says what cannot be had here. */
const told = (log: string) => log.match(/this server has no artifact service/g)?.length ?? 0;

describe.each(sampled(Object.entries(kinds)))('on %s', (_, kind) => {
  async function guarded(head: Readonly<Record<string, string>>) {
    const { job, github, checkout, run, makeShallow } = await pullRequest(head, { short: true });
    const { by, environment } = await become(kind, github);
    makeShallow();
    const isHead = kind.checksOut === 'head';
    if (isHead) {
      gitIn(`${job.workspace}-origin`, ['update-ref', 'refs/heads/main', checkout.base]);
      gitIn(job.workspace, ['fetch', '--quiet', '--depth=1', 'origin', checkout.head]);
      gitIn(job.workspace, ['checkout', '--quiet', '--force', '--detach', checkout.head]);
    }
    const event = { ...pullRequestEvent(checkout), action: isHead ? 'synchronized' : 'synchronize' };
    const at = isHead ? { sha: checkout.head, ref: 'refs/pull/7/head' } : {};
    return { job, github, ended: await run({ event, by, environment, ...at }) };
  }

  it('a change of no kernel passes, with a comment', async () => {
    const { github, ended } = await guarded({ 'README.md': 'words' });
    expect(ended).toMatchObject({ status: 0, outputs: { verdict: 'passed', identical: '1' } });
    expect(github.comments(7).map(({ body }) => body)).toEqual([ended.outputs['comment-body']]);
    expect(ended.log).not.toMatch(/^::(?:warning|error)/m);
    expect(told(ended.log)).toBe(1);
  });

  itInFull('a broken kernel fails, with a comment', async () => {
    const { github, ended } = await guarded({ 'kernels/power.wgsl': 'broken' });
    expect(ended).toMatchObject({ status: 1, outputs: { verdict: 'failed', regressed: '1' } });
    expect(github.comments(7)[0]?.body).toContain('regressed');
    expect(ended.log).not.toMatch(/^::warning/m);
    expect(told(ended.log)).toBe(1);
  });

  itInFull('a night tunes, and the next one takes up what it learnt', async () => {
    const job = await startJob();
    const github = await startGithubServer();
    const { cache, by, environment } = await become(kind, github);
    const manifest = smallManifest.replace(
      'trials: 12, search-seconds: 30, judge-seconds: 20',
      'trials: 4, search-seconds: 60, judge-seconds: 2',
    );
    const base = { ...smallProject(50), 'joulegate.yaml': manifest };
    const { merge } = await checkOutMerge(job.workspace, { base, head: {} });
    const night = () =>
      runAction({
        ...{ job, github, eventName: 'schedule', event: { schedule: '0 3 * * *' }, sha: merge },
        ...{
          ref: 'refs/heads/main',
          inputs: { mode: 'retune', cache: cache === null ? './kept' : 'true' },
          by,
        },
        environment,
      });
    const first = await night();
    expect(first.status).toBe(0);
    expect(first.log).not.toMatch(/^::(?:warning|error)/m);
    expect(told(first.log)).toBe(1);
    expect(existsSync(join(job.workspace, 'tuned.json'))).toBe(true);
    if (cache !== null) expect(cache.keys).toHaveLength(1);
    const second = await night();
    expect(second.status).toBe(0);
    expect(second.log).toContain('Took up the state');
  });
});
