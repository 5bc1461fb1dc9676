import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { projectFolder } from '../support/command-line.ts';
import { run } from '../support/run-here.ts';
import { powerKernel, smallManifest, smallProject } from '../support/small-project.ts';

/** What Kernel Tuner's simulation mode adds up. */
function spent(benchmarkMs: number) {
  return { compile_time: 0, verification_time: 0, benchmark_time: benchmarkMs };
}

const cache = JSON.stringify({
  device_name: 'Example GPU',
  kernel_name: 'valley',
  problem_size: [1024],
  tune_params_keys: ['TILE', 'VECTOR'],
  tune_params: { TILE: [8, 16], VECTOR: [true, false] },
  objective: 'time',
  cache: {
    '8,True': {
      ...{ TILE: 8, VECTOR: true, time: 2.5, times: [2.5, 2.25], energy: 0.25, power: 100 },
      ...spent(4.75),
    },
    '16,True': {
      ...{ TILE: 16, VECTOR: true, time: 1.5, times: [1.5, 1.75], energy: 0.125, power: 80 },
      ...spent(3.25),
    },
    '16,False': {
      ...{ TILE: 16, VECTOR: false, time: 'CompilationFailedConfig', ...spent(0) },
      __error__: 'CompilationFailedConfig',
    },
  },
});

async function imported(...fields: string[]) {
  const folder = await projectFolder({ 'cache.json': cache });
  const ending = await run(folder, 'import', 'kernel-tuner', 'cache.json', ...fields, '--out', 'r.json.gz');
  expect(ending).toMatchObject({ error: '', exitCode: 0 });
  return folder;
}

const everyField = ['--energy', 'energy', '--power', 'power', '--samples', 'times'];

describe('export kernel-tuner', () => {
  it('gives back what was imported: times, energies, powers, samples and failures', async () => {
    const folder = await imported(...everyField);
    const ending = await run(folder, 'export', 'kernel-tuner', 'r.json.gz', '--out', 'back.json');
    expect(ending).toMatchObject({
      exitCode: 0,
      output: 'back.json: 3 configurations of valley on Example GPU, 1 failure, 2 with energy\n',
    });
    expect(JSON.parse(readFileSync(join(folder, 'back.json'), 'utf8'))).toEqual(JSON.parse(cache));
  });

  it('packs a cache whose name ends in .gz, and names the objective that was asked for', async () => {
    const folder = await imported(...everyField);
    const ending = await run(
      folder,
      ...['export', 'kernel-tuner', 'r.json.gz', '--objective', 'energy', '--out', 'back.json.gz', '--json'],
    );
    expect(JSON.parse(ending.output)).toEqual({
      out: 'back.json.gz',
      kernel: 'valley',
      device: 'Example GPU',
      configurations: 3,
      failures: 1,
      energyMeasurements: 2,
    });
    const text = gunzipSync(readFileSync(join(folder, 'back.json.gz'))).toString('utf8');
    expect(JSON.parse(text)).toMatchObject({ objective: 'energy' });
  });

  it('refuses energy as the objective of a recording that holds none', async () => {
    const folder = await imported();
    const ending = await run(
      folder,
      ...['export', 'kernel-tuner', 'r.json.gz', '--objective', 'energy', '--out', 'back.json'],
    );
    expect(ending.exitCode).toBe(2);
    expect(ending.error).toContain('r.json.gz holds no energy.');
    expect(existsSync(join(folder, 'back.json'))).toBe(false);
  });

  it.each([
    ['an unknown format', ['export', 'csv', 'r.json.gz', '--out', 'x'], '"csv" is not a format'],
    ['no file to write', ['export', 'kernel-tuner', 'r.json.gz'], 'needs --out FILE'],
    [
      'an unknown objective',
      ['export', 'kernel-tuner', 'r.json.gz', '--objective', 'edp', '--out', 'x'],
      'edp',
    ],
    [
      'a portfolio of no recordings',
      ['export', 'runtime', '--portfolio', '3', '--out', 'x'],
      '--portfolio and --recordings go together.',
    ],
    [
      'a portfolio of a folder without recordings',
      ['export', 'runtime', '--portfolio', '3', '--recordings', 'empty', '--out', 'x'],
      'There is no recording in empty.',
    ],
    ['a missing recording', ['export', 'kernel-tuner', 'none.json', '--out', 'x'], 'none.json'],
  ])('ends with status 2 for %s', async (_, args, message) => {
    const folder = await imported();
    mkdirSync(join(folder, 'empty'));
    writeFileSync(join(folder, 'joulegate.yaml'), smallManifest);
    mkdirSync(join(folder, 'kernels'));
    writeFileSync(join(folder, 'kernels/power.wgsl'), powerKernel(8));
    const ending = await run(folder, ...args);
    expect(ending.exitCode).toBe(2);
    expect(ending.error).toContain(message);
    expect(ending.output).toBe('');
  });
});

describe('export runtime', () => {
  const project = () => projectFolder(smallProject(8));

  it('writes the kernels of the manifest, also with nothing tuned', async () => {
    const folder = await project();
    const ending = await run(folder, 'export', 'runtime', '--out', 'kernels.json');
    expect(ending).toMatchObject({
      exitCode: 0,
      output: 'kernels.json: 1 kernel\n  power: nothing tuned, 1 configuration, 1 program\n',
    });
    const file = JSON.parse(readFileSync(join(folder, 'kernels.json'), 'utf8'));
    expect(file).toMatchObject({ schema: 'joulegate-runtime', version: 2, kernels: [{ name: 'power' }] });
  });

  it('packs a file whose name ends in .gz, and tells numbers as JSON', async () => {
    const folder = await project();
    const ending = await run(
      folder,
      'export',
      'runtime',
      '--kernel',
      'power',
      '--out',
      'k.json.gz',
      '--json',
    );
    expect(JSON.parse(ending.output)).toEqual({
      out: 'k.json.gz',
      networks: [],
      kernels: [{ kernel: 'power', entries: 0, configurations: 1, templates: 1, portfolios: [] }],
    });
    const text = gunzipSync(readFileSync(join(folder, 'k.json.gz'))).toString('utf8');
    expect(JSON.parse(text).kernels[0].passes[0].dispatch[0]).toEqual([
      'ceil_div',
      'COUNT',
      ['*', 'WORKGROUP', 'PER_THREAD'],
    ]);
  });

  it.each([
    ['no file to write', ['export', 'runtime'], 'needs --out FILE'],
    ['two manifests', ['export', 'runtime', 'a.yaml', 'b.yaml', '--out', 'x'], 'one argument too many'],
    ['an unknown kernel', ['export', 'runtime', '--kernel', 'none', '--out', 'x'], 'has no kernel "none"'],
    ['kernel-tuner without a recording', ['export', 'kernel-tuner', '--out', 'x'], 'needs RECORDING'],
  ])('ends with status 2 for %s', async (_, args, message) => {
    const ending = await run(await project(), ...args);
    expect(ending.exitCode).toBe(2);
    expect(ending.error).toContain(message);
  });

  it('refuses a kernel whose default does not link, and writes nothing', async () => {
    const folder = await projectFolder({ ...smallProject(8), 'kernels/power.wgsl': 'fn main( {' });
    const ending = await run(folder, 'export', 'runtime', '--out', 'kernels.json');
    expect(ending.exitCode).toBe(2);
    expect(ending.error).toContain(
      'Kernel "power" cannot be exported: its default configuration cannot be built',
    );
    expect(existsSync(join(folder, 'kernels.json'))).toBe(false);
  });
});

describe('import kernel-tuner', () => {
  it('takes energy as power times time where only power is named', async () => {
    const folder = await imported('--power', 'power');
    await run(folder, 'export', 'kernel-tuner', 'r.json.gz', '--out', 'back.json');
    const { cache: entries } = JSON.parse(readFileSync(join(folder, 'back.json'), 'utf8'));
    expect(entries['16,True']).toMatchObject({ time: 1.5, energy: 0.12, power: 80 });
  });
});
