import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { joulegate, projectFolder, scripted, startScripted } from '../support/command-line.ts';
import { isFull, itInFull, sampled } from '../support/full.ts';
import { describeWithStandIn, NvmlStandIn, removeStandIns } from '../support/nvml-stand-in/stand-in.ts';
import { smallProject } from '../support/small-project.ts';

it('takes a kernel only to measure noise with', async () => {
  const ended = await joulegate(await projectFolder({}), 'doctor', '--kernel', 'power');
  expect(ended.status).toBe(2);
  expect(ended.stderr).toContain('A manifest and --kernel belong to --noise.');
});

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('doctor', () => {
  it('says what a run gets', async () => {
    const ended = await scripted(await projectFolder({}), 'doctor');
    expect(ended.status).toBe(0);
    expect(ended.stdout).toMatch(/^ok {7}adapter from .*\(used, runs on the CPU/m);
    expect(ended.stdout).toMatch(/^ok {7}meter: CPU time x 15 W per core/m);
    expect(ended.stdout).toMatch(/\nKernels can run here\.\n$/);
    const json = await scripted(await projectFolder({}), 'doctor', '--json', '--watts-per-core', '9');
    expect(JSON.parse(json.stdout)).toMatchObject({
      usable: true,
      meter: { name: 'cpu-time', description: 'CPU time x 9 W per core' },
    });
  });

  it.each(
    sampled([
      ['no NVML', ['--meter', 'nvml'], /nowhere\.so cannot be loaded/],
      [
        'no such program',
        ['--meter-command', 'joulegate-no-such-program'],
        /there is no program joulegate-no/,
      ],
      [
        'a program that prints no readings',
        ['--meter-command', 'echo 12.5'],
        /it printed "12\.5", which is no/,
      ],
    ]),
  )('keeps its report with %s, and says what else can be the sensor', async (_, args, message) => {
    vi.stubEnv('JOULEGATE_NVML_LIBRARY', '/nowhere.so');
    const ended = await scripted(await projectFolder({}), 'doctor', ...args);
    expect(ended.status).toBe(3);
    expect(ended.stderr).not.toContain('error');
    expect(ended.stdout).toMatch(/^ok {7}adapter from/m);
    expect(ended.stdout).toMatch(/^problem {2}NVML: \/nowhere\.so cannot be loaded/m);
    const [, meter = ''] = ended.stdout.split('problem  meter: ');
    expect(meter).toMatch(message);
    expect(meter).toMatch(/^ +next: .*--meter-command a program of yours/m);
    expect(ended.stdout).toMatch(/With these options no kernel can be measured here yet\.\n$/);
  });

  it('takes --device as runs do', async () => {
    const ended = await scripted(await projectFolder({}), 'doctor', '--device', 'gpu', '--meter', 'none');
    expect(ended.status).toBe(3);
    expect(ended.stdout).toMatch(/^problem {2}device: none of the adapters is a GPU$/m);
    expect(ended.stdout).toMatch(/^ok {7}meter: energy was not asked for$/m);
  });

  itInFull('says where programs are measured if they are allowed', async () => {
    const folder = await projectFolder({});
    expect((await scripted(folder, 'doctor')).stdout).not.toContain('programs:');
    const ended = await scripted(folder, 'doctor', '--allow-commands', '--device', 'software');
    expect(ended.stdout).toMatch(/^ok {7}programs: they may be run, and are measured on /m);
  });

  it('keeps its report where the caches and the locks have no folder', async () => {
    const folder = await projectFolder({ file: '' });
    vi.stubEnv('XDG_CACHE_HOME', join(folder, 'file'));
    vi.stubEnv('JOULEGATE_LOCKS', join(folder, 'file', 'locks'));
    const ended = await scripted(folder, 'doctor');
    expect(ended.status).toBe(0);
    expect(ended.stdout).toMatch(
      /^problem {2}lock folder: .* cannot be made: .*\n +next: .*JOULEGATE_LOCKS/m,
    );
    expect(ended.stdout).toMatch(/^ok {7}meter: /m);
  });
});

it('ends with what it has when it is interrupted', async () => {
  const started = startScripted(await projectFolder({}), 'doctor', '--meter-command', 'sleep 60');
  await started.sees('looking at boards');
  started.child.kill('SIGINT');
  const ended = await started.finished;
  expect(ended.status).toBe(130);
  expect(ended.stdout).toMatch(/^ok {7}Node\.js: /m);
});

describeWithStandIn('doctor on NVML', () => {
  afterAll(removeStandIns);

  async function doctor(nvml: NvmlStandIn, ...args: string[]) {
    nvml.setGlobal('timeMs', -1);
    const folder = await projectFolder({});
    vi.stubEnv('JOULEGATE_NVML_LIBRARY', nvml.path);
    vi.stubEnv('JOULEGATE_LOCKS', folder);
    const json = await scripted(folder, 'doctor', '--json', '--meter', 'nvml', ...args);
    const { findings, usable } = JSON.parse(json.stdout) as {
      findings: { ok: boolean; subject: string; detail: string; nextStep: string | null }[];
      usable: boolean;
    };
    expect(json.status).toBe(usable ? 0 : 3);
    return findings
      .filter(({ ok }) => !ok)
      .map(({ subject, detail, nextStep }) => `${subject}: ${detail} => ${nextStep}`);
  }

  itInFull('names who works on a board, and what slows it down', async () => {
    const nvml = new NvmlStandIn();
    nvml.set({ reasons: 0x88, tenantWatts: 200, tenantFromMs: 0, tenantUntilMs: 1e12 });
    nvml.setProcesses([{ pid: 1 }]);
    const problems = await doctor(nvml);
    expect(problems[0]).toMatch(/^board 0: .*: it works for .* 100 % of the time .* => End that work/);
    expect(problems[1]).toMatch(/^board 0: .*: power brake slowdown all the time => /);
    expect(problems[2]).toMatch(/^meter: The meter nvml cannot be used: .*it works for /);
  });

  it('lists the sensors there are for one that is not', async () => {
    const problems = await doctor(new NvmlStandIn({ gpus: 2 }), '--sensor', '7');
    expect(problems).toEqual([
      expect.stringMatching(/^meter: There is no sensor '7'\. => Name one of 0 .*, 1 /),
    ]);
  });

  itInFull('says at once that another process measures, and where its lock is', async () => {
    const folder = await projectFolder({});
    const path = join(folder, 'joulegate-GPU-00000000-0000-0000-0000-000000000000.lock');
    const holder = await holdLock(path);
    try {
      const nvml = new NvmlStandIn();
      nvml.setGlobal('timeMs', -1);
      vi.stubEnv('JOULEGATE_NVML_LIBRARY', nvml.path);
      vi.stubEnv('JOULEGATE_LOCKS', folder);
      const ended = await scripted(folder, 'doctor', '--meter', 'nvml');
      expect(ended.status).toBe(3);
      expect(ended.stdout).toMatch(
        /^problem {2}meter: NVIDIA Stand-in 100 is being measured by another process\.$/m,
      );
      expect(ended.stdout).toContain(`Its lock is ${path}`);
    } finally {
      holder.stdin?.end();
    }
  });
});

async function holdLock(path: string): Promise<ChildProcess> {
  const child = spawn('flock', [path, '-c', 'echo held; read end'], { stdio: ['pipe', 'pipe', 'ignore'] });
  await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.stdout.once('data', resolve);
  });
  return child;
}

describe('doctor --noise', () => {
  it.runIf(isFull)('measures a kernel of ours against itself where there is no manifest', async () => {
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
