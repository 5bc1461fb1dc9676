import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeviceInfo, Meter } from '../../src/measure/index.ts';
import { openMeter } from '../../src/meter/index.ts';
import { isFull, itInFull, sampled } from '../support/full.ts';
import { standInInfo } from './gpu-lab.ts';
import { adapterOf, HwmonTree, setAttribute } from './hwmon-tree.ts';

let tree: HwmonTree;
beforeEach(() => {
  tree = new HwmonTree();
});
afterEach(() => tree.remove());

const orin = adapterOf('nvidia', 'NVIDIA Tegra Orin (nvgpu)');

function open(choice: 'jetson' | 'auto' = 'jetson', info: DeviceInfo = orin, sensor?: string) {
  const nvmlLibrary = '/nowhere/libnvidia-ml.so.1';
  const where = { sysfsFolder: tree.folder, time: tree.time, sensor };
  return openMeter({ choice, device: { info }, ...where, ...(choice === 'auto' ? { nvmlLibrary } : {}) });
}

async function opened(sensor?: string): Promise<Meter> {
  const { meter, reason } = await open('jetson', orin, sensor);
  if (meter === null) throw new Error(reason);
  return meter;
}

type Channels = Readonly<Record<string, { readonly idle: number; readonly load: number }>>;

/** An INA3221 whose channels draw watts at 5 V, new ones every 20 ms and never twice the same. */
function ina3221(channels: Channels): void {
  const labels = Object.keys(channels).map((label, i) => [`in${i + 1}_label`, label] as const);
  const hwmon = tree.addMonitor({ name: 'ina3221', ...Object.fromEntries(labels) });
  const before = tree.onTime;
  tree.onTime = (nowMs) => {
    before(nowMs);
    Object.values(channels).forEach(({ idle, load }, i) => {
      const milliwatts = 1000 * (tree.busy ? load : idle) + 10 * (Math.floor(nowMs / 20) % 3);
      setAttribute(hwmon, `in${i + 1}_input`, 5000);
      setAttribute(hwmon, `curr${i + 1}_input`, Math.round(milliwatts / 5));
    });
  };
  tree.onTime(tree.time.nowMs());
}

const orinNano: Channels = {
  VDD_IN: { idle: 6, load: 15 },
  VDD_CPU_GPU_CV: { idle: 1, load: 7 },
  VDD_SOC: { idle: 2, load: 4 },
};

describe('the jetson meter', () => {
  it('adds up power of the module’s input, from millivolts and milliamperes', async () => {
    ina3221(orinNano);
    const { meter, reason } = await open();
    expect(meter?.info).toMatchObject({
      name: 'jetson',
      description: 'Jetson rail VDD_IN, power added up (module, unchecked)',
      ...{ estimated: false, scope: 'module', updatePeriodMs: 20 },
    });
    expect(meter?.info.idleWatts).toBeCloseTo(6, 1);
    expect(reason).toContain('; it has more on it than VDD_CPU_GPU_CV');
    if (meter !== null) expect(await tree.measuredWatts(meter)).toBeCloseTo(15, 1);
  });

  it.each(sampled(['VDD_CPU_GPU_CV', 'vdd_cpu_gpu_cv']))(
    'takes the rail that was named: %s',
    async (sensor) => {
      ina3221(orinNano);
      const meter = await opened(sensor);
      expect(meter.info).toMatchObject({
        description: 'Jetson rail VDD_CPU_GPU_CV, power added up (package, unchecked)',
        scope: 'package',
      });
      expect(await tree.measuredWatts(meter)).toBeCloseTo(7, 1);
    },
  );

  it('names the rails that the GPU is on if there is none of that name', async () => {
    ina3221(orinNano);
    await expect(open('jetson', orin, 'VDD_SOC')).rejects.toMatchObject({
      code: 'unknown-sensor',
      nextStep: 'Name one of VDD_IN (Jetson rail VDD_IN), VDD_CPU_GPU_CV (Jetson rail VDD_CPU_GPU_CV).',
    });
  });

  it.each(
    sampled([
      ['AGX Orin', ['NC', 'VIN_SYS_5V0', 'VDD_GPU_SOC'], 'VDD_GPU_SOC', 'package'],
      ['AGX Xavier', ['SOC', 'GPU', 'CPU'], 'GPU', 'GPU'],
      ['Orin NX', ['VDD_SOC', 'VDD_CPU_GPU_CV', 'VDD_IN'], 'VDD_IN', 'module'],
    ]),
  )('finds the rail of a Jetson %s', async (_, labels, label, scope) => {
    tree.addMonitor({ name: 'nvme', in1_label: 'VDD_IN', power1_input: '9000000' });
    ina3221(Object.fromEntries(labels.map((name) => [name, { idle: 3, load: 9 }])));
    expect((await opened()).info).toMatchObject({
      description: `Jetson rail ${label}, power added up (${scope}, unchecked)`,
      scope,
    });
  });

  itInFull('reads the power that an INA238 states', async () => {
    ina3221({ VDD_GPU: { idle: 3, load: 40 } });
    const hwmon = tree.addMonitor({ name: 'ina238', label: 'VIN', power1_input: '23000000' });
    setAttribute(hwmon, 'in1_input', 20000);
    setAttribute(hwmon, 'curr1_input', 9999);
    const before = tree.onTime;
    tree.onTime = (nowMs) => {
      before(nowMs);
      setAttribute(hwmon, 'power1_input', (tree.busy ? 60e6 : 23e6) + 1000 * (Math.floor(nowMs / 20) % 3));
    };
    const meter = await opened();
    expect(meter.info.description).toBe('Jetson rail VIN, power added up (module, unchecked)');
    expect(await tree.measuredWatts(meter)).toBeCloseTo(60, 1);
  });

  it.runIf(isFull)('measures nothing on a rail that rests while the GPU works', async () => {
    ina3221({ VDD_GPU_SOC: { idle: 3, load: 3 } });
    const meter = await opened();
    expect(await tree.measure(meter)).toMatchObject({
      status: 'void',
      reasons: [expect.stringContaining('Jetson rail VDD_GPU_SOC does not show what is measured')],
    });
  });

  it('takes no rail that reads 0 W, or cannot be read, for one without energy', async () => {
    ina3221({ VDD_GPU: { idle: 0, load: 0 } });
    tree.onTime = () => undefined;
    const hwmon = `${tree.folder}/class/hwmon/hwmon0`;
    setAttribute(hwmon, 'curr1_input', 0);
    await expect(open()).rejects.toMatchObject({
      code: 'missing-meter',
      message: expect.stringContaining(
        'Jetson rail VDD_GPU: it has no energy counter, and its power reads 0 W',
      ),
    });
    setAttribute(hwmon, 'curr1_input', 'none');
    await expect(open()).rejects.toThrow(/says 'none', which is no integer/);
  });

  it('is what auto takes for a Jetson whose NVML does not measure, and for no other adapter', async () => {
    ina3221(orinNano);
    expect((await open('auto')).meter?.info.name).toBe('jetson');
    await expect(open('jetson', standInInfo)).rejects.toMatchObject({
      code: 'unsuitable-meter',
      message: expect.stringContaining(`${standInInfo.family} is not a Jetson’s`),
    });
    tree.remove();
    await expect(open()).rejects.toThrow(
      /no monitor \(ina3221, ina238\) in .* shows a rail that the GPU is on/,
    );
  });
});
