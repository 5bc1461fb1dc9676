import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRandom } from '../../src/stats/index.ts';
import type { ActionRun } from '../support/action-run.ts';
import { isFull } from '../support/full.ts';
import { filesBelow, halfWritten } from '../support/left-behind.ts';
import { becomesTrue, isRunning } from '../support/processes.ts';
import { pullRequest, type RunOptions } from '../support/pull-request.ts';
import { powerKernel } from '../support/small-project.ts';

const cancelled = 130;

/** Moments of a run, as shares of its length: one in each of `count` equal parts. */
function moments(count: number, seed: number): readonly number[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, i) => (i + random.next()) / count);
}

/** Sends the signal once, after a time. */
function signalAfter(ms: number): NonNullable<RunOptions['meanwhile']> {
  const atMs = performance.now() + ms;
  let sent = false;
  return ({ pid }) => {
    if (sent || performance.now() < atMs) return;
    sent = true;
    process.kill(pid, 'SIGTERM');
  };
}

/** Processes of a run that are there a while after its end. */
async function strays({ processes }: ActionRun): Promise<readonly string[]> {
  const alive = () => [...processes].filter(([pid]) => isRunning(pid));
  await becomesTrue(() => alive().length === 0);
  return alive().map(([, line]) => line);
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'joulegate-signals-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe('a run that is ended from outside, at any moment', () => {
  it.runIf(isFull).each([
    ['guard', 6, {}],
    [
      'retune',
      4,
      {
        eventName: 'schedule',
        event: { schedule: '0 3 * * *' },
        ref: 'refs/heads/main',
      } satisfies RunOptions,
    ],
  ] as const)('says so, leaves nothing behind and harms no later run: %s', async (mode, count, options) => {
    const { job, github, run, folders } = await pullRequest(
      { 'kernels/power.wgsl': powerKernel(300) },
      { short: true },
    );
    const outside = temporaryFolder();
    const kept = join(outside, 'kept');
    const environment = { JOULEGATE_LOCKS: outside };
    const start = (attempt: number, more: RunOptions = {}) =>
      run({ ...options, attempt, environment, inputs: { mode, cache: kept }, watch: true, ...more });
    const nothingLeft = async (ended: ActionRun) => {
      expect(await strays(ended)).toEqual([]);
      expect(halfWritten(outside, ...folders)).toEqual([]);
    };
    /** What a retune replaces: the tuned state, and what is kept. */
    const result = () =>
      [join(job.workspace, 'tuned.json'), ...filesBelow([kept])]
        .filter(existsSync)
        .map((path) => readFileSync(path));
    const startMs = performance.now();
    const whole = await start(1);
    const lengthMs = performance.now() - startMs;
    const statuses = mode === 'guard' ? [0, 1, 3] : [0];
    expect(statuses).toContain(whole.status);
    let met = 0;
    for (const [i, share] of moments(count, 9).entries()) {
      const comments = github.comments(7);
      const before = result();
      const ended = await start(i + 2, { meanwhile: signalAfter(share * lengthMs) });
      await nothingLeft(ended);
      // Before it has said anything it is not there yet, and a signal ends it as it ends any program.
      if (ended.signal === 'SIGTERM') expect(ended.log).toBe('');
      else expect([cancelled, ...statuses]).toContain(ended.status);
      if (ended.status !== cancelled) continue;
      met++;
      expect(ended.log).not.toContain('Internal error');
      if (ended.log.includes('Joulegate was cancelled.')) expect(ended.outputs.verdict).toBe('error');
      else expect(ended.outputs.verdict).toBe(mode === 'guard' ? 'interrupted' : 'unchanged');
      // Whoever cancelled it will have something newer to say.
      expect(github.comments(7)).toEqual(comments);
      if (mode === 'retune') expect(result()).toEqual(before);
    }
    expect(met).toBeGreaterThan(0);
    const last = await start(count + 2);
    expect(statuses).toContain(last.status);
    expect(last.outputs.verdict).not.toBe('interrupted');
    await nothingLeft(last);
  });
});
