import { homedir } from 'node:os';
import { join } from 'node:path';
import {
  type DriverChoice,
  type DriverSearch,
  findDriver,
  listAdapters,
  openWebgpuDevice,
} from '../device/index.ts';
import { JoulegateError } from '../errors/index.ts';
import {
  type Clock,
  type Device,
  type DeviceInfo,
  type MeasureOptions,
  type Meter,
  measureOptions,
} from '../measure/index.ts';
import { openMeter } from '../meter/index.ts';
import type { Host } from './host.ts';
import type { LaboratoryOptions } from './options.ts';

/** What a run measures with: one adapter, one meter, and fresh processes of it on demand. */
export interface Laboratory {
  /** A process for screening and verifying; blocks open their own. */
  readonly device: Device;
  readonly info: DeviceInfo;
  /** The meter of `device`; null if energy is not measured. */
  readonly meter: Meter | null;
  readonly meterReason: string;
  readonly clock: Clock;
  openDevice(): Promise<Device>;
  openMeter(device: Device): Promise<Meter | null>;
  measureOptions(purpose: 'search' | 'judge'): MeasureOptions;
  close(): Promise<void>;
}

/** Monotonic and, on one host, the same in every process (CLOCK_MONOTONIC). */
export const monotonicClock: Clock = { nowMs: () => Number(process.hrtime.bigint()) / 1e6 };

/** Where drivers are looked for and unpacked to. */
export function driverSearch(host: Host): DriverSearch {
  const { environment } = host;
  const caches = environment.XDG_CACHE_HOME ?? join(environment.HOME ?? homedir(), '.cache');
  return { workerPath: host.workerPath, environment, cacheFolder: join(caches, 'joulegate') };
}

async function findSoftwareDriver(search: DriverSearch): Promise<DriverChoice> {
  const reports = await listAdapters(search);
  for (const { driver, result } of reports) {
    if (driver !== null && result.ok && result.info.software) return driver;
  }
  throw new JoulegateError('could-not-measure', 'No software adapter was found.', {
    code: 'no-software-adapter',
    nextStep: reports.at(-1)?.nextStep ?? 'Run joulegate doctor.',
  });
}

/**
 * Opens the adapter and meter that `options` ask for.
 * @throws JoulegateError could-not-measure without an adapter, bad-input for a meter that does not fit it
 */
export async function openLaboratory(host: Host, options: LaboratoryOptions): Promise<Laboratory> {
  const search = driverSearch(host);
  const driver = options.device === 'software' ? await findSoftwareDriver(search) : await findDriver(search);
  const openDevice = () => openWebgpuDevice({ workerPath: host.workerPath, driver });
  const device = await openDevice();
  try {
    const { info } = device;
    if (options.device === 'gpu' && info.software) {
      throw new JoulegateError(
        'could-not-measure',
        `The only adapter is ${info.description}, which runs on the CPU.`,
        {
          code: 'no-gpu',
          nextStep: 'Run `joulegate doctor` to see why no GPU was found, or leave --device out.',
        },
      );
    }
    const meterFor = (of: Device) =>
      openMeter({
        choice: options.meter,
        device: of,
        ...(options.wattsPerCore === undefined ? {} : { wattsPerCore: options.wattsPerCore }),
      });
    const { meter, reason } = await meterFor(device);
    host.progress.note(`device: ${info.description}${info.driver === '' ? '' : `, driver ${info.driver}`}`);
    host.progress.note(`meter: ${meter === null ? 'none' : meter.info.description} (${reason})`);
    return {
      device,
      info,
      meter,
      meterReason: reason,
      clock: monotonicClock,
      openDevice,
      openMeter: async (of) => (await meterFor(of)).meter,
      measureOptions: (purpose) => measureOptions({ device: info, meter: meter?.info ?? null, purpose }),
      async close() {
        try {
          await meter?.close();
        } finally {
          await device.close();
        }
      },
    };
  } catch (error) {
    await device.close();
    throw error;
  }
}
