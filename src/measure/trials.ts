import {
  type FeatureVector,
  type Outcome,
  type Variant,
  type VariantFailure,
  variantIdentity,
} from '../kernel/index.ts';
import type { Configuration } from '../space/index.ts';
import { createRandom } from '../stats/index.ts';
import { busyShareOf, waitingIn } from './busy.ts';
import { measureEnergy } from './energy.ts';
import { measureLatency, type TimedLatency } from './latency.ts';
import type { MeasureOptions } from './options.ts';
import type { Clock, Device, Meter, Remarks } from './ports.ts';
import { prepareReference, type TrialBuilder } from './reference.ts';
import { CostCount, type TrialCosts } from './trial-costs.ts';
import type { EnergyMeasurement, LatencyMeasurement } from './types.ts';

/** What is to be found out about an energy. */
export interface EnergyQuestion {
  /** Joules per launch that it is compared with: once it is clearly above them, no window is added to know it better. */
  readonly rivalJoules: number;
}

/** The laboratory a search works in: configurations in, measurements out. */
export interface Trials {
  /** Builds, prepares, verifies against the reference and times. Whatever fails is the configuration's failure. */
  latency(configuration: Configuration): Promise<Outcome<LatencyMeasurement>>;
  /** Measures energy, as precisely as the options say or the question needs. A window that stayed void is a failure of kind `void-window`. */
  energy(configuration: Configuration, question?: EnergyQuestion): Promise<Outcome<EnergyMeasurement>>;
  /** Says which configuration comes next, so that it may be compiled while the present one is measured. */
  expect(configuration: Configuration): void;
  /** Static features; null where there is no WGSL (a recording, a program of another kind) or it does not build. */
  features(configuration: Configuration): Promise<FeatureVector | null>;
  readonly measuresEnergy: boolean;
  /** What was spent so far. */
  costs(): TrialCosts;
}

export interface TrialsRequest {
  readonly device: Device;
  /** null: energy is not measured. */
  readonly meter: Meter | null;
  readonly builder: TrialBuilder;
  readonly options: MeasureOptions;
  readonly clock: Clock;
  /** Told what is to be said of outputs that are right, once for each program. */
  readonly onRemark?: (remark: string) => void;
}

/** Where trials meet a sensor that sees a part of the time; nothing else is drawn at random here. */
const phases = createRandom(1);

/**
 * Built variants that are kept: of a batch, and of what has its energy measured after it. With its text and the place of every
 * line a variant takes tens of kilobytes, and building it again some milliseconds.
 */
const maxVariants = 16;

/** Trials of one kernel and workload on a device. A correct variant is verified once, then remembered. */
export function createTrials(request: TrialsRequest): Trials {
  return new DeviceTrials(request);
}

class DeviceTrials implements Trials {
  readonly #request: TrialsRequest;
  /** The least recently used first. */
  readonly #variants = new Map<string, Promise<Outcome<Variant>>>();
  readonly #verified = new Map<string, Promise<Outcome<Remarks>>>();
  readonly #mediansMs = new Map<string, number>();
  /** What is being built for later. */
  readonly #ahead = new Set<Promise<void>>();
  #reference: Promise<Variant> | null = null;
  readonly #count: CostCount;

  constructor(request: TrialsRequest) {
    this.#request = request;
    this.#count = new CostCount(request.clock);
  }

  get measuresEnergy(): boolean {
    return this.#request.meter !== null;
  }

  costs(): TrialCosts {
    return this.#count.costs;
  }

  async latency(configuration: Configuration): Promise<Outcome<LatencyMeasurement>> {
    this.#count.latencyTrials++;
    const outcome = await this.#timeVerified(configuration);
    if (outcome.ok) this.#mediansMs.set(this.#key(configuration), outcome.value.medianMs);
    return outcome;
  }

  energy(configuration: Configuration, question?: EnergyQuestion): Promise<Outcome<EnergyMeasurement>> {
    const outcome = this.#energyOutcome(configuration, question);
    this.#count.energyTrials++;
    return outcome;
  }

  expect(configuration: Configuration): void {
    const { device } = this.#request;
    if (device.expect === undefined) return;
    // What building comes to is told when the configuration is measured.
    const ahead: Promise<void> = this.#build(configuration)
      .then(
        (built) => {
          if (built.ok) device.expect?.(built.value);
        },
        () => undefined,
      )
      .finally(() => this.#ahead.delete(ahead));
    this.#ahead.add(ahead);
  }

  async features(configuration: Configuration): Promise<FeatureVector | null> {
    // Without building: a search asks about far more configurations than it measures.
    return this.#request.builder.featuresOf(configuration);
  }

  async #timeVerified(configuration: Configuration): Promise<Outcome<TimedLatency>> {
    const { device, options } = this.#request;
    const prepared = await this.#count.during('compile', () => this.#prepare(configuration));
    if (!prepared.ok) return prepared;
    // A program that prints another takes cores, and on a software adapter those are what is measured.
    if (device.info.software) await this.#count.during('compile', () => Promise.allSettled(this.#ahead));
    const variant = prepared.value;
    const verified = await this.#count.during('check', () => this.#verify(variant));
    if (!verified.ok) return verified;
    return this.#count.during('latency', () => measureLatency({ device, variant, options: options.time }));
  }

  async #prepare(configuration: Configuration): Promise<Outcome<Variant>> {
    const built = await this.#build(configuration);
    if (!built.ok) return built;
    const prepared = await this.#request.device.prepare(built.value);
    return prepared.ok ? built : prepared;
  }

  async #energyOutcome(
    configuration: Configuration,
    question?: EnergyQuestion,
  ): Promise<Outcome<EnergyMeasurement>> {
    const { device, meter, options } = this.#request;
    if (meter === null) {
      return failed({ kind: 'unsupported', message: 'there is no meter: energy cannot be measured' });
    }
    const random = phases.fork(`${this.#count.energyTrials}`);
    const built = await this.#count.during('compile', () => this.#build(configuration));
    if (!built.ok) return built;
    const run: Device['run'] = (variant, durationMs, part) =>
      this.#count.during('energy', () => device.run(variant, durationMs, part));
    const request = { device: { run }, meter, variant: built.value, options: options.window, random };
    const window = await this.#count.during('waiting', () => measureEnergy({ ...request, ...question }));
    switch (window.status) {
      case 'valid': {
        const medianMs = this.#mediansMs.get(this.#key(configuration));
        const share = medianMs === undefined ? null : busyShareOf(device.info, window.energy, { medianMs });
        const waiting = waitingIn(share, window.energy);
        return waiting === null
          ? { ok: true, value: window.energy }
          : failed({ kind: 'void-window', message: waiting });
      }
      case 'failed':
        return failed(window.failure);
      case 'void':
        return failed({ kind: 'void-window', message: window.reasons.join('; then ') });
    }
  }

  #build(configuration: Configuration): Promise<Outcome<Variant>> {
    const key = this.#key(configuration);
    const built = this.#variants.get(key) ?? this.#request.builder.build(configuration);
    this.#variants.delete(key);
    this.#variants.set(key, built);
    for (const oldest of this.#variants.keys()) {
      if (this.#variants.size <= maxVariants) break;
      this.#variants.delete(oldest);
    }
    return built;
  }

  /** Compares with the reference. Configurations that build the same program share the answer. */
  #verify(variant: Variant): Promise<Outcome<Remarks>> {
    // A recording has no program: what it holds was verified when it was made.
    const identity = variantIdentity(variant);
    if (identity === null) return Promise.resolve({ ok: true, value: null });
    let verified = this.#verified.get(identity);
    if (verified === undefined) {
      verified = this.#compareWithReference(variant);
      this.#verified.set(identity, verified);
    }
    return verified;
  }

  async #compareWithReference(variant: Variant): Promise<Outcome<Remarks>> {
    const { builder, device, onRemark } = this.#request;
    // What a search chooses is looked at more closely before it meets the incumbent, which is the first.
    const options = { indices: this.#verified.size === 0 };
    this.#reference ??= prepareReference(builder, device);
    const verified = await device.verify(variant, await this.#reference, options);
    if (verified.ok) for (const remark of verified.value ?? []) onRemark?.(remark);
    return verified;
  }

  #key(configuration: Configuration): string {
    return JSON.stringify(
      this.#request.builder.kernel.tunables.map(({ name }) => configuration[name] ?? null),
    );
  }
}

function failed(failure: VariantFailure): Outcome<never> {
  return { ok: false, failure };
}
