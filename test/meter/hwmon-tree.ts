import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DeviceInfo, type Meter, measureEnergy } from '../../src/measure/index.ts';
import { simulatedVariant } from '../support/simulated-device.ts';
import { createVirtualTime } from '../support/virtual-time.ts';
import { standInInfo } from './gpu-lab.ts';

/** A /sys with graphics cards, as the kernel lays it out. */
export class HwmonTree {
  readonly folder = mkdtempSync(join(tmpdir(), 'joulegate-sys-'));
  /** Called whenever time moves: a test writes attributes here. */
  onTime: (nowMs: number) => void = () => undefined;
  readonly time = createVirtualTime(5003, (nowMs) => this.onTime(nowMs));
  /** A launch runs. */
  busy = false;
  #cards = 0;

  /** @returns the folder of the card's hwmon sensor */
  addCard(bus: string, attributes: Readonly<Record<string, string>>, product?: string): string {
    const card = this.#cards++;
    const device = join(this.folder, 'devices', 'pci0000:00', bus);
    const hwmon = join(device, 'hwmon', `hwmon${card + 3}`);
    mkdirSync(hwmon, { recursive: true });
    const drm = join(this.folder, 'class', 'drm');
    mkdirSync(join(drm, `card${card}`), { recursive: true });
    mkdirSync(join(drm, `card${card}-HDMI-A-1`));
    symlinkSync(device, join(drm, `card${card}`, 'device'));
    if (product !== undefined) writeFileSync(join(device, 'product_name'), `${product}\n`);
    for (const [name, text] of Object.entries(attributes)) writeFileSync(join(hwmon, name), `${text}\n`);
    return hwmon;
  }

  /** @returns the folder of a monitor that is no card's */
  addMonitor(attributes: Readonly<Record<string, string>>): string {
    const hwmon = join(this.folder, 'class', 'hwmon', `hwmon${this.#cards++}`);
    mkdirSync(hwmon, { recursive: true });
    for (const [name, text] of Object.entries(attributes)) writeFileSync(join(hwmon, name), `${text}\n`);
    return hwmon;
  }

  /** Energy of a kernel of 2 ms a launch. */
  measure(meter: Meter): ReturnType<typeof measureEnergy> {
    const run = async (_: unknown, durationMs: number) => {
      const fromMs = this.time.nowMs();
      this.busy = true;
      this.time.hold(true);
      await this.time.run(durationMs);
      this.time.hold(false);
      this.busy = false;
      const completions = Array.from({ length: durationMs / 20 }, (__, i) => ({
        ...{ timeMs: fromMs + 20 * i, launches: 10 * i, cpuSeconds: null },
      }));
      return { ok: true as const, value: { variant: simulatedVariant('kernel'), completions } };
    };
    const device = { run } as unknown as Parameters<typeof measureEnergy>[0]['device'];
    const options = { preheatMs: 500, windowMs: 1000 };
    return measureEnergy({ device, meter, variant: simulatedVariant('kernel'), options });
  }

  /** `measure`, of a window that is to be valid: watts over the stretch. */
  async measuredWatts(meter: Meter): Promise<number> {
    const outcome = await this.measure(meter);
    if (outcome.status !== 'valid') throw new Error(JSON.stringify(outcome));
    return outcome.energy.joules / 0.002;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Writes an attribute in place, as a reader in another process would see it. */
export function setAttribute(hwmon: string, name: string, value: number | string): void {
  writeFileSync(join(hwmon, name), `${value}\n`);
}

/** Writes the table of metrics of a card whose hwmon folder is given: a header, `count` at `offset`, the rest unsupported. */
export function setMetrics(
  hwmon: string,
  table: {
    readonly revision: readonly [number, number];
    readonly bytes: number;
    readonly offset: number;
    readonly count: bigint;
  },
): void {
  const bytes = Buffer.alloc(table.bytes, 0xff);
  bytes.writeUInt16LE(table.bytes, 0);
  bytes.set(table.revision, 2);
  bytes.writeBigUInt64LE(table.count, table.offset);
  writeFileSync(join(hwmon, '..', '..', 'gpu_metrics'), bytes);
}

/** An adapter of another vendor. */
export function adapterOf(vendor: string, device: string): DeviceInfo {
  return { ...standInInfo, vendor, device, description: device, family: `${vendor}-${device}` };
}
