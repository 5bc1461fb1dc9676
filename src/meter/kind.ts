import type { Device, DeviceInfo, Meter } from '../measure/index.ts';
import type { NativeSearch } from '../native/index.ts';
import type { ClockControl, ClockGuard } from './clocks/types.ts';
import type { MeterTime } from './sensor/time.ts';

/** What a meter may need to know to be opened. */
export interface MeterContext {
  /** `run` is used to find out which of several sensors is the device's. */
  readonly device: { readonly info: DeviceInfo } & Partial<Pick<Device, 'run'>>;
  /** For `cpu-time`: what a busy CPU core is taken to draw; its own default if undefined. */
  readonly wattsPerCore: number | undefined;
  /** The user's name for a sensor. */
  readonly sensor: string | undefined;
  readonly nvmlLibrary: string | undefined;
  /** The program `powermetrics`, by another path than macOS's. */
  readonly powermetrics: string | undefined;
  /** Where koffi is looked for. */
  readonly native: NativeSearch;
  /** Program and arguments for `command`. */
  readonly command: readonly string[] | undefined;
  /** Environment of that program; the process's own if undefined. */
  readonly commandEnvironment: Readonly<Record<string, string>> | undefined;
  readonly sysfsFolder: string;
  readonly procFolder: string;
  readonly lockFolder: string | undefined;
  readonly lockWaitMs: number;
  readonly clockGuard: ClockGuard | undefined;
  readonly time: MeterTime;
}

/** A meter, or why there is none of this kind. */
export type Opening =
  | {
      readonly ok: true;
      readonly meter: Meter;
      /** Why it was picked: one sentence without a full stop. */
      readonly reason: string;
      /** Why the sensor's counter is not used although it has one: a clause. Absent where it is, or there is none. */
      readonly counterFault?: string;
      /** Locks the clocks of the meter's board; restored when the meter is closed. Absent where nothing can. */
      readonly clocks?: ClockControl;
    }
  | {
      readonly ok: false;
      /** A clause for `no nvml: …`. */
      readonly obstacle: string;
      /** It would fit this device, but is not there or cannot be read; otherwise it is the wrong kind. */
      readonly missing: boolean;
    };

/** A kind of meter: a folder each, and a line in `kinds.ts`. */
export interface MeterKind<Name extends string = string> {
  /** How users and reports call it: small letters, digits and dashes. */
  readonly name: Name;
  /** For help, one line: what it measures and how. */
  readonly summary: string;
  /** Whether `auto` tries it, given what the user said; always unless given. */
  readonly isOffered?: (context: MeterContext) => boolean;
  /** @throws JoulegateError if the user has to decide something: several sensors fit, or the GPU is in use. */
  open(context: MeterContext): Promise<Opening>;
}

/** The kind does not fit the device. */
export function unsuitable(obstacle: string): Opening {
  return { ok: false, obstacle, missing: false };
}

/** The kind fits, but what it needs is not there. */
export function missing(obstacle: string): Opening {
  return { ok: false, obstacle, missing: true };
}
