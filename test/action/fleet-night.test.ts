import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { emptyState, emptyTuned, type KeptState, packState, readTuned } from '../../src/store/index.ts';
import { retunedKernel, retuneReport } from '../report/samples.ts';
import { model, tunedEntry } from '../store/samples.ts';
import { checkOutMerge } from '../support/action-run.ts';
import { fleetCommits, plain, startFleet } from '../support/fleet-run.ts';
import { itInFull } from '../support/full.ts';
import { deviceOf, kernelOf, reportOf, samplesOf } from '../support/shard-reports.ts';
import { smallManifest, smallProject } from '../support/small-project.ts';

/** A run on the default branch. */
const nightly = {
  eventName: 'schedule',
  event: { schedule: '0 3 * * *', workflow: '.github/workflows/nightly.yml' },
  sha: fleetCommits.merge,
  ref: 'refs/heads/main',
};

describe('the shards of a night', () => {
  const family = 'acme-one';

  const nightOfKernel = (kernel: string): KeptState['history'][number] => ({
    ...{ at: '2026-01-31T03:00:00.000Z', commit: fleetCommits.merge, kernel, workload: 'N=1' },
    ...{ latencyMs: 1, joules: 0.5, estimated: false, driver: '1', device: 'One, driver 1' },
  });

  /** What a shard that retuned `kernel` leaves: its report, and what it learnt. */
  function shardOfNight(kernel: string, change: Partial<KeptState> = {}) {
    const { state, ...report } = {
      state: {
        ...emptyState(family),
        model: { ...model, family, rows: [{ ...model.rows[0]!, family, kernel, identity: kernel }] },
        tuned: { ...emptyTuned(), entries: [tunedEntry({ kernel, family })] },
        history: [nightOfKernel(kernel)],
        ...change,
      },
      ...retuneReport([retunedKernel({ kernel })], { device: deviceOf(family) }),
      tuned: 'packages/kernels/gpu.json',
    };
    return { 'report.json': JSON.stringify(report), 'state.json.gz': packState(state) };
  }

  it('are merged into one report, one tuned state and one kept state, which their merging alone writes', async () => {
    const fleet = await startFleet();
    for (const [i, kernel] of ['x', 'y'].entries()) {
      fleet.add({ left: shardOfNight(kernel), shard: { index: i + 1, count: 2 } });
    }
    const ended = await fleet.run(nightly);
    expect(ended.log).not.toContain('::warning');
    expect(ended.status).toBe(0);
    expect(ended.outputs).toMatchObject({
      tuned: expect.stringMatching(/\/tuned\/gpu\.json$/),
      'tuned-folder': 'packages/kernels',
    });
    for (const kernel of ['x', 'y']) expect(ended.summary).toContain(`\`${kernel}\``);
    const page = readFileSync(join(ended.outputs.history ?? '', 'index.html'), 'utf8');
    for (const kernel of ['x', 'y']) expect(page).toContain(`>${kernel}</a>`);
    expect(readTuned(ended.outputs.tuned ?? '').entries.map(({ kernel }) => kernel)).toEqual(['x', 'y']);
    expect(fleet.services.cacheKeys).toEqual([expect.stringMatching(/^joulegate-v1-acme-one-.*-1$/)]);
    // Merged once more it knows nothing new, so nothing is written.
    const again = await fleet.run({ ...nightly, attempt: 2 });
    expect(again.status).toBe(0);
    expect(fleet.services.cacheKeys).toHaveLength(1);
  });

  itInFull('of which one was interrupted propose what the others found, and are not green', async () => {
    const fleet = await startFleet();
    fleet.add({ left: shardOfNight('x'), shard: { index: 1, count: 2 } });
    const left = shardOfNight('y');
    const report = { ...JSON.parse(left['report.json']), exitCode: 130 };
    fleet.add({ left: { ...left, 'report.json': JSON.stringify(report) }, shard: { index: 2, count: 2 } });
    const ended = await fleet.run(nightly);
    expect(ended.status).toBe(3);
    expect(ended.outputs.verdict).toBe('improved');
    expect(ended.log).toContain('was interrupted: nothing of it is proposed.');
    expect(readTuned(ended.outputs.tuned ?? '').entries.map(({ kernel }) => kernel)).toEqual(['x']);
    // What it learnt is kept all the same.
    expect(fleet.services.cacheKeys).toHaveLength(1);
  });

  itInFull(
    'of which one is missing, one is corrupt and one left a state of another device are named; the others count',
    async () => {
      const fleet = await startFleet();
      const count = 5;
      fleet.add({ left: shardOfNight('x'), shard: { index: 1, count } });
      fleet.add({ left: Buffer.from('no archive'), shard: { index: 2, count } });
      fleet.add({ left: shardOfNight('y', { family: 'acme-two' }), shard: { index: 4, count } });
      const { 'report.json': report } = shardOfNight('z');
      fleet.add({ left: { 'report.json': report }, shard: { index: 5, count } });
      const ended = await fleet.run(nightly);
      expect(ended.status).toBe(3);
      const said = plain(ended.summary);
      expect(said).toContain('No report of 3of5 on acme-one');
      expect(said).toContain('The report of 2of5 on acme-one cannot be used (corrupt)');
      expect(said).toContain(
        'The state of 4of5 on acme-one is of acme-two, which is not its device: it is not kept.',
      );
      expect(said).toContain('5of5 on acme-one left nothing to be kept.');
      for (const kernel of ['x', 'y', 'z']) expect(said).toContain(`\`${kernel}\``);
      expect(readTuned(ended.outputs.tuned ?? '').entries.map(({ kernel }) => kernel)).toEqual(['x']);
      expect(fleet.services.cacheKeys).toHaveLength(1);
    },
  );

  it('of several device families are kept apart: a state for each', async () => {
    const fleet = await startFleet();
    fleet.add({ left: shardOfNight('x'), shard: { index: 1, count: 1 } });
    const other = {
      ...shardOfNight('x', { family: 'acme-two', tuned: null }),
      'report.json': JSON.stringify(
        retuneReport([retunedKernel({ kernel: 'x' })], { device: deviceOf('acme-two') }),
      ),
    };
    fleet.add({ left: other, device: 'acme-two', shard: { index: 1, count: 1 } });
    const ended = await fleet.run(nightly);
    expect(ended.status).toBe(0);
    expect(plain(ended.summary)).toContain('`x on acme-two`');
    expect(fleet.services.cacheKeys.map((key) => key.slice(0, 21)).sort()).toEqual([
      'joulegate-v1-acme-one',
      'joulegate-v1-acme-two',
    ]);
  });

  itInFull('do not mix with a guard’s', async () => {
    const fleet = await startFleet();
    fleet.add({ left: shardOfNight('x'), shard: { index: 1, count: 2 } });
    const guard = reportOf([kernelOf('k')], samplesOf('k', 1), { device: deviceOf(family) });
    fleet.add({ left: { 'report.json': JSON.stringify(guard) }, shard: { index: 2, count: 2 } });
    const ended = await fleet.run(nightly);
    expect(ended).toMatchObject({ status: 2, outputs: { verdict: 'error' } });
    expect(plain(ended.summary)).toContain('Some reports of this run are of guard, others of retune.');
    expect(fleet.services.cacheKeys).toEqual([]);
  });
});

describe('a shard that retunes', () => {
  itInFull('writes nothing that is kept: what it learnt goes to the job that merges', async () => {
    const fleet = await startFleet();
    const quick = smallManifest.replace(
      'trials: 12, search-seconds: 30, judge-seconds: 20',
      'trials: 2, search-seconds: 4, judge-seconds: 4',
    );
    await checkOutMerge(fleet.workspace, {
      base: { ...smallProject(20), 'joulegate.yaml': quick },
      head: {},
    });
    const shard = await fleet.run({ ...nightly, inputs: { mode: 'retune', shard: '1/1' } });
    expect(shard.status).toBe(0);
    expect(fleet.services.cacheKeys).toEqual([]);
    const merged = await fleet.run(nightly);
    expect(merged.status).toBe(0);
    expect(fleet.services.cacheKeys).toHaveLength(1);
    expect(readTuned(merged.outputs.tuned ?? '').entries.map(({ kernel }) => kernel)).toEqual(['power']);
  });
});
