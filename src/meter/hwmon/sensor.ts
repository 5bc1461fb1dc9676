import { join } from 'node:path';
import type { SensorScope } from '../../measure/index.ts';
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

/** Joules that are read, and the smallest step of them. */
export type HwmonCounter = NonNullable<Sensor['counter']> & { readonly unitJoules: number };

/**
 * The sensor of a card, as far as its driver provides it: Linux, Documentation/hwmon and Documentation/gpu/amdgpu.
 * @param elsewhere a counter that the driver keeps beside hwmon
 */
export async function createHwmonSensor(
  card: HwmonCard,
  vendor: string,
  elsewhere: HwmonCounter | null,
): Promise<Candidate> {
  const { folder, bus, name } = card;
  const label = name ?? `${vendor} ${card.card} at ${bus}`;
  const limit = await scaled(join(folder, 'power1_cap'), micro)();
  const found = await findCounter(folder);
  const counter = found?.counter ?? elsewhere;
  const sensor: Sensor = {
    label,
    details: limit.ok && limit.value > 0 ? `power limit ${limit.value} W` : '',
    scope: found?.scope ?? ((await isApu(folder)) ? 'package' : 'board'),
    key: `pci-${bus.replace(/[^A-Za-z0-9.]/g, '-')}`,
    unitJoules: counter?.unitJoules ?? micro,
    counter,
    power: await findPower(folder),
    state: await findState(folder),
    processes: null,
    close: async () => undefined,
  };
  return { sensor, name, handles: [card.card, bus], refusal: null };
}

/** What the drivers' labels of energy counters mean: Linux, Documentation/ABI/testing/sysfs-driver-intel-xe-hwmon. */
const scopes: Readonly<Record<string, SensorScope>> = { '': 'board', card: 'board', pkg: 'package' };
const mostCounters = 8;

/**
 * `i915` has one counter; `xe` has one for the card, which some boards leave at 0, and one for the GPU's package, told apart by
 * labels. The first that counts is taken.
 */
async function findCounter(
  folder: string,
): Promise<{ readonly counter: HwmonCounter; readonly scope: SensorScope } | null> {
  const found: { readonly input: string; readonly label: string; readonly counts: boolean }[] = [];
  for (let i = 1; i <= mostCounters; i++) {
    const input = join(folder, `energy${i}_input`);
    const read = await readInteger(input);
    if (!read.ok && read.why.startsWith('there is no')) continue;
    const label = await readAttribute(join(folder, `energy${i}_label`));
    found.push({ input, label: label.ok ? label.value : '', counts: read.ok && read.value > 0 });
  }
  const known = found
    .filter(({ label }) => scopes[label] !== undefined)
    .sort((a, b) => Number(scopes[b.label] === 'board') - Number(scopes[a.label] === 'board'));
  const best = known.find(({ counts }) => counts) ?? known[0];
  if (best === undefined) return null;
  const of = best.label === '' ? '' : ` '${best.label}'`;
  const counter = { label: `energy counter${of}`, read: scaled(best.input, micro), unitJoules: micro };
  return { counter, scope: scopes[best.label] ?? 'board' };
}

/**
 * Power of an APU is that of all it holds, CPU cores included. amdgpu shows an APU by what it leaves out: no clock of a memory of
 * its own and no power limit (Linux, hwmon_attributes_visible in amdgpu_pm.c), or by a voltage that only they have.
 */
async function isApu(folder: string): Promise<boolean> {
  const has = async (name: string) => (await readAttribute(join(folder, name))).ok;
  if (await has('in1_input')) return true;
  return (await has('freq1_input')) && !(await has('freq2_input')) && !(await has('power1_cap'));
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

/** A board that draws this part of its power limit is held by it. */
const cappedPart = 0.97;

/** amdgpu states its clocks; why they are what they are, hwmon does not tell. */
async function findState(folder: string): Promise<Sensor['state']> {
  const sm = scaled(join(folder, 'freq1_input'), 1e-6);
  const memory = scaled(join(folder, 'freq2_input'), 1e-6);
  const celsius = scaled(join(folder, 'temp1_input'), 1e-3);
  const [limit, power] = [scaled(join(folder, 'power1_cap'), micro), await findPower(folder)];
  const known = await Promise.all([sm(), memory(), celsius()]);
  if (known.every((read) => !read.ok)) return null;
  return async (): Promise<BoardState> => {
    const [smMhz, memoryMhz, degrees] = await Promise.all([sm(), memory(), celsius()]);
    const [most, watts] = await Promise.all([limit(), power?.read()]);
    return {
      smMhz: smMhz.ok ? smMhz.value : null,
      memoryMhz: memoryMhz.ok ? memoryMhz.value : null,
      celsius: degrees.ok ? degrees.value : null,
      powerCapped:
        most.ok && most.value > 0 && watts?.ok === true ? watts.value >= cappedPart * most.value : null,
      slowdowns: [],
      slowedMs: {},
    };
  };
}
