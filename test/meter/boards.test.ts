import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Board, lookAtBoards } from '../../src/meter/index.ts';
import { describeWithStandIn, removeStandIns } from '../support/nvml-stand-in/stand-in.ts';
import { GpuLab } from './gpu-lab.ts';

describeWithStandIn('looking at boards', () => {
  let procFolder = '';
  beforeAll(() => {
    procFolder = mkdtempSync(join(tmpdir(), 'joulegate-proc-'));
    mkdirSync(join(procFolder, 'self', 'ns'), { recursive: true });
    symlinkSync('pid:[4026531836]', join(procFolder, 'self', 'ns', 'pid'));
    mkdirSync(join(procFolder, '77'));
    writeFileSync(join(procFolder, '77', 'stat'), '77 (python3) S 1 1 1 0 -1');
    writeFileSync(join(procFolder, '77', 'comm'), 'python3\n');
  });
  afterAll(() => {
    rmSync(procFolder, { recursive: true });
    removeStandIns();
  });

  async function look(lab: GpuLab): Promise<readonly Board[]> {
    const seen = await lookAtBoards({ nvmlLibrary: lab.nvml.path, procFolder, time: lab.time });
    if (!seen.ok) throw new Error(seen.why);
    return seen.boards;
  }

  it('tells them apart, and who works on which', async () => {
    const lab = new GpuLab({ gpus: 2 });
    lab.nvml.set({ tenantWatts: 200, tenantFromMs: 0, tenantUntilMs: 1e12 }, 1);
    lab.nvml.setProcesses([{ pid: 77 }], 1);
    const [first, second] = await look(lab);
    expect(first).toMatchObject({ label: 'NVIDIA Stand-in 100', refusal: null, slowdowns: [] });
    expect(first?.tenants).toEqual({ ok: true, notes: [] });
    expect(first?.watts).toBeCloseTo(80, 0);
    expect(second?.handles[0]).toBe('1');
    expect(second?.watts).toBeCloseTo(280, 0);
    expect(second?.tenants).toEqual({
      ok: false,
      why: 'it works for 77 (python3) 100 % of the time while nothing of ours runs',
    });
  });

  it('tells a slowdown only if it is on all the time, and the specific one only', async () => {
    const lab = new GpuLab();
    lab.nvml.set({ reasons: 0x88 });
    expect((await look(lab))[0]?.slowdowns).toEqual(['power brake slowdown']);
    lab.nvml.set({ reasonsUntilMs: lab.time.nowMs() + 600 });
    expect((await look(lab))[0]?.slowdowns).toEqual([]);
  });

  it('says why one cannot be measured with, and why none is seen', async () => {
    const lab = new GpuLab();
    lab.nvml.set({ migMode: 1 });
    expect((await look(lab))[0]?.refusal).toContain('MIG is on');
    lab.nvml.setGlobal('initReturn', 18);
    expect(await lookAtBoards({ nvmlLibrary: lab.nvml.path })).toEqual({
      ok: false,
      why: 'NVML does not start: library and driver are of different versions; a reboot may be due (NVML 18)',
    });
  });

  it('hears from opening a meter that its counter is not believed', async () => {
    const lab = new GpuLab();
    expect(await lab.open()).not.toHaveProperty('counterFault');
    const other = new GpuLab();
    other.nvml.set({ counterScale: 0.57 });
    expect((await other.open()).counterFault).toBe('its counter says 43.0 % less under load');
  });
});
