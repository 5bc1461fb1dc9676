import type { Variant } from '../../kernel/index.ts';
import type { Device, Meter, MeterInfo, MeterSession, SensorEvidence } from '../../measure/index.ts';
import { type Confirmation, confirmLoads } from './confirm.ts';
import { boardConditions, findDisturbances, stillPower } from './disturbances.ts';
import { waitForQuiet, wattsNow } from './quiet.ts';
import { startSampler } from './sampler.ts';
import type { MeterTime } from './time.ts';
import { measurePowerTraits, type SensorTraits } from './traits.ts';
import type { ProcessList, Sensor } from './types.ts';

const nothing: SensorEvidence = { powers: [], faults: [], conditions: null };

/** A counter that differs by more than this from its board's power, both under load, is not used. */
const toleratedDisagreement = 0.025;
/** Without a load a board may draw this much more than when that was measured: it is warmer. */
const warmerPart = 0.1;
const warmerWatts = 5;
/** One that draws less than this part of its idle power has become colder. */
const colderPart = 0.9;
/** Where the system shows that nobody else is on it, it may be warmer still. */
const alonePart = 0.5;
/** The last update of a load is out by now: so many periods, and what a host needs to notice. */
const lastUpdates = 2.5;
const noticeMs = 100;
/** After so many variants whose loads did not show, no other is tried: each takes some 20 s. */
const mostUnseen = 3;

export interface SensorMeterOptions {
  readonly name: MeterInfo['name'];
  readonly sensor: Sensor;
  readonly traits: SensorTraits;
  readonly time: MeterTime;
  /** What loads on the adapter did to the sensor; absent if that is not known yet. */
  readonly confirmation?: Confirmation & { readonly ok: true };
  onClose(): Promise<void>;
}

/**
 * A meter over a sensor whose traits are known.
 * `close` closes the sensor and then calls `onClose`.
 */
export async function createSensorMeter(
  options: SensorMeterOptions,
): Promise<Meter & Pick<SensorTraits, 'counterFault'>> {
  const { sensor, confirmation } = options;
  const meter = new SensorMeter(options, await listProcesses(sensor));
  if (confirmation !== undefined) await meter.believe('shader', confirmation);
  return meter;
}

/** How a variant reaches the GPU: each way may reach another one. */
type Path = 'shader' | 'program';

class SensorMeter implements Meter {
  readonly #options: SensorMeterOptions;
  readonly #atOpening: ProcessList | null;
  /** Paths whose loads showed. */
  readonly #confirmed = new Set<Path>();
  /** Variants whose loads did not, and why: one that draws little says nothing of others. */
  readonly #unseen: Readonly<Record<Path, Map<string, string>>> = { shader: new Map(), program: new Map() };
  /** Why nothing can be measured with it after all; null if it can. */
  #fault: string | null = null;
  #traits: SensorTraits;
  #settledAfterMs: number | null = null;
  /** Power between loads, shortly after one: clocks are still up then. */
  #baseWatts: number | null = null;
  /** How far the counter is from the power; null where nothing checks it. */
  #disagreement: number | null = null;

  constructor(options: SensorMeterOptions, atOpening: ProcessList | null) {
    this.#options = options;
    this.#traits = options.traits;
    this.#atOpening = atOpening;
  }

  get info(): MeterInfo {
    const { name, sensor } = this.#options;
    const { source, updatePeriodMs, resolutionJoules, idleWatts } = this.#traits;
    return {
      name,
      description: this.#describe(),
      estimated: sensor.estimated ?? false,
      updatePeriodMs,
      resolutionJoules,
      idleWatts: idleWatts ?? this.#baseWatts,
      // What a board's own counter sees of the time is documented nowhere.
      sampledPart: source === 'power' ? (sensor.power?.sampledPart ?? null) : null,
      settledAfterMs: this.#settledAfterMs,
      scope: sensor.scope,
    };
  }

  get counterFault(): string | null {
    return this.#traits.counterFault;
  }

  async confirm(device: Pick<Device, 'run'>, variant: Variant): Promise<string | null> {
    const path: Path = variant.command === undefined ? 'shader' : 'program';
    if (this.#fault !== null || this.#confirmed.has(path)) return this.#fault;
    const unseen = this.#unseen[path];
    const known =
      unseen.get(variant.id) ?? (unseen.size >= mostUnseen ? [...unseen.values()].at(-1) : undefined);
    if (known !== undefined) return known;
    const { sensor, time } = this.#options;
    const load = { variant, run: device.run.bind(device) };
    const periodMs = this.#traits.updatePeriodMs;
    const [seen] = await confirmLoads({ sensors: [sensor], load, time, periodMs });
    if (seen?.ok === true) await this.believe(path, seen);
    // What is wrong with the variant is told where it is measured.
    if (seen?.ok !== false || !seen.ran) return this.#fault;
    const why = `${sensor.label} does not show what is measured: ${seen.why}; if that runs on another board, name its sensor`;
    unseen.set(variant.id, why);
    return why;
  }

  /** Takes over what loads told about the sensor. */
  async believe(path: Path, confirmation: Confirmation & { readonly ok: true }): Promise<void> {
    const { sensor, time } = this.#options;
    const { fit, disagreement, powerPeriodMs } = confirmation;
    this.#confirmed.add(path);
    if (this.#traits.updatePeriodMs === null && this.#traits.source === 'power') {
      this.#traits = { ...this.#traits, updatePeriodMs: powerPeriodMs };
    }
    this.#settledAfterMs = Math.max(this.#settledAfterMs ?? 0, fit.settledAfterMs);
    this.#baseWatts = Math.max(this.#baseWatts ?? 0, fit.base);
    if (this.#traits.source !== 'counter' || disagreement === null) return;
    this.#disagreement = disagreement;
    if (Math.abs(disagreement) <= toleratedDisagreement) return;
    const powered = await measurePowerTraits(sensor, time);
    const [percent, side] = [100 * Math.abs(1 / (1 + disagreement) - 1), disagreement < 0 ? 'more' : 'less'];
    const counterFault = `its counter says ${percent.toFixed(1)} % ${side} under load`;
    if (powered.ok) this.#traits = { ...powered.traits, counterFault };
    else this.#fault = `${sensor.label}: ${counterFault}, and ${powered.why}`;
  }

  async quiet(): Promise<string | null> {
    const { sensor, time } = this.#options;
    const { idleWatts, updatePeriodMs: periodMs } = this.#traits;
    const usual = Math.max(idleWatts ?? 0, this.#baseWatts ?? 0);
    if (usual <= 0) return null;
    const graceMs = (this.#settledAfterMs ?? 0) + lastUpdates * (periodMs ?? 0) + noticeMs;
    const mostWatts = usual * (1 + warmerPart) + warmerWatts;
    const watts = await waitForQuiet({ sensor, time, periodMs, mostWatts, graceMs });
    if (watts === null || watts <= mostWatts) {
      await this.#coolDown(watts);
      return null;
    }
    const others = await listProcesses(sensor);
    const isAlone = others?.trusted === true && others.processes.length === 0;
    if (isAlone && watts <= usual * (1 + alonePart)) {
      this.#baseWatts = watts;
      return null;
    }
    const who = others?.trusted === true ? others.processes.map(({ label }) => label).join(', ') : '';
    return `something else is at work on ${sensor.label}${who === '' ? '' : `, on which ${who} run`}: ${Math.round(watts)} W while nothing of ours ran, ${Math.round(usual)} W before`;
  }

  /** A board that is colder now draws less at rest than when it was opened; one reading may be noise. */
  async #coolDown(watts: number | null): Promise<void> {
    const { sensor, time } = this.#options;
    const { idleWatts, updatePeriodMs } = this.#traits;
    if (watts === null || idleWatts === null || watts > colderPart * idleWatts) return;
    await time.sleep(updatePeriodMs ?? 0);
    const again = await wattsNow(sensor, time, updatePeriodMs);
    if (again === null || again > colderPart * idleWatts) return;
    this.#traits = { ...this.#traits, idleWatts: (watts + again) / 2 };
  }

  async start(options?: { readonly delayMs: number }): Promise<MeterSession> {
    const { sensor, time } = this.#options;
    if (options !== undefined) await time.sleep(options.delayMs);
    const before = this.#atOpening?.trusted === true ? this.#atOpening : await listProcesses(sensor);
    return startSession({ sensor, traits: this.#traits, time, before });
  }

  async close(): Promise<void> {
    try {
      await this.#options.sensor.close();
    } finally {
      await this.#options.onClose();
    }
  }

  #describe(): string {
    const { label, details, counter, power, scope } = this.#options.sensor;
    const { source, counterFault } = this.#traits;
    const read =
      source === 'counter'
        ? counter?.label
        : `${power?.label} added up${counterFault === null ? '' : ` because ${counterFault}`}`;
    // Nothing on a board tells how far its power is from the truth.
    const checked =
      source === 'counter' && this.#disagreement !== null
        ? `${(100 * Math.abs(this.#disagreement)).toFixed(1)} % from its power`
        : 'unchecked';
    const notes = [scope ?? 'unknown scope', checked, ...(details === '' ? [] : [details])];
    return `${label}, ${read} (${notes.join(', ')})`;
  }
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
