import { accessSync, constants } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type DriverChoice,
  type DriverSearch,
  findDriver,
  hostDevice,
  listAdapters,
  openWebgpuDevice,
  type ProgramDevice,
  takenAdapter,
  type WebgpuDeviceOptions,
} from '../../device/index.ts';
import { JoulegateError } from '../../errors/index.ts';
import type { PrintSource } from '../../kernel/index.ts';
import { checkSourcesFetched, type KernelDefinition } from '../../manifest/index.ts';
import {
  type Clock,
  type Device,
  type DeviceInfo,
  type MeasureOptions,
  type Meter,
  measureOptions,
} from '../../measure/index.ts';
import { borrowMeter, type OpenMeterOptions, openMeter } from '../../meter/index.ts';
import { nativeSearch } from '../../native/index.ts';
import type { Host, LaboratoryOptions } from '../host.ts';
import { optional } from '../optional.ts';
import { clockedDevice, tryClocks } from './clocked-device.ts';
import { commandBench, monotonicClock } from './command-bench.ts';
import { FreshDevices } from './fresh-devices.ts';
import { wantedFeatures, warnOfMissingFeatures } from './missing-features.ts';
import { checkCommandsAllowed, mixedDevice } from './mixed-device.ts';
import { askPrograms, elsewhere } from './program-device.ts';
import { checkSubgroups, type OpenWith, type SubgroupSubject } from './subgroups.ts';
import { withoutSecrets } from './without-secrets.ts';

/** What a run measures with: one adapter, one meter, and fresh processes of it on demand. */
export interface Laboratory {
  /** A process for screening and verifying; blocks open their own. */
  readonly device: Device;
  readonly info: DeviceInfo;
  /** Has programs print WGSL; undefined where none may be run. */
  readonly print: PrintSource | undefined;
  /** The meter of `device`; null if energy is not measured. */
  readonly meter: Meter | null;
  readonly meterReason: string;
  readonly clock: Clock;
  openDevice(): Promise<Device>;
  /** Opens processes that `openDevice` will hand out, so that nobody waits for them then. */
  openAhead(count: number): Promise<void>;
  openMeter(): Promise<Meter | null>;
  measureOptions(purpose: 'search' | 'judge'): MeasureOptions;
  /** See `checkSubgroups` in `subgroups.ts`. Whatever goes wrong costs only that. */
  checkSubgroups(subject: SubgroupSubject): Promise<string | null>;
  /** See `tryClocks` in `clocked-device.ts`. */
  tryClocks(kernels: readonly KernelDefinition[]): Promise<void>;
  close(): Promise<void>;
}

/** Where drivers are looked for and unpacked to. */
export function driverSearch(host: Host): DriverSearch {
  const { environment } = host;
  const caches = environment.XDG_CACHE_HOME ?? join(environment.HOME ?? homedir(), '.cache');
  return { workerPath: host.workerPath, environment, cacheFolder: join(caches, 'joulegate') };
}

async function findSoftwareDriver(search: DriverSearch): Promise<DriverChoice> {
  const reports = await listAdapters(search);
  const taken = takenAdapter(reports, 'software');
  if (taken !== null) return taken.driver;
  throw new JoulegateError('could-not-measure', 'No software adapter was found.', {
    code: 'no-software-adapter',
    nextStep: reports.at(-1)?.nextStep ?? 'Run joulegate doctor.',
  });
}

/** Another job on the same GPU is waited for: two at once would measure each other. */
const lockWaitMs = 10 * 60_000;

/** What a meter needs of this machine. */
export function meterSetup(
  host: Host,
): Pick<
  OpenMeterOptions,
  | 'native'
  | 'nvmlLibrary'
  | 'powermetrics'
  | 'lockFolder'
  | 'lockWaitMs'
  | 'clockGuard'
  | 'commandEnvironment'
> {
  return {
    commandEnvironment: withoutSecrets(host.environment),
    native: nativeSearch(host.workerPath, host.environment),
    lockFolder: lockFolderOf(host.environment),
    lockWaitMs,
    clockGuard: { workerPath: host.workerPath, environment: host.environment },
    nvmlLibrary: host.environment.JOULEGATE_NVML_LIBRARY,
    powermetrics: host.environment.JOULEGATE_POWERMETRICS,
  };
}

/** The meter that the user asks for. */
export function meterChoice({ meter, sensor, meterCommand, wattsPerCore }: LaboratoryOptions) {
  return {
    // A program that is named is meant to be used.
    choice: meter === 'auto' && meterCommand !== undefined ? ('command' as const) : meter,
    sensor,
    command: meterCommand,
    wattsPerCore,
  };
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Where locks of GPUs and marks of locked clocks lie: some systems keep `/run/lock` for root. */
export function lockFolderOf(environment: Host['environment']): string {
  return environment.JOULEGATE_LOCKS ?? (isWritable('/run/lock') ? '/run/lock' : tmpdir());
}

function onlyCommands(kernels: readonly KernelDefinition[]): boolean {
  return kernels.length > 0 && kernels.every(({ command }) => command !== undefined);
}

/** Opens processes of an adapter, with more in their environment; null: there is none, and none is needed. */
type OpenAdapter = OpenWith | null;

async function findAdapter(
  host: Host,
  options: LaboratoryOptions,
  kernels: readonly KernelDefinition[],
  generate: WebgpuDeviceOptions['generate'],
): Promise<{ readonly first: Device | null; readonly open: OpenAdapter }> {
  const search = driverSearch(host);
  const features = wantedFeatures(kernels);
  // What programs run on is the CPU then, whatever adapters there are.
  if (options.device === 'software' && onlyCommands(kernels)) return { first: null, open: null };
  try {
    const driver =
      options.device === 'software' ? await findSoftwareDriver(search) : await findDriver(search);
    const { workerPath } = host;
    const open: OpenWith = (more) => {
      const environment = { ...driver.environment, ...more };
      return openWebgpuDevice({ workerPath, driver: { ...driver, environment }, features, generate });
    };
    return { first: await open({}), open };
  } catch (error) {
    const isOptional =
      onlyCommands(kernels) && error instanceof JoulegateError && error.kind === 'could-not-measure';
    if (!isOptional) throw error;
    return { first: null, open: null };
  }
}

/**
 * What is measured. Where only programs are, a software adapter says nothing of what they run on: a container with CUDA often has
 * one beside its GPU, and where there is no GPU they run on the CPU itself.
 */
export function deviceOf(
  adapter: DeviceInfo | null,
  options: LaboratoryOptions,
  onlyCommands: boolean,
): DeviceInfo {
  const isCpu = options.device === 'software';
  const isAdapter = adapter !== null && (!onlyCommands || !adapter.software);
  return isAdapter ? adapter : hostDevice({ cpuOnly: isCpu });
}

/**
 * Opens the adapter and meter that `options` ask for.
 * @param options.runsNothing it is only looked at: whether programs may be run does not matter
 * @param kernels what will be measured: where all of it is programs of other kinds, it needs no adapter
 * @throws JoulegateError could-not-measure without an adapter, bad-input for a meter that does not fit it, and for a program
 * where none may be run, or what it is built from was not fetched
 */
export async function openLaboratory(
  outer: Host,
  options: LaboratoryOptions & { readonly runsNothing?: boolean },
  kernels: readonly KernelDefinition[] = [],
): Promise<Laboratory> {
  if (options.runsNothing !== true) checkCommandsAllowed(options, kernels);
  checkSourcesFetched(kernels);
  const fetched = (await outer.ensureNative?.()) ?? {};
  const host: Host = { ...outer, environment: { ...outer.environment, ...fetched } };
  const commands = commandBench(host, options);
  const adapter = await findAdapter(host, options, kernels, commands.generate);
  const found = deviceOf(adapter.first?.info ?? null, options, onlyCommands(kernels));
  const asked = onlyCommands(kernels) && options.runsNothing !== true ? commands.open(found) : null;
  const said = asked === null ? null : await askPrograms(asked, kernels, found).finally(() => asked.close());
  const info = said?.info ?? found;
  const isElsewhere = (now: ProgramDevice) => elsewhere(said, info, now);
  const openCommands = (reconfigures: boolean) => commands.open(info, { reconfigures, isElsewhere });
  const device = mixedDevice(info, { webgpu: adapter.first, commands: openCommands(true) });
  const closeDevices = async () => {
    try {
      await device.close();
    } finally {
      await commands.close();
    }
  };
  try {
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
    const { meter, reason, clocks } = await openMeter({
      ...meterSetup(host),
      ...meterChoice(options),
      ...(said?.sensor == null || options.sensor !== undefined ? {} : { sensor: said.sensor }),
      device: adapter.first?.info === info ? adapter.first : { info },
    });
    const note =
      said !== null
        ? ' (so its program says)'
        : info.backend === 'host'
          ? ' (no WebGPU adapter of it, and no kernel needs one)'
          : '';
    host.progress.note(
      `device: ${info.description}${info.driver === '' ? '' : `, driver ${info.driver}`}${note}`,
    );
    if (info === adapter.first?.info)
      await warnOfMissingFeatures(host, kernels, { info, print: commands.print });
    host.progress.note(`meter: ${meter === null ? 'none' : meter.info.description} (${reason})`);
    const fresh = new FreshDevices(async () => {
      const webgpu = onlyCommands(kernels) || adapter.open === null ? null : await adapter.open({});
      return clockedDevice(
        mixedDevice(webgpu?.info ?? info, { webgpu, commands: openCommands(false) }),
        clocks,
      );
    });
    return {
      device: clockedDevice(device, clocks),
      info,
      print: commands.print,
      meter,
      meterReason: reason,
      clock: monotonicClock,
      async openDevice() {
        // What was screened keeps nothing of the GPU from what is measured now.
        await device.rest?.();
        return fresh.take();
      },
      openAhead: (count) => fresh.openAhead(count),
      // The sensor belongs to the board, CPU time comes with each device's own figures: one meter serves all of them.
      openMeter: async () => (meter === null ? null : borrowMeter(meter)),
      measureOptions: (purpose) => measureOptions({ device: info, meter: meter?.info ?? null, purpose }),
      async checkSubgroups(subject) {
        const { open } = adapter;
        const { kernel, workload } = subject.variant;
        const cost = `${kernel} ${workload} was not tried with other sizes of subgroups`;
        const part = { cost, otherwise: null, warn: host.progress.warn };
        return open === null
          ? null
          : optional(part, () => checkSubgroups(subject, { device, print: commands.print }, open));
      },
      tryClocks: (kernels) => tryClocks(info, clocks, kernels),
      async close() {
        try {
          await meter?.close();
        } finally {
          await fresh.close().finally(closeDevices);
        }
      },
    };
  } catch (error) {
    await closeDevices();
    throw error;
  }
}

/** Ends what a run measured with. By then it has its results, which nothing that goes wrong here may cost. */
export function closeLaboratory(host: Host, laboratory: Pick<Laboratory, 'close'>): Promise<void> {
  const warn = host.progress.warn;
  const cost = 'the device or its meter may not have been closed';
  return optional({ cost, otherwise: undefined, warn }, () => laboratory.close());
}
