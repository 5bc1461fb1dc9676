import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeOnAdapter } from '../support/adapter.ts';
import { commitAll, projectFolder, scripted, writeFiles } from '../support/command-line.ts';
import { itInFull } from '../support/full.ts';
import { run } from '../support/run-here.ts';
import { powerKernel, smallManifest, smallProject } from '../support/small-project.ts';

const networks = `networks:
  detector:
    calls: { power: 2.5 }
    covers: { macs: 97% }
`;

async function project(): Promise<string> {
  const { 'joulegate.yaml': manifest, ...kernels } = smallProject(8);
  return await projectFolder({ ...kernels, 'joulegate.yaml': `${manifest}${networks}` });
}

describe('a network beforehand', () => {
  it('is shown with what an inference launches, and what it covers', async () => {
    const folder = await project();
    const line =
      'network detector: 1 kernel, 1 workload; 2.5 launches of kernels, 2.5 dispatches per inference; covers 97 % of its MACs; margins 1 % of energy, 1 % of latency\n';
    const validated = await run(folder, 'validate');
    expect(validated).toMatchObject({
      output: expect.stringContaining(`joulegate.yaml: ${line}`),
      exitCode: 0,
    });
    const { networks: listed } = JSON.parse((await run(folder, 'validate', '--json')).output);
    expect(listed).toEqual([
      {
        network: 'detector',
        kernels: 1,
        workloads: 1,
        calls: 2.5,
        dispatches: 2.5,
        covers: { macs: 0.97, bytes: null },
        margins: { energy: 0.01, latency: 0.01 },
      },
    ]);
    expect((await scripted(folder, 'plan')).stdout).toContain(line);
  });
});

/** The project with a kernel beside it, and a network of both. */
function twoKernels(rounds: number, calls: string, margin = '1%'): Record<string, string> {
  const entry = smallManifest.slice(smallManifest.indexOf('  power:'));
  return {
    'joulegate.yaml': `${smallManifest}${entry.replace('  power:', '  other:').replace('power.wgsl', 'other.wgsl')}networks:
  detector:
    calls: ${calls}
    covers: { macs: 97% }
    inferences-per-day: 1000
    gate: { energy: { margin: ${margin} }, latency: { margin: ${margin} } }
`,
    'kernels/power.wgsl': powerKernel(rounds),
    'kernels/other.wgsl': powerKernel(50),
  };
}

/** What guard says of head on top of a committed base. */
async function guarded(base: Record<string, string>, head: Record<string, string>, ...options: string[]) {
  const folder = await projectFolder(base);
  commitAll(folder);
  await writeFiles(folder, head);
  const ended = await scripted(folder, 'guard', '--base', 'HEAD', '--json', '--report', 'out', ...options);
  return { ...ended, report: JSON.parse(ended.stdout) };
}

describeOnAdapter('guard', () => {
  itInFull(
    'fails a network by what its kernels lose within their margins, by the calls and the gate that base has',
    async () => {
      const { report, status } = await guarded(
        twoKernels(100, '{ power: 3, other: 1 }'),
        twoKernels(110, '{ power: 0.1, other: 1 }', '90%'),
      );
      expect(report.kernels.map(({ verdict }: { verdict: string }) => verdict)).toEqual([
        'unchanged',
        'identical',
      ]);
      const [network] = report.networks;
      expect(network).toMatchObject({
        network: 'detector',
        verdict: 'regressed',
        fails: true,
        covers: { macs: 0.97, bytes: null },
        parts: [
          { kernel: 'power', calls: 3, status: 'compared' },
          { kernel: 'other', calls: 1, status: 'alike', change: 0 },
        ],
      });
      const [power, other] = network.parts;
      expect(power.share + other.share).toBeCloseTo(1, 6);
      const [energy] = network.metrics;
      expect(network.kWhPerMonth).toBeCloseTo(
        ((energy.ratio.estimate - 1) * network.base.joules * 1000 * 365.25) / 12 / 3.6e6,
        12,
      );
      expect(report).toMatchObject({ verdict: 'failed', exitCode: 1 });
      expect(report.reason).toContain('network detector (per inference) regressed');
      expect(status).toBe(1);
      expect(report.policy.changes).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ kernel: 'network detector', setting: 'calls', loosens: true }),
          expect.objectContaining({
            kernel: 'network detector',
            setting: 'gate.energy.margin',
            loosens: true,
          }),
        ]),
      );
    },
  );

  itInFull('measures nothing of a network that nothing touches', async () => {
    const base = twoKernels(100, '{ power: 3, other: 1 }');
    const { report, status } = await guarded(base, {});
    expect(report.networks[0]).toMatchObject({ verdict: 'identical', fails: false, metrics: [] });
    expect([report.samples, status]).toEqual([[], 0]);
    const some = await guarded(base, {}, '--kernel', 'power');
    expect([some.report.networks, some.report.warnings]).toEqual([
      undefined,
      ['Not judged, because kernels that they launch are left out of this run: network detector.'],
    ]);
  });

  it('is never green where a kernel of the network is gone', async () => {
    const { 'joulegate.yaml': manifest = '', ...kernels } = twoKernels(100, '{ power: 3, other: 1 }');
    const head = manifest.replace(/\n {2}other:[\s\S]*?(?=\nnetworks:)/, '').replace(', other: 1', '');
    const { report } = await guarded(
      { ...kernels, 'joulegate.yaml': manifest },
      { 'joulegate.yaml': head, 'kernels/power.wgsl': powerKernel(101) },
    );
    expect(report.networks[0]).toMatchObject({
      verdict: 'inconclusive',
      reason: 'energy: other COUNT=65536: not in head any more',
    });
    expect(report.verdict).toBe('partial');
  });
});

describeOnAdapter('retune', () => {
  it('says what was saved of a network, per inference and a month', async () => {
    const folder = await projectFolder(twoKernels(100, '{ power: 3, other: 1 }'));
    const ended = await scripted(folder, 'retune', '--trials', '4', '--report', 'out');
    expect(ended.stdout).toContain('network detector: ');
    const report = JSON.parse(await readFile(join(folder, 'out', 'report.json'), 'utf8'));
    const [network] = report.networks;
    expect(network).toMatchObject({
      network: 'detector',
      inferencesPerDay: 1000,
      parts: [
        { kernel: 'power', calls: 3 },
        { kernel: 'other', calls: 1 },
      ],
    });
    const [power, other] = network.parts;
    expect(power.share + other.share).toBeCloseTo(1, 6);
    // Six sevenths of an inference: 3 x 100 rounds and 50.
    expect(power.share).toBeGreaterThan(0.8);
    // And most of the budget of two kernels.
    expect(report.kernels.map((kernel: { trials: number }) => kernel.trials)).toEqual([6, 2]);
    expect(await readFile(join(folder, 'out', 'report.md'), 'utf8')).toContain('- network detector: ');
    expect(await readFile(join(folder, 'out', 'report.html'), 'utf8')).toContain('<h2>Networks</h2>');
  });
});
