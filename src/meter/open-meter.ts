import { fileURLToPath } from 'node:url';
import { JoulegateError } from '../errors/index.ts';
import type { Meter } from '../measure/index.ts';
import { type NativeSearch, nativeSearch } from '../native/index.ts';
import type { ClockControl, ClockGuard } from './clocks/types.ts';
import type { MeterContext, MeterKind, Opening } from './kind.ts';
import { type MeterChoice, meterChoices, meterKinds } from './kinds.ts';
import { type MeterTime, systemTime } from './sensor/time.ts';

/** The table as what all of its entries are. */
const kinds: readonly MeterKind[] = meterKinds;

export interface OpenedMeter {
  /** null: energy is not measured. */
  readonly meter: Meter | null;
  /** Why this meter, or none: one sentence without a full stop. */
  readonly reason: string;
  /** Why the sensor's energy counter is not used although it has one: a clause. Absent where it is, or there is none. */
  readonly counterFault?: string;
  /** Locks the clocks of the meter's board, and restores them when the meter is closed; null where nothing can. */
  readonly clocks: ClockControl | null;
}

export interface OpenMeterOptions {
  readonly choice: MeterChoice;
  /** With `run`, a burst of load can tell which of several sensors is the device's. */
  readonly device: MeterContext['device'];
  /** Power of a busy CPU core for `cpu-time`, in watts; 15 unless given. */
  readonly wattsPerCore?: number | undefined;
  /** Which sensor, where several fit: NVML's index, UUID or PCI address; a card (`card1`) or PCI address for hwmon; a rail (`VDD_IN`) of a Jetson. */
  readonly sensor?: string | undefined;
  /** Path of NVML; where the system finds it unless given. */
  readonly nvmlLibrary?: string | undefined;
  /** Path of `powermetrics`, or of a program that runs it; macOS's own unless given. */
  readonly powermetrics?: string | undefined;
  /** Where koffi, which reads NVML, is looked for; from the running bundle unless given. */
  readonly native?: NativeSearch | undefined;
  /** For `command`: the program and its arguments. It prints one reading a line, `8812.25 J` or `12.5 W`. */
  readonly command?: readonly string[] | undefined;
  /** Environment of that program; the process's own unless given. */
  readonly commandEnvironment?: Readonly<Record<string, string>> | undefined;
  /** `/sys` unless given. */
  readonly sysfsFolder?: string | undefined;
  /** `/proc` unless given. */
  readonly procFolder?: string | undefined;
  /** Folder that all processes of the host share for locks, one per GPU; without it no lock is taken. */
  readonly lockFolder?: string | undefined;
  /** How long to wait for a GPU that another process is measuring on; not at all unless given. */
  readonly lockWaitMs?: number | undefined;
  /** Restores locked clocks if this process is killed; without it only the next run does. */
  readonly clockGuard?: ClockGuard | undefined;
  /** The monotonic clock unless given. */
  readonly time?: MeterTime | undefined;
}

/**
 * Opens a meter for a device. A sensor is watched for up to 3 s to learn its update period, resolution and idle power:
 * open it once while the device has nothing to do, and share it with `borrowMeter`.
 * @throws JoulegateError bad-input if the meter asked for cannot read this device, or what was said for it is wrong; could-not-measure if the meter asked for is not there, several sensors fit, or another process measures on
 * the GPU
 */
export async function openMeter(options: OpenMeterOptions): Promise<OpenedMeter> {
  const { choice } = options;
  const context: MeterContext = {
    device: options.device,
    wattsPerCore: options.wattsPerCore,
    sensor: options.sensor,
    nvmlLibrary: options.nvmlLibrary,
    powermetrics: options.powermetrics,
    native: options.native ?? nativeSearch(fileURLToPath(import.meta.url), {}),
    command: options.command,
    commandEnvironment: options.commandEnvironment,
    sysfsFolder: options.sysfsFolder ?? '/sys',
    procFolder: options.procFolder ?? '/proc',
    lockFolder: options.lockFolder,
    lockWaitMs: options.lockWaitMs ?? 0,
    clockGuard: options.clockGuard,
    time: options.time ?? systemTime,
  };
  if (choice === 'none') return { meter: null, reason: 'energy was not asked for', clocks: null };
  if (choice === 'auto') return openFirst(context);
  const kind = kinds.find(({ name }) => name === choice);
  if (kind === undefined) {
    throw new JoulegateError('bad-input', `There is no meter '${choice}'.`, {
      code: 'unknown-meter',
      nextStep: `Choose one of ${meterChoices.join(', ')}.`,
    });
  }
  const opening = await kind.open(context);
  if (!opening.ok) throw refusal(choice, opening);
  return openedBy(opening);
}

function openedBy(opening: Opening & { ok: true }, reason = opening.reason): OpenedMeter {
  const { meter, counterFault, clocks = null } = opening;
  return { meter, reason, clocks, ...(counterFault === undefined ? {} : { counterFault }) };
}

function refusal(choice: MeterChoice, { obstacle, missing }: Opening & { ok: false }): JoulegateError {
  const message = `The meter ${choice} cannot be used: ${obstacle}.`;
  return missing
    ? new JoulegateError('could-not-measure', message, {
        code: 'missing-meter',
        nextStep: 'Run `joulegate doctor`, or use the meter none to measure latency only.',
      })
    : new JoulegateError('bad-input', message, {
        code: 'unsuitable-meter',
        nextStep: 'Use the meter auto, or none to measure latency only.',
      });
}

async function openFirst(context: MeterContext): Promise<OpenedMeter> {
  const tried: (Opening & { ok: false })[] = [];
  const explain = (openings: typeof tried) => openings.map(({ obstacle }) => obstacle);
  const candidates = kinds.filter(({ isOffered }) => isOffered?.(context) ?? true);
  for (const kind of candidates) {
    const opening = await kind.open(context);
    if (opening.ok) {
      // That a sensor is of another vendor is not worth saying; that the right one cannot be read is.
      const reasons = [opening.reason, ...explain(tried.filter(({ missing }) => missing))];
      return openedBy(opening, reasons.join('; '));
    }
    tried.push({ ...opening, obstacle: `no ${kind.name}: ${opening.obstacle}` });
  }
  const reason = `no supported energy sensor (${explain(tried).join('; ')})`;
  return { meter: null, reason, clocks: null };
}
