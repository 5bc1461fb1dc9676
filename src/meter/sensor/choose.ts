import { JoulegateError } from '../../errors/index.ts';
import type { Device, DeviceInfo } from '../../measure/index.ts';
import type { BoardClocks } from '../clocks/types.ts';
import { findLoaded } from './loaded.ts';
import { isNamed } from './names.ts';
import type { MeterTime } from './time.ts';
import type { Sensor } from './types.ts';

/** A sensor that may be the adapter's. */
export interface Candidate {
  readonly sensor: Sensor;
  /** Its GPU's name; null where the system does not know one. */
  readonly name: string | null;
  /** What a user may call it, the shortest first: `0`, `GPU-6f…`, `0000:01:00.0`. */
  readonly handles: readonly string[];
  /** Why it cannot be measured with although it is the adapter's; null if it can. */
  readonly refusal: string | null;
  /** What locks its clocks; absent where nothing can. */
  readonly clocks?: BoardClocks;
}

export interface Chosen {
  readonly candidate: Candidate;
  /** Why this one, one clause. */
  readonly why: string;
}

/**
 * Finds the adapter's own sensor: as the user names it, else by name if that is unique, else by a burst of load.
 * @param candidates at least one
 * @throws JoulegateError bad-input for a name that no sensor has, could-not-measure if several fit
 */
export async function chooseSensor(options: {
  readonly candidates: readonly Candidate[];
  readonly wanted: string | undefined;
  readonly device: { readonly info: DeviceInfo } & Partial<Pick<Device, 'run'>>;
  readonly time: MeterTime;
}): Promise<Chosen> {
  const { candidates, wanted, device, time } = options;
  if (wanted !== undefined) return chooseNamed(candidates, wanted);
  const named = candidates.filter(({ name }) => name !== null && isNamed(name, device.info));
  const [only, ...others] = named.length === 0 ? candidates : named;
  if (only !== undefined && others.length === 0) {
    return { candidate: only, why: named.length === 1 ? 'its name is the adapter’s' : 'it is the only one' };
  }
  const possible = named.length === 0 ? candidates : named;
  const { run } = device;
  if (run !== undefined) {
    const sensors = possible.map(({ sensor }) => sensor);
    const loaded = await findLoaded(sensors, { run: run.bind(device) }, time);
    const candidate = possible.find(({ sensor }) => sensor === loaded);
    if (candidate !== undefined) return { candidate, why: 'a burst of load showed in its power alone' };
  }
  throw ambiguous(possible, device.info, run !== undefined);
}

function chooseNamed(candidates: readonly Candidate[], wanted: string): Chosen {
  const candidate = candidates.find(({ handles }) =>
    handles.some((handle) => handle.toLowerCase() === wanted.toLowerCase()),
  );
  if (candidate !== undefined) return { candidate, why: 'it was asked for' };
  throw new JoulegateError('bad-input', `There is no sensor '${wanted}'.`, {
    code: 'unknown-sensor',
    nextStep: `Name one of ${candidates.map(describe).join(', ')}.`,
  });
}

function describe({ handles, sensor }: Candidate): string {
  return `${handles[0]} (${[sensor.label, ...handles.slice(1)].join(', ')})`;
}

function ambiguous(possible: readonly Candidate[], info: DeviceInfo, tried: boolean): JoulegateError {
  const burst = tried ? ', and a burst of load did not show in the power of exactly one' : '';
  return new JoulegateError(
    'could-not-measure',
    `${possible.length} sensors may belong to ${info.description}${burst}.`,
    {
      code: 'ambiguous-sensor',
      nextStep: `Name the sensor: ${possible.map(describe).join(', ')}.`,
    },
  );
}
