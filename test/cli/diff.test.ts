import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { validateReport } from '../../src/schema/index.ts';
import { commitAll, projectFolder, writeFiles } from '../support/command-line.ts';
import { manyKernels } from '../support/many-kernels.ts';
import { run } from '../support/run-here.ts';
import { powerKernel, smallManifest, smallProject } from '../support/small-project.ts';

type Files = Readonly<Record<string, string>>;

const tuned = (configuration: object) =>
  JSON.stringify({
    schema: 'joulegate-tuned',
    version: 1,
    entries: [tunedEntry(configuration)],
  });

function tunedEntry(configuration: object) {
  return {
    kernel: 'power',
    workload: { name: 'COUNT=65536', parameters: { COUNT: 65_536 } },
    family: 'nvidia-ada',
    configuration,
    latencyMs: 1,
    joules: null,
    estimated: false,
    device: 'NVIDIA GeForce RTX 4090',
    driver: '550.54',
    identity: '',
    trials: 1,
    energyMeasurements: 0,
    seed: 1,
    measuredAt: '2025-06-01T12:00:00Z',
  };
}

/** The report of a comparison of two folders. */
async function compare(base: Files, head: Files, ...more: string[]) {
  const folder = await projectFolder(
    Object.fromEntries([
      ...Object.entries(base).map(([path, text]) => [`base/${path}`, text]),
      ...Object.entries(head).map(([path, text]) => [`head/${path}`, text]),
    ]),
  );
  const ended = await run(join(folder, 'head'), 'diff', '--base', '../base', '--json', ...more);
  const report = ended.exitCode === 0 ? JSON.parse(ended.output) : null;
  if (report !== null) expect(validateReport(report)).toMatchObject({ ok: true });
  return { ...ended, report };
}

const base = smallProject(100);
const commandKernel = (program: string): Files => ({
  'joulegate.yaml': `version: 1
kernels:
  scale:
    command:
      run: [node, source/main.mjs]
      sources: [source]
      outputs: { y: { type: f32, length: 4, check: { absolute: 1.0 } } }
    workloads: [{ N: 4 }]
`,
  'source/main.mjs': program,
});

describe('joulegate diff', () => {
  it('says what moved in a program, passes, and gives no verdict', async () => {
    const { report, exitCode } = await compare(base, smallProject(400));
    expect(exitCode).toBe(0);
    const [kernel] = report.kernels;
    expect(kernel).toMatchObject({ status: 'changed', file: 'kernels/power.wgsl', line: 9 });
    expect(kernel.shipped).toHaveLength(1);
    expect(kernel.shipped[0]).toMatchObject({ families: ['*'], change: { differs: ['code'] } });
    expect(kernel.shipped[0].change.moved).toContainEqual({
      ...{ what: 'iterations', per: 'invocation', unit: 'count', base: 101, head: 401 },
    });
    expect(kernel.diff).toContain('round < 400u');
    expect(Object.keys(report)).not.toContain('verdict');
  });

  it('calls programs identical where text, margins or names of files are all that changed', async () => {
    const head = {
      'joulegate.yaml': smallManifest
        .replace('kernels/power.wgsl', 'kernels/same.wgsl')
        .replaceAll('margin: 20%', 'margin: 50%'),
      'kernels/same.wgsl': `// Another comment.\n${powerKernel(100).replaceAll('round', 'turn')}`,
    };
    const renamed = await compare(base, { ...head, 'kernels/same.wgsl': `// Own.\n${powerKernel(100)}` });
    expect(renamed.report.counts).toMatchObject({ identical: 1, changed: 0 });
  });

  it('looks at every configuration that ships, and says where they differ', async () => {
    const before = tuned({ WORKGROUP: 128, PER_THREAD: 2 });
    const same = await compare(
      { ...base, 'tuned.json': before },
      { ...base, 'tuned.json': before, 'a.txt': '' },
    );
    expect(same.report.kernels[0].status).toBe('identical');
    const after = tuned({ WORKGROUP: 256, PER_THREAD: 2 });
    const { report } = await compare({ ...base, 'tuned.json': before }, { ...base, 'tuned.json': after });
    expect(report.kernels[0]).toMatchObject({
      status: 'changed',
      // Only tuning changed, which stands nowhere in the program.
      file: 'joulegate.yaml',
      shipped: [
        { families: ['*'], change: { differs: [], moved: [] } },
        { families: ['nvidia-ada'], configuration: { head: { WORKGROUP: 256 } } },
      ],
    });
    expect(report.kernels[0].shipped[1].change.moved).toContainEqual({
      ...{ what: 'invocations', per: 'workgroup', unit: 'count', base: 128, head: 256 },
    });
  });

  it('is not certain where the device decides whether a tuned configuration counts', async () => {
    const state = tuned({ WORKGROUP: 128, PER_THREAD: 2 });
    const constrained = smallManifest.replace(
      '    default:',
      '    constraints: [WORKGROUP <= max_invocations]\n    default:',
    );
    const { report } = await compare(
      { ...base, 'tuned.json': state },
      { ...base, 'tuned.json': state, 'joulegate.yaml': constrained },
    );
    expect(report.kernels[0]).toMatchObject({
      status: 'changed',
      reason: expect.stringContaining('nvidia-ada'),
    });
  });

  it('lists what is new and removed, and what a baseline lacks', async () => {
    const renamed = { ...base, 'joulegate.yaml': smallManifest.replace('  power:', '  other:') };
    const moved = await compare(base, renamed);
    expect(
      moved.report.kernels.map((one: { kernel: string; status: string }) => [one.kernel, one.status]),
    ).toEqual([
      ['other', 'new'],
      ['power', 'removed'],
    ]);
    const broken = await compare({ ...base, 'kernels/power.wgsl': 'fn main( {' }, smallProject(101));
    expect(broken.report.kernels[0]).toMatchObject({ status: 'missing-baseline' });
    expect(broken.exitCode).toBe(0);
  });

  it('names a program of another kind, and runs nothing of it', async () => {
    const trap = "import { writeFileSync } from 'node:fs'; writeFileSync('sprung', '');";
    const { report } = await compare(commandKernel(trap), commandKernel(`${trap} // more`));
    expect(report.kernels[0]).toMatchObject({
      status: 'not-looked-at',
      reason: expect.stringContaining('not looked at'),
      diff: expect.stringContaining('source/main.mjs'),
    });
    const printing = (text: string) => ({
      'joulegate.yaml': smallManifest.replace(
        'source: kernels/power.wgsl',
        'generate: { run: [node, source/main.mjs], sources: [source] }',
      ),
      'source/main.mjs': text,
    });
    const printed = await compare(printing(trap), printing(`${trap} // more`));
    expect(printed.report.kernels[0].status).toBe('not-looked-at');
    const same = await compare(commandKernel(trap), commandKernel(trap));
    expect(same.report.kernels[0].status).toBe('identical');
  });

  it.each<[string, Files, string]>([
    ['a manifest with faults', { ...base, 'joulegate.yaml': `${smallManifest}oops: 1\n` }, 'joulegate.yaml:'],
    [
      'a program that does not link',
      { ...base, 'kernels/power.wgsl': powerKernel(100).replace('fract(', 'fract(((') },
      'kernels/power.wgsl:',
    ],
    [
      'an entry point that is not there',
      { ...base, 'kernels/power.wgsl': powerKernel(100).replace('fn main', 'fn other') },
      'there is no compute entry point `main`',
    ],
  ])('refuses %s, with its place', async (_, head, said) => {
    const { exitCode, error } = await compare(base, head);
    expect(exitCode).toBe(2);
    expect(error).toContain(said);
  });

  it('opens no device and starts no process but git’s, however many kernels there are', async () => {
    const folder = await projectFolder(manyKernels(6, 0));
    commitAll(folder);
    await writeFiles(folder, manyKernels(6, 5));
    const log = join(mkdtempSync(join(tmpdir(), 'joulegate-watched-')), 'log');
    const hook = join(import.meta.dirname, '..', 'support', 'watched-processes.mjs');
    const cli = join(import.meta.dirname, '..', '..', 'dist', 'cli.js');
    const { status, stdout } = spawnSync(
      process.execPath,
      ['--import', hook, cli, 'diff', '--base', 'HEAD', '--json'],
      { cwd: folder, encoding: 'utf8', env: { ...process.env, WATCHED_PROCESSES: log } },
    );
    expect(status).toBe(0);
    expect(JSON.parse(stdout).counts).toMatchObject({ changed: 5, identical: 1 });
    const started = readFileSync(log, 'utf8').trim().split('\n');
    expect(started.length).toBeGreaterThan(2);
    expect(started.filter((one) => !/^spawn(Sync)? \S*\/git$/.test(one))).toEqual([]);
    // Two kinds of files differ from base's, five files; base's are read together.
    expect(started.length).toBeLessThan(14);
  });
});
