import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeOnAdapter } from '../support/adapter.ts';
import { joulegate, projectFolder, startJoulegate } from '../support/command-line.ts';
import { smallProject } from '../support/small-project.ts';

describeOnAdapter('retune on a device', () => {
  it('writes the tuned state, the cost model and the report, and keeps no trials behind', async () => {
    const folder = await projectFolder(smallProject(50));
    const ended = await joulegate(folder, 'retune', '--json', '--report', 'out');
    expect(ended.status).toBe(0);
    const report = JSON.parse(ended.stdout);
    expect(report.kernels[0]).toMatchObject({ kernel: 'power', trials: 12, estimated: true, failures: {} });
    expect(report.kernels[0].latencyMs).toBeGreaterThan(0);
    expect(report.kernels[0].joules).toBeGreaterThan(0);

    const tuned = JSON.parse(readFileSync(join(folder, 'tuned.json'), 'utf8'));
    expect(tuned.entries).toHaveLength(1);
    expect(tuned.entries[0]).toMatchObject({
      kernel: 'power',
      configuration: report.kernels[0].configuration,
      family: report.device.family,
    });
    expect(readdirSync(join(folder, 'out')).sort()).toEqual(['report.json', 'report.md']);
    expect(readdirSync(join(folder, '.joulegate', 'trials'))).toEqual([]);
    expect(
      statSync(join(folder, '.joulegate', `model-${report.device.family}.json.gz`)).size,
    ).toBeGreaterThan(100);
  }, 120_000);

  it('keeps its trials when it is interrupted, and goes on with them', async () => {
    const folder = await projectFolder(smallProject(3_000));
    const started = startJoulegate(folder, 'retune', '--seconds', '600');
    await started.sees('trials');
    started.child.kill('SIGINT');
    const ended = await started.finished;
    expect(ended.status).toBe(130);
    expect(existsSync(join(folder, 'tuned.json'))).toBe(false);
    expect(readdirSync(join(folder, '.joulegate', 'trials'))).toHaveLength(1);

    const again = startJoulegate(folder, 'retune', '--seconds', '600');
    await again.sees('earlier trials');
    again.child.kill('SIGINT');
    expect((await again.finished).status).toBe(130);
  }, 120_000);
});

describeOnAdapter('record', () => {
  it('finishes a recording that was cut short, without measuring anything twice', async () => {
    const folder = await projectFolder(smallProject(20));
    const record = (...more: string[]) =>
      joulegate(folder, ...['record', '--kernel', 'power', '--out', 'r.json.gz', '--json', ...more]);
    const first = JSON.parse((await record('--configurations', '5', '--energy', '2')).stdout);
    expect(first).toMatchObject({ configurations: 5, failures: 0, energyMeasurements: 2, missing: 0 });
    const second = JSON.parse((await record()).stdout);
    expect(second).toMatchObject({ configurations: 12, failures: 0, energyMeasurements: 12, missing: 0 });

    const replayed = await joulegate(
      folder,
      ...['retune', '--device', 'replay', '--recording', 'r.json.gz', '--json', '--trials', '12'],
    );
    expect(JSON.parse(replayed.stdout).kernels[0]).toMatchObject({ trials: 12, estimated: true });
  }, 120_000);
});
