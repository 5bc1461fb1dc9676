import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boardFindings, checkLocks, meterFindings } from '../../src/app/doctor/index.ts';
import { lookAtBoards } from '../../src/meter/index.ts';
import { GpuLab } from '../meter/gpu-lab.ts';
import { describeWithStandIn, removeStandIns } from '../support/nvml-stand-in/stand-in.ts';

describeWithStandIn('doctor on what NVML shows', () => {
  let procFolder = '';
  beforeAll(() => {
    procFolder = mkdtempSync(join(tmpdir(), 'joulegate-proc-'));
    mkdirSync(join(procFolder, 'self', 'ns'), { recursive: true });
    symlinkSync('pid:[4026531836]', join(procFolder, 'self', 'ns', 'pid'));
    mkdirSync(join(procFolder, '77'));
    writeFileSync(join(procFolder, '77', 'comm'), 'python3\n');
  });
  afterAll(() => {
    rmSync(procFolder, { recursive: true });
    removeStandIns();
  });

  async function findings(lab: GpuLab, nodes = ['/dev/nvidia0'], visible?: string) {
    const seen = await lookAtBoards({ nvmlLibrary: lab.nvml.path, procFolder, time: lab.time });
    return boardFindings({ seen, nodes, isExpected: true, visible });
  }

  it('finds a board that rests well, with who else is on it', async () => {
    const lab = new GpuLab();
    lab.nvml.setProcesses([{ pid: 77 }]);
    expect(await findings(lab)).toEqual([
      {
        ok: true,
        subject: 'board 0',
        detail: expect.stringMatching(
          /^NVIDIA Stand-in 100, GPU-.*; 80 W while nothing of ours runs; 77 \(python3\) is on it too, at rest/,
        ),
        nextStep: null,
      },
    ]);
  });

  it('names a steady tenant', async () => {
    const lab = new GpuLab();
    lab.nvml.set({ tenantWatts: 200, tenantFromMs: 0, tenantUntilMs: 1e12 });
    lab.nvml.setProcesses([{ pid: 77 }]);
    const [finding, ...others] = await findings(lab);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ ok: false, subject: 'board 0' });
    expect(finding?.detail).toContain('it works for 77 (python3) 100 % of the time');
    expect(finding?.nextStep).toContain('End that work');
  });

  it.each([
    [0x88, 'power brake slowdown', 'power cap'],
    [0x08, 'hardware slowdown', 'power supplies'],
    [0x20, 'software thermal slowdown', 'cooling'],
    [0x48, 'hardware thermal slowdown', 'cooling'],
  ])('tells what slows a board down all the time (%i)', async (reasons, name, next) => {
    const lab = new GpuLab();
    lab.nvml.set({ reasons });
    const wrong = (await findings(lab)).filter(({ ok }) => !ok);
    expect(wrong).toHaveLength(1);
    expect(wrong[0]?.detail).toContain(`${name} all the time`);
    expect(wrong[0]?.nextStep).toContain(next);
  });

  it('tells MIG, and that fewer boards are shown than there are in /dev', async () => {
    const lab = new GpuLab();
    lab.nvml.set({ migMode: 1 });
    const nodes = Array.from({ length: 8 }, (_, i) => `/dev/nvidia${i}`);
    const [hidden, mig] = await findings(lab, nodes, 'GPU-aaaa');
    expect(hidden?.detail).toBe(
      'there are 8 GPUs in /dev, and NVML shows 1; NVIDIA_VISIBLE_DEVICES is GPU-aaaa',
    );
    expect(hidden?.nextStep).toContain('exactly one GPU');
    expect(mig?.detail).toContain('MIG is on');
  });

  it('tells why NVML cannot be asked, and which GPU it has lost', async () => {
    const lost = new GpuLab();
    lost.nvml.set({ handleReturn: 15 });
    const [hidden, fault] = await findings(lost);
    expect(hidden?.detail).toContain('NVML shows 0');
    expect(fault?.detail).toContain('fallen off the bus');
    const old = new GpuLab();
    old.nvml.setGlobal('initReturn', 18);
    expect((await findings(old))[0]).toMatchObject({ ok: false, subject: 'NVML' });
    const seen = await lookAtBoards({ nvmlLibrary: old.nvml.path });
    expect(boardFindings({ seen, nodes: [], isExpected: false, visible: undefined })).toEqual([]);
  });
});

describeWithStandIn('doctor on a meter', () => {
  afterAll(removeStandIns);

  it('tells what its sensor includes and how late it follows', async () => {
    const [meter, sensor, ...others] = meterFindings(await new GpuLab().open(), 'auto');
    expect(others).toEqual([]);
    expect(meter?.detail).toMatch(/^NVIDIA Stand-in 100, energy counter of NVML \(board, .* from its power/);
    expect(sensor?.detail).toMatch(
      /^scope: board, follows a load within \d+ ms, a new value every 100 ms, steps of [\d.]+ J, 80 W at rest$/,
    );
  });

  it('tells a counter that disagrees with its power', async () => {
    const lab = new GpuLab();
    lab.nvml.set({ counterScale: 0.57 });
    const wrong = meterFindings(await lab.open(), 'nvml').filter(({ ok }) => !ok);
    expect(wrong).toHaveLength(1);
    expect(wrong[0]).toMatchObject({ subject: 'energy counter' });
    expect(wrong[0]?.detail).toContain('its counter says 43.0 % less under load');
  });

  it('that there is none of says what a program could do, unless none was wanted', () => {
    const none = { meter: null, reason: 'no supported energy sensor', clocks: null };
    expect(meterFindings(none, 'auto')[0]).toMatchObject({ ok: false });
    expect(meterFindings(none, 'auto')[0]?.nextStep).toContain('--meter-command');
    expect(meterFindings(none, 'none')[0]).toMatchObject({ ok: true, nextStep: null });
  });
});

describe('doctor on the folder of locks', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'joulegate-locks-'));
    writeFileSync(join(folder, 'file'), '');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('takes one that is there, or can be made, and makes none', () => {
    expect(checkLocks(folder)).toMatchObject({ ok: true });
    expect(checkLocks(join(folder, 'a', 'b'))).toMatchObject({ ok: true });
    expect(() => symlinkSync('x', join(folder, 'a'))).not.toThrow();
  });

  it('says why another cannot be used', () => {
    const file = join(folder, 'file');
    expect(checkLocks(file)).toMatchObject({ ok: false, detail: `${file} is not a folder` });
    const below = checkLocks(join(file, 'locks'));
    expect(below.detail).toBe(`${join(file, 'locks')} cannot be made: ${file} is not a folder`);
    expect(below.nextStep).toContain('JOULEGATE_LOCKS');
  });
});
