import { describe, expect, it } from 'vitest';
import { joulegate, projectFolder, scripted } from '../support/command-line.ts';
import { smallProject } from '../support/small-project.ts';

it('takes a kernel only to measure noise with', async () => {
  const ended = await joulegate(await projectFolder({}), 'doctor', '--kernel', 'power');
  expect(ended.status).toBe(2);
  expect(ended.stderr).toContain('A manifest and --kernel belong to --noise.');
});

describe('doctor --noise', () => {
  it('measures a kernel of ours against itself where there is no manifest', async () => {
    const folder = await projectFolder({});
    const ended = await scripted(folder, 'doctor', '--noise', '0.05', '--device', 'software', '--json');
    expect(ended.status).toBe(0);
    const report = JSON.parse(ended.stdout);
    expect(report).toMatchObject({ kernel: 'matmul', meter: { name: 'cpu-time', estimated: true } });
    expect(report.blocks).toBeGreaterThan(0);
    expect(report.secondsPerBlock).toBeGreaterThan(0);
    expect(report.metrics.map(({ metric }: { metric: string }) => metric)).toEqual(['energy', 'latency']);
    for (const metric of report.metrics) {
      const minutes = metric.detectable.map((one: { minutes: number }) => one.minutes);
      expect(minutes).toEqual([1, 5, 15]);
    }
  });

  it("takes the manifest's kernel, and without a meter measures latency only", async () => {
    const folder = await projectFolder(smallProject(40));
    const noise = ['doctor', '--noise', '0.05', '--device', 'software', '--meter', 'none'];
    const ended = await scripted(folder, ...noise);
    expect(ended.status).toBe(0);
    expect(ended.stdout).toMatch(/\d+ A\/A blocks? of power COUNT=65536, [\d.]+ s each/);
    expect(ended.stdout).toMatch(/^ +1 min +5 min +15 min +noise floor +blocks$/m);
    expect(ended.stdout).toMatch(/^latency /m);
    expect(ended.stdout).not.toMatch(/^energy /m);
  });

  it('names the kernels there are for one that is not', async () => {
    const folder = await projectFolder(smallProject(40));
    const noise = ['doctor', '--noise', '0.1', '--device', 'software', '--kernel', 'nothing'];
    const ended = await scripted(folder, ...noise);
    expect(ended.status).toBe(2);
    expect(ended.stderr).toContain('It has: power');
  });
});
