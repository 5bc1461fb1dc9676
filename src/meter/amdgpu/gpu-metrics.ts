import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { whyUnreadable } from '../hwmon/files.ts';
import type { HwmonCounter } from '../hwmon/sensor.ts';
import type { Probed } from '../sensor/types.ts';

/** The accumulator counts 2^-16 J: 15.259 uJ. */
const unitJoules = 2 ** -16;
/** What firmware that does not count leaves. */
const unsupported = 2n ** 64n - 1n;
const maxBytes = 64 * 1024;

/**
 * Where `energy_accumulator` stands in a table of a revision: 64 bits, little endian (Linux, struct gpu_metrics_v1_1 and later in
 * drivers/gpu/drm/amd/include/kgd_pp_interface.h). 1.0 counts in 32 bits, which last for minutes; of 1.6 there are two layouts.
 */
const offsets: Readonly<Record<string, number>> = {
  '1.1': 24,
  '1.2': 24,
  '1.3': 24,
  '1.4': 24,
  '1.5': 88,
  '1.7': 24,
  '1.8': 24,
};

/** Tables of discrete GPUs; those of APUs (2, 3) have no accumulator. */
const discrete = 1;

type Energy = Probed<number | null>;

/** Joules that a table states; null where its GPU does not count any. The header: size (16 bits), format and content revision (8 each). */
function energyOf(table: Buffer, path: string): Energy {
  const size = table.length < 4 ? 0 : table.readUInt16LE(0);
  if (size < 4 || table.length < size) return { ok: false, why: `${path} is no table of metrics` };
  if (table[2] !== discrete) return { ok: true, value: null };
  const revision = `${table[2]}.${table[3]}`;
  const offset = offsets[revision];
  if (offset === undefined) return { ok: false, why: `revision ${revision} of ${path} is not known` };
  if (size < offset + 8) return { ok: false, why: `${path} ends before its accumulator` };
  const count = table.readBigUInt64LE(offset);
  return { ok: true, value: count === unsupported ? null : Number(count) * unitJoules };
}

async function readEnergy(path: string): Promise<Energy> {
  try {
    return energyOf((await readFile(path)).subarray(0, maxBytes), path);
  } catch (error) {
    return { ok: false, why: whyUnreadable(path, error as NodeJS.ErrnoException) };
  }
}

/**
 * The energy accumulator of an AMD GPU, which its driver gives out in `gpu_metrics`.
 * @param device the card's folder in sysfs
 * @returns null where there is no such table, or nothing is counted in it; a counter whose reading says why if it is not understood
 */
export async function findAccumulator(device: string): Promise<HwmonCounter | null> {
  const path = join(device, 'gpu_metrics');
  const first = await readEnergy(path);
  if (first.ok ? first.value === null : first.why.startsWith('there is no')) return null;
  return {
    label: 'energy accumulator',
    unitJoules,
    async read() {
      const read = await readEnergy(path);
      if (!read.ok) return read;
      return read.value === null
        ? { ok: false, why: `${path} counts no more` }
        : { ok: true, value: read.value };
    },
  };
}
