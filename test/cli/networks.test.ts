import { describe, expect, it } from 'vitest';
import { projectFolder, scripted } from '../support/command-line.ts';
import { run } from '../support/run-here.ts';
import { smallProject } from '../support/small-project.ts';

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
