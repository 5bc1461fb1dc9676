import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { validateConfigurations } from '../../src/schema/index.ts';
import { joulegate, projectFolder, writeFiles } from '../support/command-line.ts';
import { commandManifest, commandProgram } from '../support/command-program.ts';

const tuned = (family: string, configuration: object, N = 64) => ({
  kernel: 'scale',
  workload: { name: `N=${N}`, parameters: { N } },
  family,
  configuration,
  ...{ latencyMs: 1, joules: null, estimated: false, device: family, driver: '', identity: '0'.repeat(64) },
  ...{ trials: 4, energyMeasurements: 0, seed: 1, measuredAt: '2026-01-01T00:00:00.000Z' },
});
const usual = { SCALE: 3, SPIN: 0.2, FAULT: 'none' };

async function project(entries: readonly object[]) {
  return projectFolder({
    'joulegate.yaml': commandManifest(),
    'main.mjs': commandProgram,
    'tuned.json': JSON.stringify({ schema: 'joulegate-tuned', version: 1, entries }),
  });
}

it('writes configurations per device and workload, for a compiler and for programs', async () => {
  const folder = await project([tuned('acme-one', usual), tuned('acme-two', { ...usual, SPIN: 2 })]);
  expect(await joulegate(folder, 'export', 'header', '--out', 'tuned.h')).toMatchObject({
    ...{ status: 0, stdout: 'tuned.h: 1 kernel\n  scale: 2 tuned configurations\n' },
  });
  const preprocessed = (...flags: readonly string[]) => {
    const input = '#include "tuned.h"\nSCALE_SCALE SCALE_SPIN SCALE_FAULT\n';
    const text = execFileSync('cc', ['-E', '-P', ...flags, '-I', folder, '-'], { input, encoding: 'utf8' });
    return text.trim();
  };
  expect(preprocessed()).toBe('2 0.05 none');
  expect(preprocessed('-DTUNED_FOR_ACME_ONE', '-DSCALE_WORKLOAD_N_64')).toBe('3 0.2 none');
  expect(preprocessed('-DTUNED_FOR_ACME_TWO', '-DSCALE_WORKLOAD_N_64')).toBe('3 2 none');
  expect(preprocessed('-DTUNED_FOR_ACME_TWO')).toBe('2 0.05 none');

  expect((await joulegate(folder, 'export', 'json', '--out', 'c.json')).status).toBe(0);
  const file = JSON.parse(readFileSync(join(folder, 'c.json'), 'utf8'));
  expect(validateConfigurations(file)).toMatchObject({ ok: true });
  expect(file.kernels.scale).toEqual({
    default: { SCALE: 2, SPIN: 0.05, FAULT: 'none' },
    entries: [
      { device: 'acme-one', workload: { N: 64 }, configuration: usual },
      { device: 'acme-two', workload: { N: 64 }, configuration: { ...usual, SPIN: 2 } },
    ],
  });
});

it('refuses names that would be one macro, and leaves out what is not of the space any more', async () => {
  const folder = await project([tuned('acme-one', { ...usual, SCALE: 4 })]);
  const left = await joulegate(folder, 'export', 'json', '--out', 'c.json');
  expect(left.stderr).toContain('on acme-one is left out: it is outside the space');
  await writeFiles(folder, {
    'tuned.json': JSON.stringify({
      ...{ schema: 'joulegate-tuned', version: 1 },
      entries: [tuned('acme-one', usual), tuned('acme.one', usual)],
    }),
  });
  const twice = await joulegate(folder, 'export', 'header', '--out', 'tuned.h');
  expect(twice.status).toBe(2);
  expect(twice.stderr).toContain('both would be the macro ACME_ONE');
});

it('hands out the helpers that programs are written with', async () => {
  const folder = await projectFolder({});
  for (const [language, file] of [
    ['c', 'joulegate.h'],
    ['python', 'joulegate_program.py'],
  ] as const) {
    expect(await joulegate(folder, 'export', 'helper', language)).toMatchObject({
      status: 0,
      stdout: `${file}\n`,
    });
    const examples = join(import.meta.dirname, '../../examples/programs');
    expect(readFileSync(join(folder, file), 'utf8')).toBe(readFileSync(join(examples, file), 'utf8'));
  }
  const other = await joulegate(folder, 'export', 'helper', 'rust');
  expect(other).toMatchObject({ status: 2, stderr: expect.stringContaining('c and python') });
});
