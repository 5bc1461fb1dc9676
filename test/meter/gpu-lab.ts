import type { Device, DeviceInfo, Meter, WindowOptions } from '../../src/measure/index.ts';
import { measureEnergy } from '../../src/measure/index.ts';
import { type OpenMeterOptions, openMeter } from '../../src/meter/index.ts';
import { type DriverAge, NvmlStandIn } from '../support/nvml-stand-in/stand-in.ts';
import { simulatedVariant } from '../support/simulated-device.ts';
import { createVirtualTime } from '../support/virtual-time.ts';

/** An adapter as Dawn describes the stand-in's first GPU. */
export const standInInfo: DeviceInfo = {
  backend: 'webgpu',
  family: 'nvidia-stand-in-100',
  vendor: 'nvidia',
  architecture: 'hopper',
  device: 'NVIDIA Stand-in 100',
  description: 'NVIDIA Stand-in 100',
  driver: '999.1',
  software: false,
  features: [],
  limits: {
    max_workgroup_storage: 49152,
    max_invocations: 1024,
    max_workgroup_size_x: 1024,
    max_workgroup_size_y: 1024,
    max_workgroup_size_z: 64,
    max_workgroups: 65535,
    max_buffer_bytes: 2 ** 31,
    has_f16: true,
    has_subgroups: true,
    subgroup_min: 32,
    subgroup_max: 32,
  },
  timestamps: true,
};

/** The moment at which a lab begins: between two ticks, so that nothing is aligned by chance. */
export const startMs = 10_037;

/** NVML's stand-in with a device that loads it, in virtual time: every figure can be worked out by hand. */
export class GpuLab {
  readonly nvml: NvmlStandIn;
  readonly time;
  /** Watts above idle that a running kernel draws, and how long one launch takes. */
  watts = 300;
  latencyMs = 2;
  /** The GPU that the device is. */
  gpu = 0;
  #drawn = 0;
  readonly #loads: { fromMs: number; toMs: number; watts: number }[] = [];

  constructor(options: { readonly gpus?: number; readonly driver?: DriverAge } = {}) {
    this.nvml = new NvmlStandIn(options);
    this.time = createVirtualTime(startMs, (nowMs) => this.nvml.setGlobal('timeMs', nowMs));
  }

  readonly run: Device['run'] = async (variant, durationMs) => {
    const fromMs = this.time.nowMs();
    const toMs = fromMs + durationMs;
    this.#loads.push({ fromMs, toMs, watts: this.watts });
    if (this.#loads.length > 8) {
      // There is room for eight: what the first drew is a number from now on.
      const [first] = this.#loads.splice(0, 1);
      if (first !== undefined) this.#drawn += (first.watts * (first.toMs - first.fromMs)) / 1000;
      this.nvml.set({ baseJoules: this.#drawn }, this.gpu);
    }
    this.nvml.setLoad(this.#loads, this.gpu);
    this.time.hold(true);
    await this.time.run(durationMs);
    this.time.hold(false);
    const batch = 10;
    const completions = [];
    for (let launches = 0; launches * this.latencyMs <= durationMs; launches += batch) {
      completions.push({ timeMs: fromMs + launches * this.latencyMs, launches, cpuSeconds: null });
    }
    return { ok: true, value: { variant, completions } };
  };

  open(options: Partial<OpenMeterOptions> = {}) {
    return openMeter({
      choice: 'nvml',
      device: { info: standInInfo, run: this.run },
      nvmlLibrary: this.nvml.path,
      time: this.time,
      ...options,
    });
  }

  async openMeter(options: Partial<OpenMeterOptions> = {}): Promise<Meter> {
    const { meter, reason } = await this.open(options);
    if (meter === null) throw new Error(reason);
    return meter;
  }

  /** The energy of a launch as measuring finds it. */
  async measure(meter: Meter, options: WindowOptions = { preheatMs: 500, windowMs: 1500 }) {
    const device = { run: this.run } as Device;
    return measureEnergy({ device, meter, variant: simulatedVariant('kernel'), options });
  }
}
