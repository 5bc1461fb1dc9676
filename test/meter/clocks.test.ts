import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { restoreLeftClocks } from '../../src/meter/index.ts';
import { nativeSearch } from '../../src/native/index.ts';
import { itInFull } from '../support/full.ts';
import { describeWithStandIn, removeStandIns } from '../support/nvml-stand-in/stand-in.ts';
import { bundleForTest, bundleWorker } from '../support/worker-bundle.ts';
import { GpuLab, standInInfo } from './gpu-lab.ts';

describeWithStandIn('locked clocks', () => {
  afterAll(removeStandIns);
  let lab: GpuLab;
  let lockFolder: string;
  beforeEach(() => {
    lab = new GpuLab();
    lockFolder = mkdtempSync(join(tmpdir(), 'joulegate-clocks-'));
  });
  afterEach(() => rmSync(lockFolder, { recursive: true, force: true }));

  async function open() {
    const opened = await lab.open({ lockFolder });
    if (opened.meter === null || opened.clocks === null) throw new Error(opened.reason);
    return { meter: opened.meter, clocks: opened.clocks, reason: opened.reason };
  }

  /** Starts a process that locks the clock, and kills it with SIGKILL. */
  async function lockAndDie(worker?: string) {
    lab.nvml.setGlobal('timeMs', -1);
    const holder = await bundleForTest('test/support/clock-holder.ts', 'clock-holder.js');
    const options = { nvmlLibrary: lab.nvml.path, lockFolder, device: { info: standInInfo }, worker };
    const child = spawn(process.execPath, [holder, JSON.stringify(options)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    expect(lab.nvml.clockCalls()).toEqual(['lock 1200 1200']);
    const gone = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  it('are never touched unless they are asked for', async () => {
    const { meter, clocks } = await open();
    await clocks.set(null);
    await meter.close();
    expect(lab.nvml.clockCalls()).toEqual([]);
  });

  it('are locked one after the other, and restored when the meter is closed', async () => {
    const { meter, clocks } = await open();
    await clocks.set(1200);
    await clocks.set(1200);
    await clocks.set(1500);
    await clocks.set(null);
    await clocks.set(1800);
    await meter.close();
    expect(lab.nvml.clockCalls()).toEqual([
      'lock 1200 1200',
      'lock 1500 1500',
      'reset',
      'lock 1800 1800',
      'reset',
    ]);
    expect(readdirSync(lockFolder).filter((name) => name.endsWith('.clocks'))).toEqual([]);
  });

  it('are there before a window begins, which is then no shifted clock', async () => {
    const { meter, clocks } = await open();
    await clocks.set(1200);
    const outcome = await lab.measure(meter);
    expect(outcome).toMatchObject({ status: 'valid', energy: { conditions: { smMhz: 1200 } } });
    await meter.close();
  });

  it('are refused with the nearest where the board has none such', async () => {
    const { meter, clocks } = await open();
    await expect(clocks.set(1201)).rejects.toMatchObject({
      kind: 'bad-input',
      code: 'unsupported-clock',
      nextStep: expect.stringContaining('The nearest are 1200 and 1215 MHz'),
    });
    await meter.close();
    expect(lab.nvml.clockCalls()).toEqual([]);
  });

  it('are refused with the way out without permission, and leave nothing behind', async () => {
    lab.nvml.set({ clockReturn: 4 });
    const { meter, clocks } = await open();
    await expect(clocks.set(1200)).rejects.toMatchObject({
      kind: 'could-not-measure',
      code: 'clocks-refused',
      message: expect.stringContaining('no permission (NVML 4)'),
    });
    await meter.close();
    expect(readdirSync(lockFolder).filter((name) => name.endsWith('.clocks'))).toEqual([]);
  });

  itInFull('are restored by a process of their own when the one that locked them is killed', async () => {
    await lockAndDie(await bundleWorker());
    for (let tries = 0; tries < 10_000 && lab.nvml.clockCalls().length < 2; tries++) await sleep(20);
    expect(lab.nvml.clockCalls()).toEqual(['lock 1200 1200', 'reset']);
  });

  itInFull('are restored by the next run if that process was killed as well', async () => {
    await lockAndDie();
    expect(readdirSync(lockFolder).some((name) => name.endsWith('.clocks'))).toBe(true);
    const { meter, reason } = await open();
    expect(reason).toContain('the clock that an earlier run left locked was restored');
    expect(lab.nvml.clockCalls()).toEqual(['lock 1200 1200', 'reset']);
    await meter.close();
    expect(readdirSync(lockFolder).filter((name) => name.endsWith('.clocks'))).toEqual([]);
  });

  it('are restored by a step after the run, unless somebody measures', async () => {
    const afterwards = () =>
      restoreLeftClocks({
        lockFolder,
        nvmlLibrary: lab.nvml.path,
        native: async () => nativeSearch(import.meta.filename, process.env),
      });
    expect(await afterwards()).toEqual([]);
    await lockAndDie();
    expect(await afterwards()).toEqual([
      expect.stringContaining('its clock, which a run had left locked, was restored'),
    ]);
    expect(lab.nvml.clockCalls()).toEqual(['lock 1200 1200', 'reset']);
    expect(readdirSync(lockFolder).filter((name) => name.endsWith('.clocks'))).toEqual([]);
    expect(await afterwards()).toEqual([]);
  });

  it('keep a mark that cannot be acted on', async () => {
    lab.nvml.set({ clockReturn: 4 });
    writeFileSync(
      join(lockFolder, 'joulegate-GPU-00000000-0000-0000-0000-000000000000.clocks'),
      'another run',
    );
    const { meter, reason } = await open();
    expect(reason).toContain(
      'an earlier run left its clock locked, and it cannot be restored: no permission',
    );
    await meter.close();
    expect(readdirSync(lockFolder).filter((name) => name.endsWith('.clocks'))).toHaveLength(1);
  });
});
