import type { MeterInfo } from '../../measure/index.ts';
import { openClockControl } from '../clocks/control.ts';
import { type MeterContext, missing, type Opening } from '../kind.ts';
import { type Candidate, chooseSensor } from './choose.ts';
import { lockGpu } from './lock.ts';
import { createSensorMeter } from './meter.ts';
import { measureTraits } from './traits.ts';

/**
 * Opens a meter on the one of `candidates` that is the device's: chooses, locks the GPU, measures what the sensor can do.
 * Every candidate that is not used is closed, all of them if none is.
 * @param candidates at least one
 * @throws JoulegateError as `chooseSensor` and `lockGpu` do
 */
export async function openSensor(
  name: MeterInfo['name'],
  candidates: readonly Candidate[],
  context: MeterContext,
): Promise<Opening> {
  const { device, sensor: wanted, time } = context;
  let used: Candidate | null = null;
  try {
    const { candidate, why } = await chooseSensor({ candidates, wanted, device, time });
    const { sensor, refusal } = candidate;
    if (refusal !== null) return missing(`${sensor.label}: ${refusal}`);
    const lock = await lockOf(candidate, context);
    try {
      const measured = await measureTraits(sensor, time);
      if (!measured.ok) return missing(`${sensor.label}: ${measured.why}`);
      const { traits } = measured;
      const opened = await clocksOf(candidate, context);
      const onClose = async () => {
        try {
          await opened?.control.close();
        } finally {
          lock?.release();
        }
      };
      const meter = await createSensorMeter({ name, sensor, traits, time, onClose });
      used = candidate;
      const notes = await sensorNotes(candidate);
      if (lock?.note) notes.push(lock.note);
      if (opened?.note) notes.push(opened.note);
      const reason = [`${sensor.label} was picked because ${why}`, ...notes].join('; ');
      return { ok: true, meter, reason, ...(opened === null ? {} : { clocks: opened.control }) };
    } finally {
      if (used === null) lock?.release();
    }
  } finally {
    for (const candidate of candidates) if (candidate !== used) await candidate.sensor.close();
  }
}

function lockOf({ sensor }: Candidate, context: MeterContext) {
  const { lockFolder: folder, lockWaitMs: waitMs, time } = context;
  if (folder === undefined) return null;
  return lockGpu({ folder, key: sensor.key, label: sensor.label, waitMs, time });
}

function clocksOf(
  { clocks: board }: Candidate,
  { lockFolder: folder, clockGuard: guard, time }: MeterContext,
) {
  return board === undefined ? null : openClockControl({ board, folder, guard, time });
}

/** What cannot be watched on this host. */
async function sensorNotes({ sensor }: Candidate): Promise<string[]> {
  const listed = await sensor.processes?.();
  if (listed === undefined) return [];
  return listed.ok ? [] : [`other processes on it cannot be noticed: ${listed.why}`];
}
