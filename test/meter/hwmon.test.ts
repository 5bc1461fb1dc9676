import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { measureEnergy } from '../../src/measure/index.ts';
import { openMeter } from '../../src/meter/index.ts';
import { simulatedVariant } from '../support/simulated-device.ts';
import { adapterOf, HwmonTree, setAttribute } from './hwmon-tree.ts';

let tree: HwmonTree;
beforeEach(() => {
  tree = new HwmonTree();
});
afterEach(() => tree.remove());

const arc = adapterOf('intel', 'Arc B580');
const radeon = adapterOf('amd', 'Radeon RX 7900 XTX');

function open(
  choice: 'amdgpu' | 'intel' | 'auto',
  info = choice === 'amdgpu' ? radeon : arc,
  sensor?: string,
) {
  return openMeter({ choice, device: { info }, sysfsFolder: tree.folder, time: tree.time, sensor });
}

/** A launch runs. */
let busy = false;

/** Energy of a kernel of 2 ms a launch. */
async function measure(meter: NonNullable<Awaited<ReturnType<typeof openMeter>>['meter']>) {
  const run = async (_: unknown, durationMs: number) => {
    const fromMs = tree.time.nowMs();
    busy = true;
    tree.time.hold(true);
    await tree.time.run(durationMs);
    tree.time.hold(false);
    busy = false;
    const completions = Array.from({ length: durationMs / 20 }, (__, i) => ({
      timeMs: fromMs + 20 * i,
      launches: 10 * i,
      cpuSeconds: null,
    }));
    return { ok: true as const, value: { variant: simulatedVariant('kernel'), completions } };
  };
  const device = { run } as unknown as Parameters<typeof measureEnergy>[0]['device'];
  const options = { preheatMs: 500, windowMs: 1000 };
  const outcome = await measureEnergy({ device, meter, variant: simulatedVariant('kernel'), options });
  if (outcome.status !== 'valid') throw new Error(JSON.stringify(outcome));
  return outcome.energy;
}

describe('the intel meter', () => {
  /** A counter of microjoules that moves every 20 ms. */
  function counting(hwmon: string, watts: number, name = 'energy1_input') {
    let ticks = 0;
    let microjoules = 5e9;
    return (nowMs: number) => {
      for (const now = Math.floor(nowMs / 20); ticks < now; ticks++) {
        if (ticks > 0) microjoules += 20e3 * (busy ? 4 * watts : watts);
        else ticks = now - 1;
      }
      setAttribute(hwmon, name, Math.round(microjoules));
    };
  }

  it('reads the energy counter of a discrete GPU', async () => {
    const hwmon = tree.addCard('0000:03:00.0', {
      name: 'i915',
      energy1_input: '5000000',
      power1_cap: '190000000',
    });
    tree.onTime = counting(hwmon, 40);
    const { meter, reason } = await open('intel');
    expect(meter?.info).toMatchObject({
      name: 'intel',
      description: 'Intel card0 at 0000:03:00.0, energy counter (board, unchecked, power limit 190 W)',
      estimated: false,
      updatePeriodMs: 20,
    });
    // A tick of 20 ms is seen up to 2 ms late.
    expect(Math.abs((meter?.info.idleWatts ?? 0) / 40 - 1)).toBeLessThan(0.01);
    expect(reason).toBe(
      'Intel card0 at 0000:03:00.0 was picked because it is the only one; whether it sees the device will be told by the first launches; who else is on it cannot be told',
    );
    if (meter !== null) expect(Math.abs((await measure(meter)).watts / 160 - 1)).toBeLessThan(0.01);
  });

  it('prefers the whole card’s counter to the package’s', async () => {
    const hwmon = tree.addCard('0000:03:00.0', {
      name: 'xe',
      energy1_input: '5000000',
      energy1_label: 'pkg',
      energy2_input: '7000000',
      energy2_label: 'card',
    });
    tree.onTime = counting(hwmon, 60, 'energy2_input');
    expect((await open('intel')).meter?.info).toMatchObject({
      description: "Intel card0 at 0000:03:00.0, energy counter 'card' (board, unchecked)",
      scope: 'board',
    });
  });

  it('takes the package’s where the card’s stays at 0', async () => {
    const hwmon = tree.addCard('0000:03:00.0', {
      name: 'xe',
      energy1_input: '0',
      energy1_label: 'card',
      energy2_input: '7000000',
      energy2_label: 'pkg',
    });
    tree.onTime = counting(hwmon, 60, 'energy2_input');
    expect((await open('intel')).meter?.info).toMatchObject({
      description: "Intel card0 at 0000:03:00.0, energy counter 'pkg' (package, unchecked)",
      scope: 'package',
    });
  });

  it('measures nothing on a card that rests while the device works elsewhere', async () => {
    const hwmon = tree.addCard('0000:03:00.0', { name: 'i915', energy1_input: '5000000' });
    const resting = counting(hwmon, 30);
    tree.onTime = (nowMs) => {
      busy = false;
      resting(nowMs);
    };
    const { meter } = await open('intel');
    if (meter === null) throw new Error('it opens: nothing ran yet');
    await expect(measure(meter)).rejects.toThrow(
      /Intel card0 at 0000:03:00.0 does not show what is measured: its power did not move, or could not be read, while loads ran/,
    );
  });

  it('does not take a counter that reads 0, or no number, for energy', async () => {
    const hwmon = tree.addCard('0000:03:00.0', { name: 'i915', energy1_input: '0' });
    const zero = await open('auto');
    expect(zero.meter).toBe(null);
    expect(zero.reason).toContain(
      'no intel: Intel card0 at 0000:03:00.0: its energy counter reads 0, and it has no power reading',
    );
    setAttribute(hwmon, 'energy1_input', '12 J');
    expect((await open('auto')).reason).toContain("says '12 J', which is no integer");
  });

  it.skipIf(process.getuid?.() === 0)('says that it may not read it', async () => {
    const hwmon = tree.addCard('0000:03:00.0', { name: 'i915', energy1_input: '1' });
    chmodSync(join(hwmon, 'energy1_input'), 0);
    expect((await open('auto')).reason).toContain('no permission to read');
  });

  it('passes over cards and connectors without a sensor, and other drivers’', async () => {
    tree.addCard('0000:00:02.0', { name: 'nvme', energy1_input: '1' });
    expect((await open('auto')).reason).toContain('has a sensor of the driver i915 or xe');
  });
});

describe('the amdgpu meter', () => {
  it('adds up the power that the driver states', async () => {
    const hwmon = tree.addCard('0000:0a:00.0', { name: 'amdgpu', power1_average: '90000000' });
    // Moves every 50 ms, by less than it rounds to from time to time.
    tree.onTime = (nowMs) =>
      setAttribute(hwmon, 'power1_average', 1e6 * ((busy ? 200 : 60) + (Math.floor(nowMs / 50) % 2)));
    const { meter } = await open('amdgpu');
    expect(meter?.info).toMatchObject({
      name: 'amdgpu',
      description: 'AMD card0 at 0000:0a:00.0, average power added up (board, unchecked)',
      updatePeriodMs: 50,
      estimated: false,
    });
    if (meter !== null) expect((await measure(meter)).joules).toBeCloseTo(0.401, 2);
  });

  it('prefers instantaneous power', async () => {
    tree.addCard('0000:0a:00.0', { name: 'amdgpu', power1_average: '90000000', power1_input: '95000000' });
    expect((await open('amdgpu')).meter?.info.description).toBe(
      'AMD card0 at 0000:0a:00.0, power added up (board, unchecked)',
    );
  });

  it('knows a card by its product name', async () => {
    tree.addCard('0000:0a:00.0', { name: 'amdgpu', power1_average: '20000000' }, 'Radeon 780M');
    tree.addCard('0000:0b:00.0', { name: 'amdgpu', power1_average: '90000000' }, 'AMD Radeon RX 7900 XTX');
    expect((await open('amdgpu')).reason).toContain(
      'AMD Radeon RX 7900 XTX was picked because its name is the adapter’s',
    );
  });

  it.each(['card1', '0000:0b:00.0'])('takes the card that was named: %s', async (sensor) => {
    tree.addCard('0000:0a:00.0', { name: 'amdgpu', power1_average: '20000000' });
    tree.addCard('0000:0b:00.0', { name: 'amdgpu', power1_average: '90000000' });
    expect((await open('amdgpu', radeon, sensor)).meter?.info.description).toContain('0000:0b:00.0');
    await expect(open('amdgpu')).rejects.toMatchObject({ code: 'ambiguous-sensor' });
  });

  it.each([100, 400])('waits for an average that follows a load with %d ms', async (constantMs) => {
    const hwmon = tree.addCard('0000:0a:00.0', { name: 'amdgpu', power1_average: '30000000' });
    let [watts, lastMs] = [30, tree.time.nowMs()];
    tree.onTime = (nowMs) => {
      watts += ((busy ? 330 : 30) - watts) * (1 - Math.exp((lastMs - nowMs) / constantMs));
      lastMs = nowMs;
      // Some boards' averages hold more than others: no two readings are alike.
      setAttribute(hwmon, 'power1_average', Math.round(1e6 * (watts + 0.2 * Math.sin(nowMs))));
    };
    const { meter } = await open('amdgpu');
    if (meter === null) throw new Error('no meter');
    expect((await measure(meter)).joules).toBeCloseTo(0.66, 2);
    expect((meter.info.settledAfterMs ?? 0) / (5.3 * constantMs)).toBeCloseTo(1, 0);
  });

  it('calls the power of an APU its package’s, and says when the limit holds it', async () => {
    const apu = { name: 'amdgpu', power1_input: '12000000', freq1_input: '2700000000', temp1_input: '50000' };
    tree.addCard('0000:c4:00.0', apu);
    expect((await open('amdgpu')).meter?.info.scope).toBe('package');
    const board = { ...apu, power1_cap: '339000000', power1_input: '336000000', freq1_input: '2400000000' };
    tree.addCard('0000:0a:00.0', board);
    const { meter } = await open('amdgpu', radeon, '0000:0a:00.0');
    expect(meter?.info.scope).toBe('board');
    const session = await meter?.start();
    const fromMs = tree.time.nowMs();
    tree.time.hold(true);
    await tree.time.run(500);
    tree.time.hold(false);
    const completions = [0, 500].map((ms) => ({ timeMs: fromMs + ms, launches: ms, cpuSeconds: null }));
    await session?.stop({ variant: simulatedVariant('kernel'), completions });
    expect(session?.evidence?.().conditions?.powerCappedPart).toBe(1);
  });

  it('voids what was measured while a clock shifted', async () => {
    const hwmon = tree.addCard('0000:0a:00.0', {
      name: 'amdgpu',
      power1_average: '90000000',
      freq1_input: '2400000000',
    });
    const { meter } = await open('amdgpu');
    const session = await meter?.start();
    const fromMs = tree.time.nowMs();
    tree.onTime = (nowMs) => setAttribute(hwmon, 'freq1_input', nowMs < fromMs + 700 ? 2.4e9 : 1.8e9);
    tree.time.hold(true);
    await tree.time.run(1000);
    tree.time.hold(false);
    const completion = { launches: 0, cpuSeconds: null };
    await session?.stop({
      variant: simulatedVariant('kernel'),
      completions: [
        { ...completion, timeMs: fromMs },
        { ...completion, timeMs: fromMs + 1000, launches: 10 },
      ],
    });
    expect(session?.disturbances?.()).toEqual(['the SM clock shifted from 2400 to 1800 MHz']);
    expect(session?.evidence?.().conditions?.powerCappedPart).toBe(null);
  });
});
