import { mean } from '../../stats/index.ts';
import { type Load, type Observed, type ObservedSensor, observePattern, type Span } from './load-pattern.ts';
import { fitResponse, type ResponseFit, type SensorUpdate } from './response.ts';
import type { MeterTime } from './time.ts';
import type { Sensor } from './types.ts';

/** Loads show in a sensor if they explain this part of how its power moved, */
const leastExplained = 0.5;
/** leave at most this part of what the same loads at other moments would, which a power that wanders by itself follows as well, */
const decoyPart = 0.5;
/** raise it by this many watts, by this part of what is drawn without, */
const leastWatts = 1;
/** A counter, and what it is checked by, must have said so much. */
const leastUpdates = 8;
const leastPart = 0.03;
/** and by so many standard errors. */
const certain = 8;
/** Another sensor is no candidate if loads raise its power by less than this part of what they raise the right one's by. */
const othersPart = 1 / 3;
/** Readings that need longer to follow a load would make windows of minutes. */
const mostSettledMs = 8000;
/** A response that is over sooner than this was seen whole within the pattern. */
const seenWholeMs = 700;

/** What loads through the path that is measured did to the power of one sensor. */
export type Confirmation =
  | {
      readonly ok: true;
      readonly fit: ResponseFit;
      readonly words: string;
      /** Integrated power over the counter's energy under load, less 1; null where one of them is missing. */
      readonly disagreement: number | null;
      readonly powerPeriodMs: number | null;
    }
  /** `why` is a clause; `ran` is false where no load could be put on the device, which says nothing of the sensor. */
  | { readonly ok: false; readonly why: string; readonly ran: boolean };

/**
 * Puts loads on a device, on and off, and says for each sensor whether they show in its power, and how late.
 * @param request.periodMs update period of the slowest sensor; null if unknown
 */
export async function confirmLoads(request: {
  readonly sensors: readonly Sensor[];
  readonly load: Load;
  readonly time: MeterTime;
  readonly periodMs: number | null;
}): Promise<readonly Confirmation[]> {
  const isSeen = (seen: Observed, withinMs: number) =>
    seen.sensors.some((sensor) => {
      const fit = fitOf(seen, sensor);
      return fit !== null && shows(fit) && fit.settledAfterMs < withinMs;
    });
  const observe = () => observePattern({ ...request, isEnough: (seen) => isSeen(seen, seenWholeMs) });
  let observed = await observe();
  // What else came or went meanwhile is likely to be over.
  if (observed.ok && !isSeen(observed, Number.POSITIVE_INFINITY)) observed = await observe();
  if (!observed.ok) {
    const why = `no load could be put on the device: ${observed.why}`;
    return request.sensors.map(() => ({ ok: false, why, ran: false }));
  }
  const { sensors, loads } = observed;
  return sensors.map((sensor) => {
    const checkedBy =
      sensor.counter.length >= leastUpdates ? fitResponse(observed.cause, sensor.power) : null;
    return confirmationOf(fitOf(observed, sensor), checkedBy, sensor, loads);
  });
}

/** The one sensor in whose power loads showed, and in no other's; null if not exactly one is. */
export function onlyConfirmed(confirmations: readonly Confirmation[]): number | null {
  const rises = confirmations.map((one) => (one.ok ? one.fit.gain : 0));
  const best = rises.indexOf(Math.max(...rises));
  const rise = rises[best] ?? 0;
  const others = rises.filter((other, i) => i !== best && other > othersPart * rise);
  return rise > 0 && others.length === 0 ? best : null;
}

interface Fit extends ResponseFit {
  /** The most that loads at other moments, which never were, would explain. */
  readonly byDecoys: number;
}

function fitOf({ cause }: Observed, { counter, power }: ObservedSensor): Fit | null {
  const updates = counter.length >= leastUpdates ? counter : power;
  const fit = fitResponse(cause, updates);
  if (fit === null) return null;
  const { values } = cause;
  const shifted = (by: number) => values.map((_, i) => values[(i + by) % values.length] as number);
  const decoys = [[...values].reverse(), shifted(values.length >> 1), shifted(values.length >> 2)];
  const explained = decoys.map((decoy) => fitResponse({ ...cause, values: decoy }, updates)?.explained ?? 0);
  return { ...fit, byDecoys: Math.max(...explained) };
}

function shows(fit: Fit): boolean {
  return isClear(fit) && 1 - fit.explained <= decoyPart * (1 - fit.byDecoys);
}

function isClear({ explained, gain, gainError, base }: ResponseFit): boolean {
  return (
    explained >= leastExplained &&
    gain >= leastWatts &&
    gain >= leastPart * Math.abs(base) &&
    gain >= certain * gainError
  );
}

/** @param powerFit how the power followed where `fit` is the counter's: it checks the counter, and may be slower */
function confirmationOf(
  fit: Fit | null,
  powerFit: ResponseFit | null,
  sensor: ObservedSensor,
  loads: readonly Span[],
): Confirmation {
  if (fit === null)
    return { ok: false, why: 'its power did not move, or could not be read, while loads ran', ran: true };
  const [base, loaded] = [Math.round(fit.base), Math.round(fit.base + fit.gain)];
  if (!shows(fit)) {
    const part = Math.round(100 * fit.explained);
    const why = `loads that ran on the device did not show in its power: ${base} W without, ${loaded} W with one, and that explains ${part} % of how it moved`;
    return { ok: false, why, ran: true };
  }
  if (fit.settledAfterMs > mostSettledMs) {
    const seconds = (fit.settledAfterMs / 1000).toFixed(1);
    return { ok: false, why: `its readings follow a load only after ${seconds} s`, ran: true };
  }
  const check =
    powerFit !== null && isClear(powerFit) && powerFit.settledAfterMs <= mostSettledMs ? powerFit : null;
  const settledMs = Math.max(fit.settledAfterMs, check?.settledAfterMs ?? 0);
  const late = settledMs < 1 ? 'at once' : `within ${Math.round(settledMs)} ms`;
  const words = `four loads showed in its power, ${base} W without and ${loaded} W with one, ${late}`;
  const fitted = check === null ? null : (check.base + check.gain) / (fit.base + fit.gain) - 1;
  const disagreement = disagreementOf(sensor, loads, settledMs) ?? fitted;
  const { powerPeriodMs } = sensor;
  return { ok: true, fit: { ...fit, settledAfterMs: settledMs }, words, disagreement, powerPeriodMs };
}

/** Power against the counter, over what each said of the settled part of the loads. */
function disagreementOf(
  { counter, power }: ObservedSensor,
  loads: readonly Span[],
  settledMs: number,
): number | null {
  const within = (updates: readonly SensorUpdate[]) =>
    updates
      .filter(({ timeMs, sinceMs }) =>
        loads.some(({ fromMs, toMs }) => (sinceMs ?? timeMs) >= fromMs + settledMs && timeMs <= toMs),
      )
      .map(({ watts }) => watts);
  const [counted, stated] = [within(counter), within(power)];
  if (counted.length < leastUpdates || stated.length < leastUpdates) return null;
  return mean(stated) / mean(counted) - 1;
}
