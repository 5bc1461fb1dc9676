import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { joulegate, projectFolder } from '../support/command-line.ts';
import { itInFull } from '../support/full.ts';

/** A Kernel Tuner cache with a valley at TILE=16, UNROLL=4 and a corner in which nothing compiles. */
function cacheText(): string {
  const tiles = [1, 2, 4, 8, 16, 32, 64, 128];
  const unrolls = [1, 2, 4, 8, 16];
  const vectors = [1, 2, 4];
  const cache: Record<string, object> = {};
  for (const TILE of tiles) {
    for (const UNROLL of unrolls) {
      for (const VECTOR of vectors) {
        const bowl = (Math.log2(TILE) - 4) ** 2 + (Math.log2(UNROLL) - 2) ** 2 + (Math.log2(VECTOR) - 1) ** 2;
        const time = TILE * UNROLL >= 1024 ? 'CompilationFailedConfig' : 1 + 0.2 * bowl;
        const energy = typeof time === 'string' ? time : time * (50 + VECTOR);
        cache[`${TILE},${UNROLL},${VECTOR}`] = { TILE, UNROLL, VECTOR, time, energy };
      }
    }
  }
  return JSON.stringify({
    device_name: 'Example GPU',
    kernel_name: 'valley',
    problem_size: [1024],
    tune_params_keys: ['TILE', 'UNROLL', 'VECTOR'],
    tune_params: { TILE: tiles, UNROLL: unrolls, VECTOR: vectors },
    objective: 'time',
    cache,
  });
}

async function importedRecording(): Promise<string> {
  const folder = await projectFolder({ 'cache.json': cacheText() });
  const imported = await joulegate(
    folder,
    ...['import', 'kernel-tuner', 'cache.json', '--energy', 'energy', '--out', 'r.json.gz', '--json'],
  );
  expect(imported.status).toBe(0);
  expect(JSON.parse(imported.stdout)).toMatchObject({
    configurations: 120,
    failures: 9,
    energyMeasurements: 111,
  });
  return folder;
}

function retune(folder: string, ...more: string[]) {
  return joulegate(
    folder,
    ...['retune', '--device', 'replay', '--recording', 'r.json.gz', '--trials', '40', '--json', ...more],
  );
}

describe('retune --device replay', () => {
  it('needs no manifest, finds the valley, and says what it took', async () => {
    const ended = await retune(await importedRecording(), '--seed', '3');
    expect(ended.status).toBe(0);
    const report = JSON.parse(ended.stdout);
    expect(report.kernels).toHaveLength(1);
    expect(report.kernels[0]).toMatchObject({
      kernel: 'valley',
      workload: 'x=1024',
      configuration: { TILE: 16, UNROLL: 4, VECTOR: 2 },
      latencyMs: 1,
      estimated: false,
      trials: 40,
    });
    expect(report.kernels[0].joules).toBeCloseTo(52, 9);
    expect(report.kernels[0].energyMeasurements).toBeLessThan(40);
  });

  itInFull('gives the same answer to the bit for the same seed', async () => {
    const folder = await importedRecording();
    const kernels = async (seed: string) => {
      const ended = await retune(folder, '--seed', seed);
      return JSON.stringify(JSON.parse(ended.stdout).kernels);
    };
    const first = await kernels('7');
    expect(await kernels('7')).toBe(first);
    expect(await kernels('8')).not.toBe(first);
  });

  itInFull('writes a report that `report` shows again', async () => {
    const folder = await importedRecording();
    expect((await retune(folder, '--report', 'out')).status).toBe(0);
    const shown = await joulegate(folder, 'report', 'out/report.json', '--format', 'markdown');
    expect(shown.stdout).toBe(readFileSync(join(folder, 'out/report.md'), 'utf8'));
    expect(shown.stdout).toContain('valley');
  });

  it('refuses options that mean nothing there', async () => {
    const folder = await importedRecording();
    const ended = await retune(folder, '--kernel', 'valley');
    expect(ended.status).toBe(2);
    expect(ended.stderr).toContain('--kernel means nothing with --device replay');
  });
});
