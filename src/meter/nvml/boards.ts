import { fileURLToPath } from 'node:url';
import { nativeSearch } from '../../native/index.ts';
import type { OpenMeterOptions } from '../open-meter.ts';
import { type Tenants, tenantsOf } from '../sensor/open.ts';
import { type MeterTime, systemTime } from '../sensor/time.ts';
import type { Sensor, Slowdown } from '../sensor/types.ts';
import { listGpus } from './gpus.ts';
import { openNvml } from './library.ts';
import { nvmlLibraryPath } from './usual-library.ts';

/** What is on at every one of so many looks, which take a second, is on all the time. */
const looks = 5;
const lookMs = 250;

/** A board as it is while nothing of ours runs. */
export interface Board {
  readonly label: string;
  /** What a user may call it, the shortest first: `0`, `GPU-6f…`, `0000:01:00.0`. */
  readonly handles: readonly string[];
  /** Why it cannot be measured with; null if it can. */
  readonly refusal: string | null;
  readonly tenants: Tenants;
  /** What it draws; null if its power cannot be read. */
  readonly watts: number | null;
  /** What slowed it down all the time. */
  readonly slowdowns: readonly Slowdown[];
}

/**
 * Looks for a second at every board that NVML shows, whatever adapter it belongs to, and sets nothing; call it while nothing
 * of ours runs. `why` is a clause that says why NVML cannot be asked.
 * @throws JoulegateError as `openNvml` does
 */
export async function lookAtBoards(
  options: Pick<OpenMeterOptions, 'nvmlLibrary' | 'native' | 'procFolder' | 'time'>,
): Promise<
  | { readonly ok: true; readonly boards: readonly Board[]; readonly faults: readonly string[] }
  | { readonly ok: false; readonly why: string }
> {
  const { procFolder = '/proc', time = systemTime } = options;
  const libraryPath = nvmlLibraryPath(options.nvmlLibrary);
  const native = options.native ?? nativeSearch(fileURLToPath(import.meta.url), {});
  const opened = await openNvml(libraryPath, native);
  if (!opened.ok) return opened;
  try {
    const { candidates, faults } = await listGpus(opened.value, procFolder, libraryPath);
    const sensors = candidates.map(({ sensor }) => sensor);
    const slowdowns = await lastingSlowdowns(sensors, time);
    const boards: Board[] = [];
    for (const [i, { sensor, handles, refusal }] of candidates.entries()) {
      const tenants = await tenantsOf(sensor);
      const power = await sensor.power?.read();
      const watts = power?.ok === true ? power.value : null;
      boards.push({ label: sensor.label, handles, refusal, tenants, watts, slowdowns: slowdowns[i] ?? [] });
    }
    return { ok: true, boards, faults };
  } finally {
    await opened.value.close();
  }
}

async function lastingSlowdowns(
  sensors: readonly Sensor[],
  time: MeterTime,
): Promise<readonly (readonly Slowdown[])[]> {
  let lasting: readonly (readonly Slowdown[])[] | null = null;
  for (let look = 0; look < looks; look++) {
    if (look > 0) await time.sleep(lookMs);
    const now = await Promise.all(sensors.map(async ({ state }) => (await state?.())?.slowdowns ?? []));
    lasting = now.map((seen, i) => seen.filter((one) => lasting?.[i]?.includes(one) ?? true));
  }
  return (lasting ?? []).map((seen) =>
    seen.length > 1 ? seen.filter((one) => one !== 'hardware slowdown') : seen,
  );
}
