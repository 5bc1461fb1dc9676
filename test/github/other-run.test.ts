import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { artifactName, collectReports, type Runner, uploadArtifact } from '../../src/github/index.ts';
import { type Job, startJob } from '../support/actions-services.ts';
import { type GithubServer, startGithubServer } from '../support/github-server.ts';
import { events, runnerOf } from './runners.ts';

const manifest = 'joulegate.yaml';

vi.spyOn(process.stdout, 'write').mockImplementation(() => true);

/**
 * A run of another workflow (900) that uploaded reports, and one that reports about it. The toolkit takes the API's
 * address from the process when it is first loaded, so there is one such server in this file.
 */
async function secondRun(): Promise<{ job: Job; github: GithubServer; runner: Runner }> {
  const job = await startJob();
  const github = await startGithubServer();
  process.env.GITHUB_API_URL = github.url;
  onTestFinished(() => {
    delete process.env.GITHUB_API_URL;
  });
  const runner = runnerOf('workflow_run', events.workflowRun, {
    ...job.environment,
    GITHUB_API_URL: github.url,
  });
  for (const index of [1, 2]) {
    const root = mkdtempSync(join(job.workspace, 'out-'));
    writeFileSync(join(root, 'report.json'), `report ${index}`);
    const shard = { index, count: 2 };
    const files = [join(root, 'report.json')];
    await uploadArtifact({ kind: 'report', manifest, device: 'gpu', shard, attempt: 1, runner, files, root });
  }
  for (const artifact of job.services.artifacts) github.artifacts.push({ runId: 900, ...artifact });
  return { job, github, runner };
}

describe('the reports of another run', () => {
  it('are collected with a token, and a failure is an outcome that does not show it', async () => {
    const { job, github, runner } = await secondRun();
    const collect = (token: string, runId = 900) =>
      collectReports({ runner, manifest, folder: join(job.workspace, 'collected'), from: { runId, token } });

    const collected = await collect('read-token');
    expect(collected.message).toBe('Collected 2 reports of the run.');
    expect(collected.reports.map(({ file }) => readFileSync(file, 'utf8'))).toEqual(['report 1', 'report 2']);
    expect(collected.faults).toEqual([]);

    expect((await collect('read-token', 901)).reports).toEqual([]);

    const refused = await collect('ghs_unknown');
    expect(refused.status).toBe('failed');
    expect(refused.message).toBe(
      'The reports could not be collected: Bad credentials - https://docs.github.com/rest.',
    );

    github.artifacts.push({
      runId: 902,
      id: 77,
      name: artifactName({ kind: 'report', manifest, device: 'gpu', shard: null, attempt: 1 }),
      sizeBytes: 1e9,
      address: '',
    });
    expect(await collect('read-token', 902)).toMatchObject({
      reports: [],
      faults: [{ kind: 'corrupt', name: 'gpu', reason: 'it has more than 67108864 bytes' }],
    });
  });
});
