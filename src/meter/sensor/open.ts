import type { MeterInfo } from '../../measure/index.ts';
import { openClockControl } from '../clocks/control.ts';
import { type MeterContext, missing, type Opening } from '../kind.ts';
import { burst } from './burst.ts';
import { ambiguous, type Candidate, possibleSensors } from './choose.ts';
import { type Confirmation, confirmLoads, onlyConfirmed } from './confirm.ts';
import type { Load } from './load-pattern.ts';
import { lockGpu } from './lock.ts';
import { createSensorMeter } from './meter.ts';
import { isNamed } from './names.ts';
import { measureTraits } from './traits.ts';
import type { Sensor } from './types.ts';

/** What opening a sensor needs to know. */
type SensorContext = Pick<MeterContext, 'device' | 'time'> &
  Partial<Pick<MeterContext, 'sensor' | 'lockFolder' | 'lockWaitMs' | 'clockGuard'>>;

/**
 * Opens a meter on the one of `candidates` that is the device's: chooses, locks the GPU, measures what the sensor can do, and
 * makes sure that it sees what the device does. Every candidate that is not used is closed, all of them if none is.
 * @param candidates at least one
 * @throws JoulegateError as `possibleSensors` and `lockGpu` do; could-not-measure if several fit
 */
export async function openSensor(
  name: MeterInfo['name'],
  candidates: readonly Candidate[],
  context: SensorContext,
): Promise<Opening> {
  let used: Candidate | null = null;
  try {
    const chosen = await choose(candidates, context);
    const { candidate } = chosen;
    const { sensor, refusal } = candidate;
    if (refusal !== null) return missing(`${sensor.label}: ${refusal}`);
    const lock = await lockOf(candidate, context);
    try {
      const opened = await openChosen(name, chosen, lock, context);
      if (opened.ok) used = candidate;
      return opened;
    } finally {
      if (used === null) lock?.release();
    }
  } finally {
    for (const candidate of candidates) if (candidate !== used) await candidate.sensor.close();
  }
}

interface Chosen {
  readonly candidate: Candidate;
  /** Why this one: a clause. */
  readonly why: string;
  /** Absent where loads have not been tried yet. */
  readonly confirmation?: Confirmation & { readonly ok: true };
}

/** The sensor that may be the device's; by loads where that are several. */
async function choose(candidates: readonly Candidate[], context: SensorContext): Promise<Chosen> {
  const { device, sensor: wanted, time } = context;
  const possible = possibleSensors(candidates, wanted, device.info);
  const [candidate] = possible.candidates;
  if (possible.why !== null && candidate !== undefined) return { candidate, why: possible.why };
  const load = loadOf(context);
  if (load === null) throw ambiguous(possible.candidates, device.info, false);
  const sensors = possible.candidates.map(({ sensor }) => sensor);
  const confirmations = await confirmLoads({ sensors, load, time, periodMs: null });
  const found = onlyConfirmed(confirmations) ?? -1;
  const [loaded, confirmation] = [possible.candidates[found], confirmations[found]];
  if (loaded === undefined || confirmation?.ok !== true)
    throw ambiguous(possible.candidates, device.info, true);
  return { candidate: loaded, why: 'of several its power alone followed loads on the device', confirmation };
}

function loadOf({ device }: SensorContext): Load | null {
  const { run } = device;
  return run === undefined ? null : { variant: burst, run: run.bind(device) };
}

async function openChosen(
  name: MeterInfo['name'],
  { candidate, why, confirmation: known }: Chosen,
  lock: Awaited<ReturnType<typeof lockOf>>,
  context: SensorContext,
): Promise<Opening> {
  const { time, device } = context;
  const { sensor } = candidate;
  const measured = await measureTraits(sensor, time);
  if (!measured.ok) return missing(`${sensor.label}: ${measured.why}`);
  const { traits } = measured;
  const tenants = await tenantsOf(sensor);
  if (!tenants.ok) return missing(`${sensor.label}: ${tenants.why}`);
  const load = loadOf(context);
  let confirmation: Confirmation | undefined = known;
  if (confirmation === undefined && load !== null) {
    [confirmation] = await confirmLoads({ sensors: [sensor], load, time, periodMs: traits.updatePeriodMs });
  }
  if (confirmation?.ok === false && confirmation.ran) return missing(`${sensor.label}: ${confirmation.why}`);
  const shown = confirmation?.ok === true ? confirmation : undefined;
  const isNameless =
    candidate.name === null || isNamed(candidate.name, device.info) || context.sensor !== undefined;
  if (shown === undefined && !isNameless) {
    return missing(
      `${sensor.label} is not called as ${device.info.description}, and no load told whether it is its sensor`,
    );
  }
  const opened = await clocksOf(candidate, context);
  const onClose = async () => {
    try {
      await opened?.control.close();
    } finally {
      lock?.release();
    }
  };
  const meter = await createSensorMeter({
    ...{ name, sensor, traits, time, onClose },
    ...(shown === undefined ? {} : { confirmation: shown }),
  });
  const notes = [
    shown?.words ?? 'whether it sees the device will be told by the first launches',
    ...tenants.notes,
  ];
  if (lock?.note) notes.push(lock.note);
  if (opened?.note) notes.push(opened.note);
  const reason = [`${sensor.label} was picked because ${why}`, ...notes].join('; ');
  const { counterFault } = meter;
  return {
    ...{ ok: true, meter, reason },
    ...(counterFault === null ? {} : { counterFault }),
    ...(opened === null ? {} : { clocks: opened.control }),
  };
}

function lockOf({ sensor }: Candidate, context: SensorContext) {
  const { lockFolder: folder, lockWaitMs: waitMs = 0, time } = context;
  if (folder === undefined) return null;
  return lockGpu({ folder, key: sensor.key, label: sensor.label, waitMs, time });
}

function clocksOf(
  { clocks: board }: Candidate,
  { lockFolder: folder, clockGuard: guard, time }: SensorContext,
) {
  return board === undefined ? null : openClockControl({ board, folder, guard, time });
}

/** While nothing of ours runs, a GPU that works for more of the time than this works for somebody else. */
const mostBusyPart = 0.15;

/** Who else is on a GPU: clauses about those who rest and what cannot be told, or why it is not ours to measure on. */
export type Tenants =
  | { readonly ok: true; readonly notes: readonly string[] }
  | { readonly ok: false; readonly why: string };

/** Who else is on the GPU, as far as that can be told: named if they rest, refused if they work. */
export async function tenantsOf(sensor: Sensor): Promise<Tenants> {
  const listed = await sensor.processes?.();
  const busy = await sensor.busyPart?.();
  const known = listed?.ok === true && listed.value.trusted ? listed.value.processes : [];
  const names = known.map(({ label }) => label).join(', ');
  if (busy?.ok === true && busy.value > mostBusyPart) {
    const who = names === '' ? 'somebody' : names;
    const percent = Math.round(100 * busy.value);
    return { ok: false, why: `it works for ${who} ${percent} % of the time while nothing of ours runs` };
  }
  if (busy?.ok !== true && names !== '') {
    return { ok: false, why: `${names} may be at work on it, and how busy it is cannot be read` };
  }
  const notes: string[] = [];
  if (names !== '') notes.push(`${names} is on it too, at rest when the meter was opened`);
  if (listed === undefined) notes.push('who else is on it cannot be told');
  else if (!listed.ok) notes.push(`other processes on it cannot be noticed: ${listed.why}`);
  else if (!listed.value.trusted) notes.push('this is a container: whose processes are on it cannot be told');
  return { ok: true, notes };
}
