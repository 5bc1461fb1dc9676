import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeOnAdapter } from '../support/adapter.ts';
import { joulegate, projectFolder, scripted, startScripted, writeFiles } from '../support/command-line.ts';
import { isFull, itInFull } from '../support/full.ts';
import { smallManifest, smallProject } from '../support/small-project.ts';

function brittleEntry(name: string, more = ''): string {
  return `  ${name}:
    source: kernels/brittle.wgsl
    entry: main
    workloads: [{ COUNT: 1024 }]
    tunables: { BAD: [0, 1] }
    default: { BAD: 0 }
    buffers:
      results: { binding: 0, type: f32, length: COUNT, check: { relative: 1.0e-3 } }
    dispatch: ["COUNT / 64", 1, 1]${more}
`;
}

const brittleManifest = `version: 1
budget: { retune: { trials: 4, search-seconds: 10, judge-seconds: 20 } }
kernels:
${brittleEntry('brittle')}`;

/** A kernel of two configurations, one of which computes no number. */
const brittleProject = {
  'joulegate.yaml': brittleManifest,
  'kernels/brittle.wgsl': `override BAD: u32 = 0u;
@group(0) @binding(0) var<storage, read_write> results: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  var x = f32(id.x);
  if (BAD == 1u) { x = sqrt(-1.0 - x); }
  results[id.x] = x;
}
`,
};

describe('retune', () => {
  it('writes the tuned state, the cost model and the report, and keeps no trials behind', async () => {
    const folder = await projectFolder(smallProject(50));
    const ended = await scripted(folder, 'retune', '--json', '--report', 'out');
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
    expect(readdirSync(join(folder, 'out')).sort()).toEqual([
      'recordings',
      'report.html',
      'report.json',
      'report.md',
    ]);
    const [recording] = readdirSync(join(folder, 'out', 'recordings'));
    const replayed = await scripted(
      folder,
      ...['retune', '--device', 'replay', '--recording', `out/recordings/${recording}`, '--json'],
    );
    expect(JSON.parse(replayed.stdout).kernels[0]).toMatchObject({ kernel: 'power', trials: 12 });
    expect(readdirSync(join(folder, '.joulegate', 'trials'))).toEqual([]);
    expect(
      statSync(join(folder, '.joulegate', `model-${report.device.family}.json.gz`)).size,
    ).toBeGreaterThan(100);
  });

  it.runIf(isFull)('keeps its trials when it is interrupted, and goes on with them', async () => {
    // So many trials that the first line about them is printed long before the last one.
    const wide = smallManifest
      .replace('WORKGROUP: [32, 64, 128, 256]', 'WORKGROUP: [32, 64, 96, 128, 160, 192, 224, 256]')
      .replace('PER_THREAD: [1, 2, 4]', 'PER_THREAD: [1, 2, 3, 4, 5, 6, 7, 8]')
      .replace('trials: 12', 'trials: 64');
    const folder = await projectFolder({ ...smallProject(2_000), 'joulegate.yaml': wide });
    const started = startScripted(folder, 'retune', '--seconds', '600');
    await started.sees('trials');
    started.child.kill('SIGINT');
    const ended = await started.finished;
    expect(ended.status).toBe(130);
    expect(existsSync(join(folder, 'tuned.json'))).toBe(false);
    expect(readdirSync(join(folder, '.joulegate', 'trials'))).toHaveLength(1);

    const again = startScripted(folder, 'retune', '--seconds', '600');
    await again.sees('earlier trials');
    again.child.kill('SIGINT');
    expect((await again.finished).status).toBe(130);

    await writeFiles(folder, { 'joulegate.yaml': wide.replace('fill: uniform', 'fill: ones') });
    const other = startScripted(folder, 'retune', '--seconds', '600');
    await other.sees('trials');
    other.child.kill('SIGINT');
    expect((await other.finished).stderr).not.toContain('earlier trials');
  });

  it.runIf(isFull)(
    'shares a limited time among the workloads, and leaves some of it to compare what was found',
    async () => {
      const files = smallProject(3_000);
      const workloads = 'workloads: [{ COUNT: 65536 }, { COUNT: 32768 }]';
      const manifest = smallManifest.replace('workloads: [{ COUNT: 65536 }]', workloads);
      const folder = await projectFolder({ ...files, 'joulegate.yaml': manifest });
      const ended = await scripted(folder, 'retune', '--json', '--max-minutes', '0.25');
      const report = JSON.parse(ended.stdout);
      expect(report.kernels).toHaveLength(2);
      const searched = report.kernels.map(({ seconds }: { seconds: number }) => seconds);
      // A quarter of the fifteen seconds is kept for comparing; a trial that has begun is finished.
      expect(searched[0] + searched[1]).toBeLessThan(20);
      for (const { trials } of report.kernels) expect(trials).toBeGreaterThan(0);
      expect(report.warnings).toEqual([]);
    },
  );

  it('measures nothing where the report could not be written', async () => {
    const folder = await projectFolder({ ...smallProject(50), taken: 'a file' });
    const ended = await scripted(folder, 'retune', '--report', 'taken', '--json');
    expect(ended.status).toBe(2);
    expect(JSON.parse(ended.stdout).error).toMatchObject({ code: 'cannot-write' });
    expect(existsSync(join(folder, 'tuned.json'))).toBe(false);
  });
});

describeOnAdapter('retune on a device', () => {
  itInFull('replaces what ships today where that fails, and says so', async () => {
    const folder = await projectFolder(brittleProject);
    const first = await joulegate(folder, 'retune', '--json');
    expect(JSON.parse(first.stdout).kernels[0].configuration).toEqual({ BAD: 0 });
    const path = join(folder, 'tuned.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"BAD": 0', '"BAD": 1'));
    const second = await joulegate(folder, 'retune', '--json');
    expect(JSON.parse(second.stdout).kernels[0]).toMatchObject({
      configuration: { BAD: 0 },
      previousConfiguration: { BAD: 1 },
      before: null,
      failures: { 'not-a-number': 1 },
      reason: 'replaced: the previous configuration fails (not-a-number)',
    });
    expect(second.status).toBe(0);
    expect(readFileSync(path, 'utf8')).toContain('"BAD": 0');
  });

  itInFull('retunes the other kernels where one has a reference that does not compile', async () => {
    const folder = await projectFolder({
      ...brittleProject,
      'kernels/wrong.wgsl': 'fn main() { return 1; }',
      'joulegate.yaml': brittleManifest + brittleEntry('broken', '\n    reference: kernels/wrong.wgsl'),
    });
    const ended = await joulegate(folder, 'retune', '--json');
    expect(ended.status).toBe(2);
    const report = JSON.parse(ended.stdout);
    expect(report.kernels.map((kernel: { kernel: string }) => kernel.kernel)).toEqual(['brittle']);
    expect(report.warnings.join()).toContain('broken COUNT=1024 was not retuned');
    expect(readFileSync(join(folder, 'tuned.json'), 'utf8')).toContain('"brittle"');
  });
});

describe('record', () => {
  it('finishes a recording that was cut short, without measuring anything twice', async () => {
    const folder = await projectFolder(smallProject(20));
    const record = (...more: string[]) =>
      scripted(folder, ...['record', '--kernel', 'power', '--out', 'r.json.gz', '--json', ...more]);
    const first = JSON.parse((await record('--configurations', '5', '--energy', '2')).stdout);
    expect(first).toMatchObject({ configurations: 5, failures: 0, energyMeasurements: 2, missing: 0 });
    const second = JSON.parse((await record()).stdout);
    expect(second).toMatchObject({ configurations: 12, failures: 0, energyMeasurements: 12, missing: 0 });

    await writeFiles(folder, { 'joulegate.yaml': smallManifest.replace('fill: uniform', 'fill: ones') });
    const foreign = await record();
    expect(foreign.status).toBe(2);
    expect(JSON.parse(foreign.stdout).error.code).toBe('other-recording');

    const replayed = await scripted(
      folder,
      ...['retune', '--device', 'replay', '--recording', 'r.json.gz', '--json', '--trials', '12'],
    );
    expect(JSON.parse(replayed.stdout).kernels[0]).toMatchObject({ trials: 12, estimated: true });
  });
});
