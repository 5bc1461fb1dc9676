import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { JoulegateError } from '../../src/errors/index.ts';
import { cutWindow, type Device, measureEnergy } from '../../src/measure/index.ts';
import { counterModes, describeWithStandIn, removeStandIns } from '../support/nvml-stand-in/stand-in.ts';
import { simulatedVariant } from '../support/simulated-device.ts';
import { GpuLab, standInInfo, startMs } from './gpu-lab.ts';

async function refusal(opening: Promise<unknown>): Promise<JoulegateError> {
  const error = await opening.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof JoulegateError) return error;
  throw new Error('it was opened', { cause: error });
}

/** What voided a window; empty if it is valid. */
/** A /proc whose process 41 descends from this one and 77 does not. */
function procFolder(namespace: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'joulegate-proc-'));
  mkdirSync(join(folder, 'self', 'ns'), { recursive: true });
  symlinkSync(namespace, join(folder, 'self', 'ns', 'pid'));
  for (const [pid, parent, name] of [
    [41, process.pid, 'worker) (x'],
    [77, 1, 'python3'],
    [78, 1, 'trainer'],
  ] as const) {
    mkdirSync(join(folder, String(pid)));
    writeFileSync(join(folder, String(pid), 'stat'), `${pid} (${name}) S ${parent} 1 1 0 -1`);
    writeFileSync(join(folder, String(pid), 'comm'), `${name}\n`);
  }
  return folder;
}

async function voidReasons(lab: GpuLab, meter: Awaited<ReturnType<GpuLab['openMeter']>>) {
  const outcome = await lab.measure(meter);
  return outcome.status === 'void' ? outcome.reasons : [];
}

describeWithStandIn('NVML', () => {
  afterAll(removeStandIns);

  describe('when it is opened', () => {
    it('learns the update period, the resolution and the idle power of the energy counter', async () => {
      const lab = new GpuLab();
      const meter = await lab.openMeter();
      expect(meter.info).toEqual({
        name: 'nvml',
        description: expect.stringMatching(
          /^NVIDIA Stand-in 100, energy counter of NVML \(board, 0\.0 % from its power, power limit 700 W, driver 999\.1\)$/,
        ),
        estimated: false,
        updatePeriodMs: 100,
        resolutionJoules: 0.001,
        idleWatts: expect.closeTo(80, 0),
        sampledPart: null,
        // A step between two polls of 10 ms.
        settledAfterMs: expect.any(Number),
        scope: 'board',
      });
      await meter.close();
    });

    it.each([
      ['a slow counter', { tickMs: 700 }],
      ['a counter that stands still', { counterMode: counterModes.freezes }],
      [
        'a counter and a power reading that stand still',
        { counterMode: counterModes.freezes, rippleWatts: 0 },
      ],
    ])('takes at most 10 s for %s', async (_, state) => {
      const lab = new GpuLab();
      lab.nvml.set(state);
      await lab.open({ choice: 'auto' });
      expect(lab.time.nowMs() - startMs).toBeLessThanOrEqual(10_000);
    });

    it('does not take a GPU that works for an idle one', async () => {
      const lab = new GpuLab();
      lab.nvml.setLoad([{ fromMs: startMs + 300, toMs: startMs + 600, watts: 400 }]);
      expect((await lab.openMeter({ device: { info: standInInfo } })).info.idleWatts).toBe(null);
      // Between loads it rests all the same.
      lab.nvml.setLoad([{ fromMs: lab.time.nowMs() + 300, toMs: lab.time.nowMs() + 600, watts: 40 }]);
      expect((await lab.openMeter()).info.idleWatts).toBeCloseTo(80, -1);
    });

    it('refuses a GPU that works for somebody else, by name', async () => {
      const lab = new GpuLab();
      lab.nvml.set({ tenantWatts: 200, tenantFromMs: 0, tenantUntilMs: 1e9 });
      lab.nvml.setProcesses([{ pid: 77 }]);
      const folder = procFolder('pid:[4026531836]');
      expect((await refusal(lab.open({ procFolder: folder }))).message).toBe(
        'The meter nvml cannot be used: NVIDIA Stand-in 100: it works for 77 (python3) 100 % of the time while nothing of ours runs.',
      );
      lab.nvml.set({ tenantWatts: 0, tenantUntilMs: 0 });
      expect((await lab.open({ procFolder: folder })).reason).toContain(
        '77 (python3) is on it too, at rest when the meter was opened',
      );
      // Without a figure of how busy it is, nobody knows that it rests.
      lab.nvml.set({ utilizationReturn: 3 });
      expect((await refusal(lab.open({ procFolder: folder }))).message).toContain('may be at work on it');
      rmSync(folder, { recursive: true });
    });
  });

  describe('over a stretch', () => {
    it('gives the energy of a launch to the counter’s last digit, although a tick takes 100 ms', async () => {
      const lab = new GpuLab();
      const meter = await lab.openMeter();
      const outcome = await lab.measure(meter);
      if (outcome.status !== 'valid') throw new Error(JSON.stringify(outcome));
      const { joules, netJoules, watts, seconds, relativeResolution, disagreement, conditions } =
        outcome.energy;
      // 380 W for 2 ms a launch.
      expect(watts).toBeCloseTo(380, 0);
      expect(joules / 0.76).toBeCloseTo(1, 2);
      expect((netJoules ?? 0) / 0.6).toBeCloseTo(1, 2);
      expect(seconds).toBeCloseTo(1.6, 1);
      expect(relativeResolution).toBeLessThan(0.02);
      expect(Math.abs(disagreement ?? 1)).toBeLessThan(0.01);
      expect(conditions).toEqual({ smMhz: 1980, memoryMhz: 3201, celsius: 40, powerCappedPart: 0 });
    });

    it('reads from before the first launch until after the last one', async () => {
      const lab = new GpuLab();
      const meter = await lab.openMeter();
      const session = await meter.start();
      const outcome = await lab.run({} as never, 400);
      if (!outcome.ok) throw new Error('it ran');
      const readings = await session.stop(outcome.value);
      const { completions } = outcome.value;
      expect(readings[0]?.timeMs).toBeLessThanOrEqual(completions[0]?.timeMs ?? 0);
      expect(readings.at(-1)?.timeMs).toBeGreaterThanOrEqual(completions.at(-1)?.timeMs ?? 0);
      expect(new Set(readings.map(({ joules }) => joules)).size).toBeGreaterThanOrEqual(4);
      expect(session.disturbances?.()).toEqual([]);
    });

    it('records that the power limit holds clocks down, and counts the window', async () => {
      const lab = new GpuLab();
      const meter = await lab.openMeter();
      lab.nvml.set({ reasons: 0x4, smMhzLater: 1500, smLaterAtMs: lab.time.nowMs() + 1200 });
      const outcome = await lab.measure(meter);
      expect(outcome).toMatchObject({ status: 'valid', energy: { conditions: { powerCappedPart: 1 } } });
    });
  });

  describe('voids a window', () => {
    it.each([
      ['a software thermal slowdown', 0x20, 'software thermal slowdown of the GPU'],
      ['a hardware thermal slowdown', 0x48, 'hardware thermal slowdown of the GPU'],
      ['a hardware slowdown', 0x8, 'hardware slowdown of the GPU'],
      ['a power brake', 0x88, 'power brake slowdown of the GPU'],
    ])('on %s', async (_, reasons, expected) => {
      const lab = new GpuLab();
      const meter = await lab.openMeter();
      const nowMs = lab.time.nowMs();
      lab.nvml.set({ reasons, reasonsFromMs: nowMs + 1000, reasonsUntilMs: nowMs + 1e6 });
      expect(await voidReasons(lab, meter)).toEqual([expected, expected]);
    });

    it('on a slowdown too short to be seen, by the time the GPU counts for it', async () => {
      const lab = new GpuLab();
      const meter = await lab.openMeter();
      const nowMs = lab.time.nowMs();
      lab.nvml.set({ reasons: 0x40, reasonsFromMs: nowMs + 101, reasonsUntilMs: nowMs + 101.5 });
      const session = await meter.start();
      const outcome = await lab.run({} as never, 400);
      if (outcome.ok) await session.stop(outcome.value);
      expect(session.disturbances?.()).toEqual(['hardware thermal slowdown of the GPU']);
    });

    it('on a clock that shifts without a power limit', async () => {
      const lab = new GpuLab();
      const meter = await lab.openMeter();
      const session = await meter.start();
      lab.nvml.set({ smMhzLater: 1200, smLaterAtMs: lab.time.nowMs() + 1400 });
      const outcome = await lab.run({} as never, 2000);
      if (outcome.ok) await session.stop(outcome.value);
      expect(session.disturbances?.()).toEqual(['the SM clock shifted from 1980 to 1200 MHz']);
    });

    it('on a counter that stands still', async () => {
      const lab = new GpuLab();
      const meter = await lab.openMeter();
      lab.nvml.set({ counterMode: counterModes.freezes, counterModeAtMs: lab.time.nowMs() + 900 });
      const reasons = await voidReasons(lab, meter);
      expect(reasons[0]).toMatch(/^the energy counter stood still for \d+ ms$/);
      expect(reasons[1]).toBe('the energy counter stood still');
    });

    it.each([
      ['starts again from 0', counterModes.resets],
      ['goes back', counterModes.goesBack],
    ])('on a counter that %s', async (_, counterMode) => {
      const lab = new GpuLab();
      const meter = await lab.openMeter();
      lab.nvml.set({ counterMode, counterModeAtMs: lab.time.nowMs() + 900 });
      const session = await meter.start();
      const outcome = await lab.run({} as never, 2000);
      if (!outcome.ok) throw new Error('it ran');
      const readings = await session.stop(outcome.value);
      const { completions } = outcome.value;
      const options = { preheatMs: 500, windowMs: 1500 };
      expect(cutWindow({ completions, readings, meter: meter.info, options })).toEqual({
        ok: false,
        reason: 'the energy counter went back',
      });
      // The next one is all after the jump, and right.
      expect(await voidReasons(lab, meter)).toEqual([]);
    });

    it('on a counter that can no longer be read, leaving latency alone', async () => {
      const lab = new GpuLab();
      const meter = await lab.openMeter();
      lab.nvml.set({
        counterMode: counterModes.fails,
        counterReturn: 15,
        counterModeAtMs: lab.time.nowMs() + 900,
      });
      const why = 'the energy counter of NVML could not be read: the GPU has fallen off the bus (NVML 15)';
      expect(await lab.measure(meter)).toEqual({ status: 'void', reasons: [why, why], disturbed: false });
    });

    it('in which counter and integrated power contradict each other', async () => {
      const lab = new GpuLab();
      const meter = await lab.openMeter();
      lab.nvml.set({ counterScale: 0.57 });
      expect(await voidReasons(lab, meter)).toEqual(
        Array(2).fill('the energy counter and the power beside it contradict each other by 75 %'),
      );
    });

    it('while somebody else works on the board, before the launches or after', async () => {
      const lab = new GpuLab();
      const meter = await lab.openMeter();
      lab.nvml.set({ tenantWatts: 60, tenantFromMs: lab.time.nowMs(), tenantUntilMs: 1e9 });
      const reason =
        'something else is at work on NVIDIA Stand-in 100: 140 W while nothing of ours ran, 80 W before';
      expect(await voidReasons(lab, meter)).toEqual([reason]);
      // It comes with the preheating and stays: nothing changes within the window.
      lab.nvml.set({ tenantFromMs: lab.time.nowMs() + 250 });
      expect(await voidReasons(lab, meter)).toEqual([reason]);
      lab.nvml.set({ tenantWatts: 0 });
      expect(await voidReasons(lab, meter)).toEqual([]);
    });

    it('of a program whose loads do not show, and of no other for that', async () => {
      const lab = new GpuLab();
      const meter = await lab.openMeter({ device: { info: standInInfo } });
      const measure = (watts: number, id: string) => {
        lab.watts = watts;
        const variant = { ...simulatedVariant(id), command: {} as never };
        const options = { preheatMs: 500, windowMs: 1500 };
        return measureEnergy({ device: { run: lab.run } as Device, meter, variant, options });
      };
      expect(await measure(0, 'idle')).toMatchObject({
        status: 'void',
        reasons: [expect.stringMatching(/does not show what is measured.*name its sensor$/)],
      });
      expect(await measure(300, 'busy')).toMatchObject({ status: 'valid' });
    });

    it('in which the counter jumps by one update’s worth, and counts the next', async () => {
      const lab = new GpuLab();
      const meter = await lab.openMeter();
      lab.nvml.set({ jumpJoules: 38, jumpAtMs: lab.time.nowMs() + 1250 });
      const outcome = await lab.measure(meter);
      if (outcome.status !== 'valid') throw new Error(JSON.stringify(outcome));
      expect(outcome.energy.joules).toBeCloseTo(0.76, 3);
    });
  });

  describe('with a counter that is wrong all along', () => {
    it.each([0.57, 0.96, 1.04, 2])(
      '%d times what was drawn, adds its power up and says so',
      async (counterScale) => {
        const lab = new GpuLab();
        lab.nvml.set({ counterScale });
        const meter = await lab.openMeter();
        const percent = (100 * Math.abs(counterScale - 1)).toFixed(1);
        expect(meter.info.description).toContain(
          `added up because its counter says ${percent} % ${counterScale > 1 ? 'more' : 'less'} under load (board, unchecked`,
        );
        const outcome = await lab.measure(meter);
        if (outcome.status !== 'valid') throw new Error(JSON.stringify(outcome));
        expect(outcome.energy.joules).toBeCloseTo(0.76, 3);
      },
    );
  });

  describe('on a module of a GPU and a CPU', () => {
    it('checks the counter, which includes both, by the power of both', async () => {
      const lab = new GpuLab();
      lab.nvml.set({ name: 200, hostWatts: 120 });
      const meter = await lab.openMeter();
      expect(meter.info.description).toMatch(
        /^NVIDIA Stand-in GH200, energy counter of NVML \(module, 0\.\d % from its power, /,
      );
      expect(meter.info.scope).toBe('module');
      const outcome = await lab.measure(meter);
      if (outcome.status !== 'valid') throw new Error(JSON.stringify(outcome));
      expect(outcome.energy.watts).toBeCloseTo(500, 0);
      expect(outcome.energy.netJoules ?? 0).toBeCloseTo(0.6, 2);
    });

    it('checks it by nothing where the driver tells the GPU’s power alone', async () => {
      const lab = new GpuLab();
      lab.nvml.set({ name: 200, hostWatts: 120, moduleReturn: 3 });
      const meter = await lab.openMeter();
      expect(meter.info.description).toMatch(/, energy counter of NVML \(module, unchecked, /);
      const outcome = await lab.measure(meter);
      if (outcome.status !== 'valid') throw new Error(JSON.stringify(outcome));
      expect(outcome.energy.watts).toBeCloseTo(500, 0);
    });

    it('says whose power is added up where there is no counter', async () => {
      const lab = new GpuLab();
      lab.nvml.set({ name: 200, hostWatts: 120, counterReturn: 3 });
      const whole = await lab.openMeter();
      expect(whole.info.description).toMatch(
        /, instantaneous power of the module of NVML added up \(module, /,
      );
      expect(whole.info.idleWatts).toBeCloseTo(200, 0);
      lab.nvml.set({ moduleReturn: 3 });
      const gpu = await lab.openMeter();
      expect(gpu.info.description).toMatch(/, instantaneous power of NVML added up \(GPU, /);
      expect(gpu.info.idleWatts).toBeCloseTo(80, 0);
    });
  });

  describe('without a counter', () => {
    it('adds instantaneous power up where the counter reads 0, and says so', async () => {
      const lab = new GpuLab();
      lab.nvml.set({ counterMode: counterModes.zero });
      const meter = await lab.openMeter();
      expect(meter.info.description).toContain(
        'instantaneous power of NVML added up because its energy counter reads 0',
      );
      // Hopper looks 25 of every 100 ms.
      expect(meter.info.sampledPart).toBe(0.25);
      const outcome = await lab.measure(meter);
      if (outcome.status !== 'valid') throw new Error(JSON.stringify(outcome));
      expect(outcome.energy.watts).toBeCloseTo(380, 0);
      expect(outcome.energy.joules / 0.76).toBeCloseTo(1, 2);
    });

    it('adds power up where an old driver has neither counter nor fields', async () => {
      const lab = new GpuLab({ driver: 'old' });
      lab.nvml.set({ averageMs: 20, powerPeriodMs: 20 });
      const meter = await lab.openMeter();
      expect(meter.info).toMatchObject({
        description:
          'NVIDIA Stand-in 100, power of NVML added up (board, unchecked, power limit 700 W, driver 999.1)',
        idleWatts: expect.closeTo(80, 0),
      });
      const outcome = await lab.measure(meter);
      expect(outcome.status === 'valid' && outcome.energy.watts).toBeCloseTo(380, 0);
    });

    it('refuses to add up a mean over a second', async () => {
      const lab = new GpuLab();
      lab.nvml.set({ counterReturn: 3, fieldReturn: 3 });
      const error = await refusal(lab.open());
      expect(error.kind).toBe('could-not-measure');
      expect(error.message).toContain(
        'it has no energy counter, and its mean power of NVML is an average over so long',
      );
    });

    it('voids a window in which the power reading stands still', async () => {
      const lab = new GpuLab();
      lab.nvml.set({ counterMode: counterModes.zero, rippleWatts: 0 });
      const meter = await lab.openMeter();
      const outcome = await lab.measure(meter, { preheatMs: 500, windowMs: 3000 });
      expect(outcome).toMatchObject({
        status: 'void',
        disturbed: false,
        reasons: Array(2).fill('the power reading stood still for more than 1500 ms'),
      });
    });
  });

  describe('says why it cannot be used', () => {
    it.each([
      [
        'without permission',
        (lab: GpuLab) => lab.nvml.set({ counterReturn: 4, fieldReturn: 4, powerReturn: 4 }),
      ],
    ])('%s', async (_, prepare) => {
      const lab = new GpuLab();
      prepare(lab);
      const error = await refusal(lab.open());
      expect(error.kind).toBe('could-not-measure');
      expect(error.message).toContain('no permission (NVML 4)');
    });

    it('when the driver is not loaded', async () => {
      const lab = new GpuLab();
      lab.nvml.setGlobal('initReturn', 9);
      expect((await refusal(lab.open())).message).toBe(
        'The meter nvml cannot be used: NVML does not start: the NVIDIA driver is not loaded (NVML 9).',
      );
    });

    it('when the library is missing, or is another one', async () => {
      const lab = new GpuLab();
      const missing = await refusal(lab.open({ nvmlLibrary: 'libnvidia-ml-missing.so.1' }));
      expect(missing.kind).toBe('could-not-measure');
      expect(missing.message).toContain('libnvidia-ml-missing.so.1 cannot be loaded');
      const other = await refusal(lab.open({ nvmlLibrary: 'libm.so.6' }));
      expect(other.message).toContain('libm.so.6 is no NVML');
    });

    it('when MIG is on or the GPU is shared between virtual machines', async () => {
      const lab = new GpuLab();
      lab.nvml.set({ migMode: 1 });
      expect((await refusal(lab.open())).message).toContain('MIG is on');
      lab.nvml.set({ migMode: 0, virtualization: 2 });
      expect((await refusal(lab.open())).message).toContain('shared between virtual machines');
      lab.nvml.set({ virtualization: 1 });
      await (await lab.openMeter()).close();
    });

    it('and leaves it at that if any meter would do', async () => {
      const lab = new GpuLab();
      lab.nvml.set({ migMode: 1 });
      const { meter, reason } = await lab.open({ choice: 'auto' });
      expect(meter).toBe(null);
      expect(reason).toContain('no nvml: NVIDIA Stand-in 100: MIG is on');
      expect(reason).toContain('no amdgpu: nvidia-stand-in-100 is not AMD’s');
    });
  });

  describe('finds the adapter’s sensor', () => {
    it('by name', async () => {
      const lab = new GpuLab({ gpus: 2 });
      lab.nvml.set({ name: 200 }, 0);
      lab.gpu = 1;
      const { reason } = await lab.open();
      expect(reason).toMatch(
        /^NVIDIA Stand-in 100 was picked because its name is the adapter’s; four loads showed in its power, 80 W without and 380 W with one, within \d+ ms/,
      );
      expect((await lab.openMeter({ sensor: '1' })).info.description).toContain('Stand-in 100');
    });

    it('by a burst of load if two have one name', async () => {
      const lab = new GpuLab({ gpus: 2 });
      lab.gpu = 1;
      lab.nvml.set({ idleWatts: 120, limitWatts: 500 }, 1);
      const { meter, reason } = await lab.open();
      expect(reason).toContain('picked because of several its power alone followed loads on the device');
      expect(reason).toContain('120 W without and 420 W with one');
      expect(meter?.info.description).toContain('power limit 500 W');
    });

    it('not if the burst shows in both or in none, and then says how to name it', async () => {
      const lab = new GpuLab({ gpus: 2 });
      const run = async () => ({ ok: true as const, value: { variant: {} as never, completions: [] } });
      const error = await refusal(lab.open({ choice: 'auto', device: { info: standInInfo, run } }));
      expect(error.kind).toBe('could-not-measure');
      expect(error.code).toBe('ambiguous-sensor');
      expect(error.nextStep).toBe(
        'Name the sensor: 0 (NVIDIA Stand-in 100, GPU-00000000-0000-0000-0000-000000000000, 00000000:01:00.0), ' +
          '1 (NVIDIA Stand-in 100, GPU-00000000-0000-0000-0000-000000000001, 00000000:02:00.0).',
      );
      const nothing = { info: standInInfo };
      expect((await refusal(lab.open({ device: nothing }))).code).toBe('ambiguous-sensor');
    });

    it.each(['1', 'GPU-00000000-0000-0000-0000-000000000001', '00000000:02:00.0'])(
      'as %s',
      async (sensor) => {
        const lab = new GpuLab({ gpus: 2 });
        lab.nvml.set({ limitWatts: 500 }, 1);
        lab.gpu = 1;
        expect((await lab.openMeter({ sensor })).info.description).toContain('power limit 500 W');
      },
    );

    it('not although it is named, or the only one, if loads do not show in it', async () => {
      const two = new GpuLab({ gpus: 2 });
      expect((await refusal(two.open({ sensor: '1' }))).message).toMatch(
        /loads that ran on the device did not show in its power: 80 W without, 80 W with one, and that explains \d+ %/,
      );
      const other = { ...standInInfo, device: 'another', description: 'Another' };
      const lab = new GpuLab();
      expect((await refusal(lab.open({ device: { info: other } }))).message).toContain(
        'NVIDIA Stand-in 100 is not called as Another, and no load told whether it is its sensor',
      );
      // Names may be written in other ways: what a load shows counts.
      await (await lab.openMeter({ device: { info: other, run: lab.run } })).close();
    });

    it('not under a name that none has', async () => {
      const error = await refusal(new GpuLab().open({ sensor: '7' }));
      expect(error.kind).toBe('bad-input');
      expect(error.code).toBe('unknown-sensor');
    });

    it('among those it may open', async () => {
      const lab = new GpuLab({ gpus: 2 });
      lab.nvml.set({ handleReturn: 4 }, 0);
      lab.gpu = 1;
      expect((await lab.open()).reason).toContain('GPU 0: no permission (NVML 4)');
    });
  });

  describe('notices processes', () => {
    async function disturbances(
      lab: GpuLab,
      namespace: string,
      processes: (nowMs: number) => Parameters<GpuLab['nvml']['setProcesses']>[0],
    ) {
      const folder = procFolder(namespace);
      try {
        const meter = await lab.openMeter({ procFolder: folder });
        lab.nvml.setProcesses(processes(lab.time.nowMs()));
        const session = await meter.start();
        const outcome = await lab.run({} as never, 400);
        if (outcome.ok) await session.stop(outcome.value);
        return session.disturbances?.();
      } finally {
        rmSync(folder, { recursive: true });
      }
    }

    const host = 'pid:[4026531836]';
    const container = 'pid:[4026532999]';

    it('that came since the meter was opened, own ones exempt', async () => {
      const lab = new GpuLab();
      lab.nvml.setProcesses([{ pid: 78 }]);
      expect(await disturbances(lab, host, () => [{ pid: 78 }, { pid: 41 }, { pid: 77 }])).toEqual([
        'a new process came onto the GPU: 77 (python3)',
      ]);
    });

    it('that came during the stretch, where ids are of another namespace and none is known as our own', async () => {
      const lab = new GpuLab();
      const came = (nowMs: number) => [{ pid: 41 }, { pid: 77, fromMs: nowMs + 100 }];
      expect(await disturbances(lab, container, came)).toEqual([
        'a new process came onto the GPU: of another process namespace',
      ]);
      expect(await disturbances(new GpuLab(), container, () => [{ pid: 41 }, { pid: 77 }])).toEqual([]);
    });

    it('on old drivers too', async () => {
      const lab = new GpuLab({ driver: 'old' });
      lab.nvml.set({ averageMs: 20 });
      expect(await disturbances(lab, host, () => [{ pid: 41 }, { pid: 77 }])).toEqual([
        'a new process came onto the GPU: 77 (python3)',
      ]);
    });

    it('or says that it cannot', async () => {
      const lab = new GpuLab();
      lab.nvml.set({ processReturn: 4 });
      expect((await lab.open()).reason).toContain(
        'other processes on it cannot be noticed: no permission (NVML 4)',
      );
    });
  });

  it('samples in real time without being driven', async () => {
    const lab = new GpuLab();
    lab.nvml.setGlobal('timeMs', -1);
    lab.nvml.set({ tickMs: 10 });
    const { systemTime } = await import('../../src/meter/index.ts');
    const meter = await lab.openMeter({ time: systemTime, device: { info: standInInfo } });
    expect(meter.info.updatePeriodMs).toBeGreaterThan(0);
    const session = await meter.start();
    const begin = systemTime.nowMs();
    await systemTime.sleep(60);
    const readings = await session.stop({
      variant: {} as never,
      completions: [
        { timeMs: begin, launches: 0, cpuSeconds: null },
        { timeMs: systemTime.nowMs(), launches: 1, cpuSeconds: null },
      ],
    });
    await meter.close();
    expect(readings[0]?.timeMs).toBeLessThanOrEqual(begin);
    const times = readings.map(({ timeMs }) => timeMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(readings.at(-1)?.joules).toBeGreaterThan(readings[0]?.joules ?? 0);
  });
});
