import { describe, expect, it } from 'vitest';
import { checkRunName, createRestClient, publishCheckRun } from '../../src/github/index.ts';
import { guardKernel, guardReport, mixedKernels, regressedKernel } from '../report/samples.ts';
import { startGithubServer } from '../support/github-server.ts';
import { commits, events, runnerOf } from './runners.ts';

/** A pull request's run, and the way to make a check run of what it found. */
async function checks(token = 'check-token') {
  const github = await startGithubServer();
  const runner = runnerOf('pull_request', events.opened, { GITHUB_API_URL: github.url });
  const waiting = { sleep: async () => undefined, nowMs: () => 0 };
  const client = await createRestClient({ runner, token, waiting });
  const publish = (report: ReturnType<typeof guardReport>, folder = '') =>
    publishCheckRun({ client, runner, report, name: 'Joulegate (joulegate.yaml)', folder });
  return { github, publish };
}

describe('the check run of a report', () => {
  it('is at the pull request’s own commit, with conclusion, summary and annotations', async () => {
    const { github, publish } = await checks();
    expect(await publish(guardReport(mixedKernels), 'gpu')).toMatchObject({ status: 'created' });
    expect(github.checkRuns).toHaveLength(1);
    expect(github.checkRuns[0]).toMatchObject({
      name: 'Joulegate (joulegate.yaml)',
      head_sha: commits.head,
      conclusion: 'failure',
    });
    const { annotations, summary } = github.checkRuns[0]!.output;
    expect(annotations[0]).toMatchObject({ path: 'gpu/kernels/softmax.wesl', annotation_level: 'failure' });
    expect(summary).toContain('regressed');
  });

  it.each([
    ['passed', 0, 'success'],
    ['failed', 1, 'failure'],
    ['environment', 0, 'neutral'],
    ['environment', 1, 'failure'],
    ['nothing-gated', 0, 'neutral'],
    ['partial', 0, 'neutral'],
    ['could-not-measure', 3, 'action_required'],
    ['interrupted', 130, 'cancelled'],
  ] as const)('of %s with exit status %i concludes %s', async (verdict, exitCode, conclusion) => {
    const { github, publish } = await checks();
    await publish(guardReport([guardKernel()], { verdict, exitCode }));
    expect(github.checkRuns[0]?.conclusion).toBe(conclusion);
  });

  it('of 500 regressed kernels stays within GitHub’s bounds', async () => {
    const { github, publish } = await checks();
    const kernels = Array.from({ length: 500 }, (_, i) => ({ ...regressedKernel, kernel: `kernel-${i}` }));
    expect(await publish(guardReport(kernels))).toMatchObject({ status: 'created' });
    expect(github.checkRuns[0]?.output.annotations.length).toBeGreaterThan(5);
  });

  it('is not made, and not warned about, without the permission', async () => {
    const { github, publish } = await checks('app-token');
    expect(await publish(guardReport(mixedKernels))).toMatchObject({ status: 'unavailable' });
    expect(github.checkRuns).toEqual([]);
  });

  it('that GitHub cannot take is an outcome', async () => {
    const { github, publish } = await checks();
    for (let i = 0; i < 4; i++) github.failNext('POST', /check-runs/, { status: 502 });
    expect(await publish(guardReport(mixedKernels))).toMatchObject({ status: 'failed' });
  });
});

describe('its name', () => {
  it('tells manifests and devices apart, and is short', () => {
    expect(checkRunName('joulegate.yaml', null)).toBe('Joulegate (joulegate.yaml)');
    expect(checkRunName('gpu/joulegate.yaml', 'rtx-4090')).toBe('Joulegate (gpu/joulegate.yaml, rtx-4090)');
    const long = checkRunName(`${'deep/'.repeat(60)}joulegate.yaml`, null);
    expect(long).toHaveLength(100);
    expect(long).toMatch(/joulegate\.yaml\)$/);
  });
});
