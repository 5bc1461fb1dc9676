import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Step, Unit } from '../../bench/acceptance/context.ts';
import { plantedKernels, unchangedKernels, writeGuardProject } from '../../bench/acceptance/guard-kernels.ts';
import { type Ledger, LedgerFile } from '../../bench/acceptance/ledger.ts';
import { writeOperatorManifest } from '../../bench/acceptance/manifests.ts';
import { runSteps } from '../../bench/acceptance/run-steps.ts';
import { fullSizes, tinySizes } from '../../bench/acceptance/sizes.ts';
import { noFiles, parseManifest } from '../../src/manifest/index.ts';
import { operators } from '../../src/operators/index.ts';
import { describeOnAdapter } from '../support/adapter.ts';
import { isFull } from '../support/full.ts';
import { describeWithStandIn, NvmlStandIn, removeStandIns } from '../support/nvml-stand-in/stand-in.ts';

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'joulegate-acceptance-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function stepOf(name: string, units: readonly Partial<Unit>[]): Step {
  return {
    name,
    title: name,
    units: () =>
      units.map((unit, i) => ({
        name: `unit-${i + 1}`,
        seconds: 10,
        leastSeconds: 1,
        run: async () => ({ data: i + 1, complete: true }),
        ...unit,
      })),
    summarise: () => '',
  };
}

describe('the acceptance run', () => {
  const empty = { tool: 'joulegate 0', node: '0', size: 'tiny' } as const;
  const run = (folder: string, steps: readonly Step[], seconds = 60) => {
    const file = new LedgerFile(folder, empty);
    return runSteps(steps, {
      file,
      out: folder,
      sizes: tinySizes,
      deadlineMs: performance.now() + seconds * 1000,
      laboratory: [],
      say: () => undefined,
      onUnit: () => undefined,
    }).then((left) => ({ left, steps: new LedgerFile(folder, empty).ledger.steps }));
  };

  it('goes on after a unit that fails, and says which one is left', async () => {
    const broken = { run: () => Promise.reject(new Error('no such GPU\n  next: buy one')) };
    const { left, steps } = await run(freshFolder(), [stepOf('one', [broken, {}]), stepOf('two', [{}])]);
    expect(left).toEqual(['one/unit-1']);
    expect(steps.one?.['unit-1']).toMatchObject({ status: 'failed', error: 'no such GPU; next: buy one' });
    expect(steps.one?.['unit-2']).toMatchObject({ status: 'done', data: 2 });
    expect(steps.two?.['unit-1']).toMatchObject({ status: 'done', data: 1 });
  });

  it('does not do again what is done, and goes on with what was cut', async () => {
    const folder = freshFolder();
    let done = 0;
    let cut = 0;
    const steps = [
      stepOf('one', [
        { run: async () => ({ data: ++done, complete: true }) },
        { run: async () => ({ data: ++cut, complete: cut === 2 }) },
      ]),
    ];
    expect((await run(folder, steps)).left).toEqual(['one/unit-2']);
    const second = await run(folder, steps);
    expect(second.left).toEqual([]);
    expect([done, cut]).toEqual([1, 2]);
    expect(second.steps.one?.['unit-2']).toMatchObject({ status: 'done', data: 2 });
  });

  it('leaves to the next call what the time does not reach', async () => {
    const { left, steps } = await run(freshFolder(), [stepOf('one', [{ leastSeconds: 120 }, {}])], 30);
    expect(left).toEqual(['one/unit-1']);
    expect(Object.keys(steps.one ?? {})).toEqual(['unit-2']);
  });

  it('refuses the folder of another kind of run', () => {
    const folder = freshFolder();
    new LedgerFile(folder, empty).set('a', 'b', {
      status: 'done',
      at: '',
      seconds: 0,
      commands: [],
      error: null,
      data: null,
    });
    expect(() => new LedgerFile(folder, { ...empty, size: 'full' })).toThrow('give another --out');
  });

  it('writes manifests without a fault', () => {
    for (const workloads of [fullSizes.correctness, fullSizes.recorded]) {
      const folder = freshFolder();
      writeOperatorManifest({ folder, objective: '{ minimize: latency }', workloads, sizes: fullSizes });
      const text = readFileSync(join(folder, 'joulegate.yaml'), 'utf8');
      const { manifest, problems } = parseManifest({
        path: 'm',
        text,
        reader: noFiles,
        folder: '',
        operators,
      });
      expect(problems).toEqual([]);
      expect(manifest?.kernels).toHaveLength(workloads.length);
    }
  });

  it('writes kernels for the guard that parse, and plants what it says', () => {
    const folder = freshFolder();
    const kernels = [...unchangedKernels(10), ...plantedKernels()];
    writeGuardProject(folder, kernels, fullSizes);
    expect(kernels).toHaveLength(16);
    const turns = (revision: string, name: string) => {
      const text = readFileSync(join(folder, revision, 'kernels', `${name}.wgsl`), 'utf8');
      return Number(/round < (\d+)u/.exec(text)?.[1]);
    };
    for (const { name, planted } of kernels) {
      expect(turns('head', name) / turns('base', name)).toBeCloseTo(1 + planted, 3);
    }
  });

  it('has awkward and real sizes of every operator in the library', () => {
    const names = operators.map(({ name }) => name).sort();
    for (const workloads of [fullSizes.correctness, fullSizes.recorded]) {
      expect([...new Set(workloads.map(({ operator }) => operator))].sort()).toEqual(names);
    }
  });
});

describeOnAdapter('npm run gpu:acceptance', () => {
  describeWithStandIn('at tiny sizes, with a stand-in for NVML', () => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'joulegate-acceptance-'));
    });
    afterAll(() => {
      removeStandIns();
      rmSync(folder, { recursive: true, force: true });
    });

    it.runIf(isFull)('does every step, measures with the sensor, and writes a summary', async () => {
      const nvml = new NvmlStandIn();
      nvml.setGlobal('timeMs', -1);
      // It counts what the software adapter works, and has no power beside.
      nvml.set({ tickMs: 10, workWatts: 100, fieldReturn: 3, powerReturn: 3 });
      const args = ['bench/run.mjs', 'acceptance', '--out', folder, '--tiny', '--device', 'software'];
      const ended = promisify(execFile)(process.execPath, [...args, '--meter', 'nvml'], {
        env: { ...process.env, JOULEGATE_NVML_LIBRARY: nvml.path, JOULEGATE_LOCKS: folder },
      });
      // A unit that failed says why in the ledger.
      await ended.catch(() => undefined);
      const ledger: Ledger = JSON.parse(readFileSync(join(folder, 'acceptance.json'), 'utf8'));
      const statuses = Object.entries(ledger.steps).flatMap(([step, units]) =>
        Object.entries(units).map(([unit, { status, error }]) => `${step}/${unit}: ${error ?? status}`),
      );
      expect(statuses.filter((status) => !status.endsWith(': done'))).toEqual([]);
      await ended;
      expect(Object.keys(ledger.steps)).toEqual([
        'sensor',
        'correctness',
        'recordings',
        'retuning',
        'guard',
        'rates',
      ]);
      const slug = 'matmul-48-48-48-f32';
      expect(ledger.steps.sensor?.noise?.data).toMatchObject({ meter: { name: 'nvml', estimated: false } });
      const recorded = ledger.steps.recordings?.[slug]?.data;
      expect(recorded).toMatchObject({ configurations: 5, smMhz: 1980, celsius: 40 });
      // Of three that are wanted: a window that others disturb is void.
      expect((recorded as { readonly energies?: number }).energies).toBeGreaterThanOrEqual(1);
      const summary = readFileSync(join(folder, 'acceptance.md'), 'utf8');
      for (const heading of ['Sampled configurations', 'Kernels tuned for latency', 'Unchanged kernels']) {
        expect(summary).toContain(`## ${heading}`);
      }
      expect(summary).not.toContain('## Failed');
    });
  });
});
