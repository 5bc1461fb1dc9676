import type { Meter, MeterInfo, MeterSession, SensorEvidence } from '../../measure/index.ts';
import { boardConditions, findDisturbances, stillPower } from './disturbances.ts';
import { startSampler } from './sampler.ts';
import type { MeterTime } from './time.ts';
import type { SensorTraits } from './traits.ts';
import type { ProcessList, Sensor } from './types.ts';

const nothing: SensorEvidence = { powers: [], faults: [], conditions: null };

/**
 * A meter over a sensor whose traits are known.
 * `close` closes the sensor and then calls `onClose`.
 */
export async function createSensorMeter(options: {
  readonly name: MeterInfo['name'];
  readonly sensor: Sensor;
  readonly traits: SensorTraits;
  readonly time: MeterTime;
  onClose(): Promise<void>;
}): Promise<Meter> {
  const { name, sensor, traits, time } = options;
  const atOpening = await listProcesses(sensor);
  return {
    info: {
      name,
      description: describeSensor(sensor, traits),
      estimated: false,
      updatePeriodMs: traits.updatePeriodMs,
      resolutionJoules: traits.resolutionJoules,
      idleWatts: traits.idleWatts,
      // What a board's own counter sees of the time is documented nowhere.
      sampledPart: traits.source === 'power' ? (sensor.power?.sampledPart ?? null) : null,
    },
    async start(options) {
      if (options !== undefined) await time.sleep(options.delayMs);
      const before = atOpening?.trusted === true ? atOpening : await listProcesses(sensor);
      return startSession({ sensor, traits, time, before });
    },
    async close() {
      try {
        await sensor.close();
      } finally {
        await options.onClose();
      }
    },
  };
}

function describeSensor(sensor: Sensor, { source, counterFault }: SensorTraits): string {
  const { label, details, counter, power } = sensor;
  const read =
    source === 'counter'
      ? counter?.label
      : `${power?.label} added up${counterFault === null ? '' : ` because ${counterFault}`}`;
  return `${label}, ${read}${details === '' ? '' : ` (${details})`}`;
}

/** null where processes cannot be listed; then none can be noticed. */
async function listProcesses(sensor: Sensor): Promise<ProcessList | null> {
  const listed = await sensor.processes?.();
  return listed?.ok === true ? listed.value : null;
}

async function startSession(options: {
  readonly sensor: Sensor;
  readonly traits: SensorTraits;
  readonly time: MeterTime;
  readonly before: ProcessList | null;
}): Promise<MeterSession> {
  const { sensor, traits, time, before } = options;
  const sampler = await startSampler(sensor, traits, time);
  let disturbances: readonly string[] = [];
  let evidence = nothing;
  return {
    async stop({ completions }) {
      const samples = await sampler.stop();
      const after = await listProcesses(sensor);
      const [fromMs, toMs] = [completions[0]?.timeMs ?? 0, completions.at(-1)?.timeMs ?? 0];
      const { states, readings, powers } = samples;
      disturbances = findDisturbances({ states, fromMs, toMs, before, after });
      const still = traits.source === 'power' && sensor.power?.fine === true ? stillPower(readings) : null;
      evidence = {
        powers,
        faults: [...samples.failures, ...(still === null ? [] : [still])],
        conditions: boardConditions(states, fromMs, toMs),
      };
      return readings;
    },
    async cancel() {
      await sampler.stop();
    },
    disturbances: () => disturbances,
    evidence: () => evidence,
  };
}
