import { describe, expect, it } from 'vitest';
import { artifactName } from '../../src/github/index.ts';
import { events } from '../github/runners.ts';
import { zipOf } from '../hostile/zip-writer.ts';
import { diffKernel, diffReport } from '../report/samples.ts';
import { startFleet } from '../support/fleet-run.ts';
import { itInFull } from '../support/full.ts';
import { pullRequest } from '../support/pull-request.ts';
import { powerKernel } from '../support/small-project.ts';

const left = { 'report.json': JSON.stringify(diffReport([diffKernel()])) };

describe('`mode: diff` on a runner without a GPU', () => {
  it('is green with what moved in outputs, summary, comment and artifact, and judges nothing', async () => {
    const { job, github, run } = await pullRequest({ 'kernels/power.wgsl': powerKernel(400) });
    const ended = await run({ inputs: { mode: 'diff', device: 'gpu' } });
    expect(ended.status).toBe(0);
    expect(ended.log).toMatch(
      /^::notice title=power%3A its program changed%2C not measured,file=kernels\/power.wgsl,line=9/m,
    );
    expect(ended.outputs).toMatchObject({
      verdict: 'not-measured',
      gated: '0',
      identical: '0',
      regressed: '0',
    });
    const [comment] = github.comments(7);
    expect(comment?.body).toContain('## ℹ️ Joulegate: not measured · 1 changed');
    for (const shown of [ended.summary, comment?.body])
      expect(shown).toContain('iterations 101 → 401 an invocation');
    expect(job.services.artifacts.map(({ name }) => name)).toEqual([
      expect.stringMatching(/^joulegate-report-[0-9a-f]{8}-not-measured-attempt-1$/),
    ]);
  });

  itInFull('is red with 2 for a program that does not link, with its place', async () => {
    const { github, run } = await pullRequest({ 'kernels/power.wgsl': powerKernel(100).replace('{', '{ (') });
    const ended = await run({ inputs: { mode: 'diff' } });
    expect(ended.status).toBe(2);
    expect(ended.log).toContain('kernels/power.wgsl:');
    expect(github.comments(7)[0]?.body).toContain('no verdict');
  });
});

describe('`mode: report`', () => {
  itInFull('is no verdict where programs were compared and nothing was measured', async () => {
    const fleet = await startFleet();
    fleet.add({ left, device: 'not-measured' });
    const ended = await fleet.run();
    expect(ended.status).toBe(3);
    expect(ended.log).toContain('Programs were compared, and nothing was measured.');
  });

  it('comments for a fork on what its own run found in programs, and says whose word that is', async () => {
    const fleet = await startFleet();
    const name = artifactName({
      kind: 'report',
      manifest: 'joulegate.yaml',
      device: 'not-measured',
      shard: null,
      attempt: 1,
    });
    const bytes = zipOf(
      Object.entries(left).map(([file, text]) => ({ name: file, bytes: Buffer.from(text) })),
    );
    const id = fleet.services.addArtifact(name, bytes);
    fleet.github.artifacts.push(
      ...fleet.services.artifacts.filter((one) => one.id === id).map((one) => ({ runId: 900, ...one })),
    );
    const { head_sha: headSha, head_branch: headBranch } = events.workflowRun.workflow_run;
    fleet.github.pulls.push({ number: 7, headSha, headBranch, headRepository: 'mallory/kernels' });
    const ended = await fleet.run({ eventName: 'workflow_run', event: events.workflowRun });
    expect(ended.status).toBe(0);
    const body = fleet.github.comments(7)[0]?.body ?? '';
    expect(body).toContain('## ℹ️ Joulegate: not measured · 1 changed');
    expect(body).toContain('The code of a fork found this on its own runner');
    expect(fleet.github.checkRuns).toEqual([]);
  });
});
