import { join } from 'node:path';
import type { Candidate } from '../sensor/choose.ts';
import type { BoardState, Probed, Sensor } from '../sensor/types.ts';
import type { HwmonCard } from './cards.ts';
import { readAttribute, readInteger } from './files.ts';

/** hwmon counts microjoules and microwatts, hertz and thousandths of a degree. */
const micro = 1e-6;

function scaled(path: string, factor: number) {
  return async (): Promise<Probed<number>> => {
    const read = await readInteger(path);
    return read.ok ? { ok: true, value: read.value * factor } : read;
  };
}

/** The sensor of a card, as far as its driver provides it: Linux, Documentation/hwmon and Documentation/gpu/amdgpu. */
export async function createHwmonSensor(card: HwmonCard, vendor: string): Promise<Candidate> {
  const { folder, bus, name } = card;
  const label = name ?? `${vendor} ${card.card} at ${bus}`;
  const limit = await scaled(join(folder, 'power1_cap'), micro)();
  const sensor: Sensor = {
    label,
    details: limit.ok && limit.value > 0 ? `power limit ${limit.value} W` : '',
    key: `pci-${bus.replace(/[^A-Za-z0-9.]/g, '-')}`,
    unitJoules: micro,
    counter: await findCounter(folder),
    power: await findPower(folder),
    state: await findState(folder),
    processes: null,
    close: async () => undefined,
  };
  return { sensor, name, handles: [card.card, bus], refusal: null };
}

/** `xe` has counters for the card and for its package, told apart by labels; `i915` has one. */
async function findCounter(folder: string): Promise<Sensor['counter']> {
  const found: { readonly input: string; readonly label: string }[] = [];
  for (const i of [1, 2]) {
    const input = join(folder, `energy${i}_input`);
    const read = await readInteger(input);
    if (!read.ok && read.why.startsWith('there is no')) continue;
    const label = await readAttribute(join(folder, `energy${i}_label`));
    found.push({ input, label: label.ok ? label.value : '' });
  }
  const best = found.find(({ label }) => label === 'card') ?? found[0];
  if (best === undefined) return null;
  const of = best.label === '' ? '' : ` of the ${best.label === 'pkg' ? 'package' : best.label}`;
  return { label: `energy counter${of}`, read: scaled(best.input, micro) };
}

/** `power1_input` is instantaneous; `power1_average` is a mean over a time that no document states. Some boards round to watts. */
async function findPower(folder: string): Promise<Sensor['power']> {
  for (const [file, label] of [
    ['power1_input', 'power'],
    ['power1_average', 'average power'],
  ] as const) {
    const read = scaled(join(folder, file), micro);
    if ((await read()).ok) return { label, instant: true, fine: false, read };
  }
  return null;
}

/** amdgpu states its clocks; why they are what they are, hwmon does not tell. */
async function findState(folder: string): Promise<Sensor['state']> {
  const sm = scaled(join(folder, 'freq1_input'), 1e-6);
  const memory = scaled(join(folder, 'freq2_input'), 1e-6);
  const celsius = scaled(join(folder, 'temp1_input'), 1e-3);
  const known = await Promise.all([sm(), memory(), celsius()]);
  if (known.every((read) => !read.ok)) return null;
  return async (): Promise<BoardState> => {
    const [smMhz, memoryMhz, degrees] = await Promise.all([sm(), memory(), celsius()]);
    return {
      smMhz: smMhz.ok ? smMhz.value : null,
      memoryMhz: memoryMhz.ok ? memoryMhz.value : null,
      celsius: degrees.ok ? degrees.value : null,
      powerCapped: null,
      slowdowns: [],
      slowedMs: {},
    };
  };
}
