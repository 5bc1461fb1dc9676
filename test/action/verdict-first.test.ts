import { describe, expect, it } from 'vitest';
import { isFull } from '../support/full.ts';
import { pullRequest } from '../support/pull-request.ts';
import { powerKernel } from '../support/small-project.ts';

const slower = { 'kernels/power.wgsl': powerKernel(300) };
const inputs = { 'github-token': 'check-token' };
const searching = 'looking for a better configuration';
const advice = 'tuned.json';

describe('a verdict is shown before advice is looked for', () => {
  it('and stays when the job is killed meanwhile', async () => {
    const { job, github, run } = await pullRequest(slower);
    const ended = await run({
      inputs,
      meanwhile: ({ pid, log }) => void (log.includes(searching) && process.kill(pid, 'SIGKILL')),
    });
    expect(ended.signal).toBe('SIGKILL');
    expect(ended.outputs).toMatchObject({ verdict: 'failed', regressed: '1' });
    expect(ended.summary).toContain('regressed');
    expect(github.comments(7)).toEqual([
      expect.objectContaining({ body: expect.stringContaining('regressed') }),
    ]);
    expect(github.comments(7)[0]?.body).not.toContain(advice);
    expect(github.checkRuns).toMatchObject([{ conclusion: 'failure' }]);
    expect(job.services.artifacts.map(({ name }) => name)).toEqual([
      expect.stringMatching(/^joulegate-report-/),
    ]);
  });

  it('and the advice takes its place in what was shown', async () => {
    const { job, github, run } = await pullRequest(slower);
    const before: string[] = [];
    const ended = await run({
      inputs,
      meanwhile: ({ log }) => {
        const body = github.comments(7)[0]?.body;
        if (log.includes(searching) && before.length === 0 && body !== undefined) before.push(body);
      },
    });
    expect(ended).toMatchObject({ status: 1, outputs: { verdict: 'failed', regressed: '1' } });
    expect(before[0]).toContain('regressed');
    expect(before[0]).not.toContain(advice);
    const [comment, ...others] = github.comments(7);
    expect(others).toEqual([]);
    expect(comment?.body).toContain(advice);
    expect(comment?.body).toBe(ended.outputs['comment-body']);
    expect(ended.summary.match(/^## .*Joulegate:/gm)).toHaveLength(1);
    expect(ended.summary).toContain(advice);
    expect(ended.log.match(/^::error /gm)).toBeNull();
    expect(github.checkRuns).toHaveLength(1);
    expect(github.checkRuns[0]?.output.summary).toContain(advice);
    expect(github.checkRuns[0]?.output.annotations).toHaveLength(1);
    expect(job.services.artifacts.map(({ name }) => name)).toEqual([
      expect.stringMatching(/^joulegate-report-/),
      expect.stringMatching(/^joulegate-advised-/),
    ]);
  });

  it.runIf(isFull)('and stands when the run is cancelled meanwhile', async () => {
    const { github, run } = await pullRequest(slower);
    const ended = await run({
      meanwhile: ({ pid, log }) => void (log.includes(searching) && process.kill(pid, 'SIGTERM')),
    });
    expect(ended).toMatchObject({ status: 1, outputs: { verdict: 'failed' } });
    expect(github.comments(7)).toHaveLength(1);
    expect(github.requests.filter((line) => line.startsWith('PATCH'))).toEqual([]);
  });
});
