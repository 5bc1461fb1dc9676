import { readFileSync, rmSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { openStateCache, readRunner } from '../../src/github/index.ts';
import { emptyState, packState, stateVersion } from '../../src/store/index.ts';
import { environmentOf, events } from '../github/runners.ts';
import { isFull } from '../support/full.ts';
import { pullRequest } from '../support/pull-request.ts';
import { scriptedFamily } from '../support/scripted-adapter/bundles.ts';
import { powerKernel, smallManifest } from '../support/small-project.ts';

/** One configuration of a small workload: no advice, and no more work than a verdict takes. */
const manifest = smallManifest
  .replace('[32, 64, 128, 256]', '[64]')
  .replace('[1, 2, 4]', '[1]')
  .replace('COUNT: 65536', 'COUNT: 8192');

it.runIf(isFull)(
  'a regressed kernel’s last nights on the same device stand beside it in report and comment',
  async () => {
    const { job, github, run } = await pullRequest({ 'kernels/power.wgsl': powerKernel(500) }, { manifest });
    const folder = `${job.workspace}-kept`;
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const reported = (path = '') => JSON.parse(readFileSync(path, 'utf8'));
    const inputs = { cache: folder, meter: 'none' };
    const first = await run({ inputs });
    expect(github.comments(7)[0]?.body).not.toContain('nights');
    const report = reported(first.outputs.report);
    const device: string = report.samples[0].device;
    const [{ workload }] = report.kernels;
    const night = (day: number, latencyMs: number, on: string) => ({
      at: `2026-01-${String(day).padStart(2, '0')}T03:00:00.000Z`,
      commit: 'e'.repeat(40),
      kernel: 'power',
      workload,
      latencyMs,
      joules: null,
      estimated: false,
      driver: '1',
      device: on,
    });
    const history = [
      ...[4, 4, 2, 1].map((ms, i) => night(i + 1, ms, device)),
      // Another driver's nights tell nothing of this one.
      night(5, 100, `${device}, another driver`),
    ];
    const bytes = packState({ ...emptyState(scriptedFamily), history });
    const cache = openStateCache({
      runner: readRunner(environmentOf('push'), () => JSON.stringify(events.push)),
      choice: { kind: 'directory', path: folder },
      subject: { version: stateVersion, device: scriptedFamily, scope: './joulegate.yaml' },
      shard: null,
      maxBytes: bytes.length,
    });
    expect(await cache.save({ bytes, entries: 1, restoredEntries: 0 })).toMatchObject({ status: 'saved' });
    const second = await run({ inputs, attempt: 2 });
    expect(second.outputs).toMatchObject({ verdict: 'failed', regressed: '1' });
    expect(reported(second.outputs.report).kernels[0].nights).toEqual(
      [4, 4, 2, 1].map((latencyMs) => ({ latencyMs, joules: null })),
    );
    expect(github.comments(7)[0]?.body).toContain(' · nights ██▃▁ · ');
  },
);
