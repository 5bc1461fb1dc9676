import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { unpackState } from '../../src/store/index.ts';
import { checkOutMerge, pullRequestEvent, runAction } from '../support/action-run.ts';
import { startJob } from '../support/actions-services.ts';
import { commandProgram } from '../support/command-program.ts';
import { isFull } from '../support/full.ts';
import { startGithubServer } from '../support/github-server.ts';
import { smallManifest, smallProject } from '../support/small-project.ts';

const schedule = { schedule: '0 3 * * *', workflow: '.github/workflows/nightly.yml' };
const quick = smallManifest.replace(
  'trials: 12, search-seconds: 30, judge-seconds: 20',
  'trials: 4, search-seconds: 60, judge-seconds: 2',
);

/** A repository on its default branch, and nightly runs of it. */
async function nightly(files: Readonly<Record<string, string>> = {}) {
  const job = await startJob();
  const github = await startGithubServer();
  const project = { ...smallProject(50), 'joulegate.yaml': quick, ...files };
  const checkout = await checkOutMerge(job.workspace, { base: project, head: {} });
  const run = (attempt: number, more: Partial<Parameters<typeof runAction>[0]> = {}) =>
    runAction({
      job,
      github,
      eventName: 'schedule',
      event: schedule,
      sha: checkout.merge,
      ref: 'refs/heads/main',
      attempt,
      inputs: { mode: 'retune' },
      ...more,
    });
  return { job, github, checkout, run };
}

describe('the nightly job', () => {
  it('writes tuned.json and hands what it learnt to the next night', async () => {
    const { job, run } = await nightly();
    const first = await run(1);
    expect(first.log).not.toContain('::error');
    expect(first.status).toBe(0);
    expect(['improved', 'unchanged']).toContain(first.outputs.verdict);
    const tuned = JSON.parse(readFileSync(join(job.workspace, 'tuned.json'), 'utf8'));
    expect(tuned.entries).toHaveLength(1);
    expect(first.outputs).toMatchObject({ tuned: join(job.workspace, 'tuned.json'), 'tuned-folder': '.' });
    expect(job.services.artifacts.map(({ name }) => name.split('-')[1])).toEqual(['report', 'recordings']);
    const [key] = job.services.cacheKeys;
    expect(key).toMatch(/^joulegate-v1-[a-z0-9.-]+-[0-9a-f]{16}-4242424242-1$/);

    const second = await run(2);
    expect(second.status).toBe(0);
    expect(job.services.cacheKeys).toHaveLength(2);
    // Its page has both nights.
    const page = readFileSync(join(second.outputs.history ?? '', 'index.html'), 'utf8');
    expect(page).toContain('>power</a>');
    expect(page).toContain('The last 2 nights');
    const artifact = job.services.artifacts.findLast(({ name }) => name.startsWith('joulegate-report'));
    const zip = Buffer.from(await (await fetch(artifact?.address ?? '')).arrayBuffer());
    expect(zip.includes('history/index.html')).toBe(true);

    // A night that could not see what was kept would keep itself alone in its place.
    job.services.fail('GetCacheEntryDownloadURL', { status: 403, message: 'no' }, 1);
    const third = await run(3);
    expect(third.status).toBe(0);
    expect(third.log).toMatch(/^::warning::The state was not saved: .* so it is not replaced\.$/m);
    // A page of one night would take the place of a page of all.
    expect(third.outputs.history).toBeUndefined();
    expect(third.log).toContain(
      '::warning::What is kept could not be read: there is no page of the history.',
    );
    expect(job.services.cacheKeys).toHaveLength(2);
  });

  it.runIf(isFull)('measures the noise with a sentinel of another kind than what it retunes', async () => {
    const program = `  scale:
    command:
      run: [node, main.mjs, "{N}", "1", none, "{SPIN}"]
      sources: [main.mjs]
      outputs: { y: { type: f32, length: N, check: { relative: 1.0e-6 } } }
    workloads: [{ N: 64 }]
    tunables: { SPIN: [0.2, 0.1] }
    default: { SPIN: 0.2 }
`;
    // Time enough for the noise, whatever comparing takes.
    const unhurried = quick.replace('judge-seconds: 2', 'judge-seconds: 120');
    const manifest = unhurried.replace('  power:\n', '  power:\n    sentinel: true\n') + program;
    const { job, run } = await nightly({ 'joulegate.yaml': manifest, 'main.mjs': commandProgram });
    const inputs = { mode: 'retune', 'allow-commands': 'true', cache: './kept' };
    const ended = await run(1, { inputs });
    expect(ended.log).not.toContain('::error');
    expect(ended.status).toBe(0);
    const states = readdirSync(join(job.workspace, 'kept'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => unpackState(readFileSync(join(parentPath, name)), name));
    expect([...new Set(states.flatMap(({ noise }) => noise.map(({ kernel }) => kernel)))]).toEqual(['power']);
    // Where programs may not be run nothing is begun.
    const refused = await run(2);
    expect(refused).toMatchObject({ status: 2 });
    expect(refused.log).toContain('Kernel scale runs a program, which is not allowed here.');
  });

  it.runIf(isFull)('sets a damaged state aside, says so, and makes it anew', async () => {
    const { job, run } = await nightly();
    expect((await run(1)).status).toBe(0);
    job.services.damageBlobs(Buffer.from('not a state'));
    const second = await run(2);
    expect(second.status).toBe(0);
    expect(second.log).toMatch(/^::warning/m);
    expect(second.log).not.toContain('::error');
    expect(job.services.cacheKeys).toHaveLength(2);
  });

  it.runIf(isFull)('saves nothing on behalf of a pull request', async () => {
    const { job, checkout, run } = await nightly();
    const ended = await run(1, {
      eventName: 'pull_request',
      event: pullRequestEvent(checkout),
      ref: 'refs/pull/7/merge',
    });
    expect(ended.status).toBe(0);
    expect(job.services.cacheKeys).toEqual([]);
    expect(ended.log).toContain('only runs of the default branch save it');
  });

  it.runIf(isFull)('keeps its state in a directory where there is no cache service', async () => {
    const { job, run } = await nightly();
    const ended = await run(1, { inputs: { mode: 'retune', cache: './kept' } });
    expect(ended.status).toBe(0);
    expect(existsSync(join(job.workspace, 'kept'))).toBe(true);
    expect(job.services.cacheKeys).toEqual([]);
  });
});
