import { JoulegateError } from '../../errors/index.ts';
import type { DeviceInfo } from '../../measure/index.ts';
import type { BoardClocks } from '../clocks/types.ts';
import { isNamed } from './names.ts';
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

/** The candidates that may be the adapter's, and why. */
export interface Possible {
  readonly candidates: readonly Candidate[];
  /** Why the only one, a clause; null if there are several. */
  readonly why: string | null;
}

/**
 * The sensors that may be the adapter's: the one that the user names, else those whose name is the adapter's, else all. A
 * load on the device tells the rest.
 * @param candidates at least one
 * @throws JoulegateError bad-input for a name that no sensor has
 */
export function possibleSensors(
  candidates: readonly Candidate[],
  wanted: string | undefined,
  info: DeviceInfo,
): Possible {
  if (wanted !== undefined) return { candidates: [named(candidates, wanted)], why: 'it was asked for' };
  const alike = candidates.filter(({ name }) => name !== null && isNamed(name, info));
  if (alike.length > 0)
    return { candidates: alike, why: alike.length === 1 ? 'its name is the adapter’s' : null };
  return { candidates, why: candidates.length === 1 ? 'it is the only one' : null };
}

function named(candidates: readonly Candidate[], wanted: string): Candidate {
  const candidate = candidates.find(({ handles }) =>
    handles.some((handle) => handle.toLowerCase() === wanted.toLowerCase()),
  );
  if (candidate !== undefined) return candidate;
  throw new JoulegateError('bad-input', `There is no sensor '${wanted}'.`, {
    code: 'unknown-sensor',
    nextStep: `Name one of ${candidates.map(describe).join(', ')}.`,
  });
}

function describe({ handles, sensor }: Candidate): string {
  return `${handles[0]} (${[sensor.label, ...handles.slice(1)].join(', ')})`;
}

/** @param tried whether loads were tried */
export function ambiguous(possible: readonly Candidate[], info: DeviceInfo, tried: boolean): JoulegateError {
  const burst = tried ? ', and loads on the device did not show in the power of exactly one' : '';
  return new JoulegateError(
    'could-not-measure',
    `${possible.length} sensors may belong to ${info.description}${burst}.`,
    {
      code: 'ambiguous-sensor',
      nextStep: `Name the sensor: ${possible.map(describe).join(', ')}.`,
    },
  );
}
