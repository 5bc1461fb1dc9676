import { join } from 'node:path';
import type { SensorScope } from '../../measure/index.ts';
import { namesIn, readAttribute, readInteger } from '../hwmon/files.ts';
import type { Candidate } from '../sensor/choose.ts';
import type { Probed } from '../sensor/types.ts';

/** Drivers of the power monitors that NVIDIA puts on its modules. */
const monitors = ['ina3221', 'ina238'];
/** Channels of an INA3221; what it shows beyond them are sums. */
const channels = [1, 2, 3] as const;
const micro = 1e-6;

/** A rail of a Jetson module that its GPU is on. */
interface Rail {
  /** As the device tree calls it: `VDD_IN`, `VDD_GPU_SOC`. */
  readonly label: string;
  readonly scope: SensorScope;
  /** Watts. */
  read(): Promise<Probed<number>>;
}

/**
 * What is on a rail, by its name (Jetson Linux Developer Guide, tables of INA3221 rails): the module's input, the GPU alone, or the
 * GPU and other parts of the chip. null for a rail that the GPU is not on.
 */
function scopeOf(label: string): SensorScope | null {
  if (/^(?:VDD_IN|VIN)$/i.test(label)) return 'module';
  if (/^(?:VDD_)?GPU$/i.test(label)) return 'GPU';
  return /(?:^|_)GPU(?:_|$)/i.test(label) ? 'package' : null;
}

/** The most first: a kernel's energy is in memory as well. */
const order: readonly SensorScope[] = ['module', 'package', 'GPU'];

async function railOf(folder: string, channel: number): Promise<Rail | null> {
  const path = (name: string) => join(folder, name);
  const labels = await Promise.all([readAttribute(path(`in${channel}_label`)), readAttribute(path('label'))]);
  const label = labels.find((read) => read.ok)?.value ?? '';
  const scope = scopeOf(label);
  if (scope === null) return null;
  const [watts, volts, amperes] = [`power${channel}_input`, `in${channel}_input`, `curr${channel}_input`];
  const isStated = (await readInteger(path(watts))).ok;
  return {
    label,
    scope,
    async read() {
      // Microwatts, or millivolts and milliamperes.
      const reads = await Promise.all(
        (isStated ? [watts] : [volts, amperes]).map((name) => readInteger(path(name))),
      );
      let product = micro;
      for (const read of reads) {
        if (!read.ok) return read;
        product *= read.value;
      }
      return { ok: true, value: product };
    },
  };
}

/** The rails of a Jetson module that its GPU is on, each a sensor; that with the most on it first. */
export async function findRails(sysfsFolder: string): Promise<readonly Candidate[]> {
  const root = join(sysfsFolder, 'class', 'hwmon');
  const rails: Rail[] = [];
  for (const monitor of await namesIn(root, /^hwmon\d+$/)) {
    const folder = join(root, monitor);
    const driver = await readAttribute(join(folder, 'name'));
    if (!driver.ok || !monitors.includes(driver.value)) continue;
    const found = await Promise.all(channels.map((channel) => railOf(folder, channel)));
    // One label is that of a monitor with one channel.
    for (const rail of found) {
      if (rail !== null && rails.every(({ label }) => label !== rail.label)) rails.push(rail);
    }
  }
  rails.sort((a, b) => order.indexOf(a.scope) - order.indexOf(b.scope));
  return rails.map(({ label, scope, read }) => ({
    sensor: {
      label: `Jetson rail ${label}`,
      details: '',
      scope,
      // A module has one GPU: whoever measures it on another rail is kept out.
      key: 'jetson',
      unitJoules: micro,
      counter: null,
      // The monitors average over as much as they were told to, and round to some milliamperes.
      power: { label: 'power', instant: true, fine: false, read },
      state: null,
      processes: null,
      close: async () => undefined,
    },
    name: null,
    handles: [label],
    refusal: null,
  }));
}
