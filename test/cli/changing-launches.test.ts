import { expect, it } from 'vitest';
import { describeOnAdapter } from '../support/adapter.ts';
import { type ChangingKernel, changingKernels, changingProject } from '../support/changing-launches.ts';
import { commitAll, joulegate, projectFolder, scripted, writeFiles } from '../support/command-line.ts';
import { isFull, itInFull } from '../support/full.ts';

const turns = 200;
const [settle] = changingKernels as [ChangingKernel];

it('are judged by their own energy, and the report says what was taken off', async () => {
  const folder = await projectFolder(changingProject([settle], () => turns));
  commitAll(folder);
  await writeFiles(
    folder,
    changingProject([settle], () => 5 * turns),
  );
  const report = JSON.parse((await scripted(folder, 'guard', '--base', 'HEAD', '--json')).stdout);
  const [kernel] = report.kernels;
  expect(kernel).toMatchObject({ verdict: 'regressed', fails: true });
  // With what is put back, 0.25 ms a launch, it would be 4.6.
  expect(Math.abs(kernel.energyRatio.estimate / 5 - 1)).toBeLessThan(0.03);
  for (const { latencyMs, reset } of report.samples) {
    expect(reset.time).toBeCloseTo(0.25 / (latencyMs + 0.25), 6);
    expect(Math.abs(reset.energy - reset.time)).toBeLessThan(0.01);
  }
});

describeOnAdapter('launches that change what they read', () => {
  itInFull('are stated by validate and plan, with what becomes of them', async () => {
    const folder = await projectFolder(changingProject(changingKernels, () => turns));
    const validated = JSON.parse((await joulegate(folder, 'validate', '--json')).stdout);
    expect(validated.changing).toEqual(
      changingKernels.map(({ name, changes }) => ({
        kernel: name,
        buffers: changes,
        betweenLaunches: 'reset',
      })),
    );
    const text =
      'settle: launches change `unrest`, `places`: each starts from the described contents (between-launches: reset)\n';
    expect((await joulegate(folder, 'validate')).stdout).toContain(`joulegate.yaml: note: ${text}`);
    expect((await joulegate(folder, 'plan', '--kernel', 'settle')).stdout).toContain(`\n\n${text}\n`);
    const kept = changingProject([settle], () => turns);
    const needing = await projectFolder({ ...kept, 'settle.wgsl': `enable f16;\n${kept['settle.wgsl']}` });
    expect((await joulegate(needing, 'validate')).stdout).toContain(
      `settle.wgsl:1:8: note: settle enables f16 (feature shader-f16)\njoulegate.yaml: note: ${text}`,
    );
    const manifest = kept['joulegate.yaml']?.replace(
      'settle.wgsl',
      'settle.wgsl\n    between-launches: keep',
    );
    const going = await projectFolder({ ...kept, 'joulegate.yaml': manifest ?? '' });
    expect((await joulegate(going, 'validate')).stdout).toContain(
      'each goes on from what the last one left, and only the first has the described contents (between-launches: keep)',
    );
  });

  itInFull('are right against their references, and measured with what putting back takes', async () => {
    const folder = await projectFolder(changingProject(changingKernels, () => turns));
    const ended = await joulegate(folder, 'retune', '--json');
    expect(ended.status).toBe(0);
    for (const kernel of JSON.parse(ended.stdout).kernels) {
      expect(kernel).toMatchObject({ failures: {}, latencyMs: expect.any(Number) });
      expect(kernel.reset.time).toBeGreaterThan(0);
      expect(kernel.reset.time).toBeLessThan(1);
    }
  });

  // Twelve blocks of five kernels in fresh processes.
  it.runIf(isFull)(
    'are regressed by five times the work, although only the first would find any',
    async () => {
      const folder = await projectFolder(changingProject(changingKernels, () => turns));
      commitAll(folder);
      await writeFiles(
        folder,
        changingProject(changingKernels, () => 5 * turns),
      );
      const ended = await joulegate(folder, 'guard', '--base', 'HEAD', '--json');
      const report = JSON.parse(ended.stdout);
      for (const kernel of report.kernels)
        expect(kernel).toMatchObject({ verdict: 'regressed', fails: true });
      expect(report.counts.regressed).toBe(changingKernels.length);
      expect(ended.status).toBe(1);
    },
  );

  it('are judged as base says, whatever head says of them', async () => {
    const base = changingProject([settle], () => turns);
    const folder = await projectFolder(base);
    commitAll(folder);
    const manifest = base['joulegate.yaml']?.replace(
      'settle.wgsl',
      'settle.wgsl\n    between-launches: keep',
    );
    await writeFiles(folder, { 'joulegate.yaml': manifest ?? '' });
    const ended = await joulegate(folder, 'guard', '--base', 'HEAD', '--json');
    const report = JSON.parse(ended.stdout);
    expect(report.kernels[0]).toMatchObject({ verdict: 'identical' });
    expect(report.policy.changes).toEqual([
      {
        kernel: 'settle',
        setting: 'between-launches',
        base: 'as the program needs it',
        head: 'keep',
        loosens: true,
      },
    ]);
  });
});
