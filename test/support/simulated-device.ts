import { type Outcome, singlePass, type Variant, type VariantFailure } from '../../src/kernel/index.ts';
import type {
  Clock,
  Completion,
  Device,
  DeviceInfo,
  EnergyReading,
  LatencySamples,
  Meter,
  MeterInfo,
  MeterSession,
  Stretch,
  StretchPart,
  TimeOptions,
  VerifyOptions,
} from '../../src/measure/index.ts';
import { createRandom, type Random } from '../../src/stats/index.ts';

/** What a launch of a variant truly costs. */
export interface TrueCost {
  readonly latencyMs: number;
  readonly watts: number;
  /** What putting back what it changes costs, for variants whose launches change what they read. */
  readonly reset?: { readonly ms: number; readonly watts: number };
}

export interface LabOptions {
  readonly seed?: number;
  /** True cost of a variant at a moment; a failure is what `prepare` answers. */
  readonly cost: (variant: Variant, timeMs: number) => TrueCost | VariantFailure;
  /** Answer of `verify`; right unless given. */
  readonly verify?: (variant: Variant, reference: Variant, options?: VerifyOptions) => Outcome<null>;
  /** Relative sd of every sample and batch. */
  readonly noise?: number;
  /** Relative sd of a process's own factor on latency: what iterations inside it cannot average out. */
  readonly processNoise?: number;
  readonly idleWatts?: number;
  /** Update period of the energy counter. 0: a reading at every completion, as CPU time gives. */
  readonly tickMs?: number;
  /** How often the counter is polled. */
  readonly pollMs?: number;
  /** Joules the counter counts in. */
  readonly quantumJoules?: number;
  readonly timerResolutionMs?: number;
  readonly estimated?: boolean;
  readonly software?: boolean;
  /** Keeps nothing of what is over when a session starts: no log, no power. For runs whose memory is looked at. */
  readonly forgets?: boolean;
}

/** A laboratory in virtual time: no wait, no wall clock, the same seed gives the same numbers. */
export interface SimulatedLab {
  readonly clock: Clock;
  openDevice(): Promise<Device>;
  openMeter(): Promise<Meter>;
  /** Everything devices and meters were asked for, in order: `2 time variant`, `2 close`. */
  readonly log: string[];
  /** Devices and meters not closed yet. */
  open(): number;
  /** A fault of the counter, applied to the readings of every later session until cleared. */
  counterFault: ((readings: EnergyReading[]) => EnergyReading[]) | null;
  /** What a session reports as disturbances; taken from the front, one entry per session. */
  readonly disturbances: string[][];
  /** Called at the start of every request of a device; may throw to lose it. */
  onRequest: ((request: string) => void) | null;
}

const OVERHEAD_MS = 1;

interface Segment {
  readonly fromMs: number;
  readonly toMs: number;
  readonly watts: number;
  /** Energy above idle of all earlier segments. */
  readonly joulesBefore: number;
}

export function createSimulatedLab(options: LabOptions): SimulatedLab {
  return new Lab(options);
}

class Lab implements SimulatedLab {
  readonly options: LabOptions;
  readonly random: Random;
  readonly log: string[] = [];
  readonly disturbances: string[][] = [];
  counterFault: ((readings: EnergyReading[]) => EnergyReading[]) | null = null;
  onRequest: ((request: string) => void) | null = null;
  readonly #segments: Segment[] = [];
  #nowMs = 1000;
  #opened = 0;
  #open = 0;

  constructor(options: LabOptions) {
    this.options = options;
    this.random = createRandom(options.seed ?? 1);
  }

  readonly clock: Clock = { nowMs: () => this.#nowMs };

  open(): number {
    return this.#open;
  }

  async openDevice(): Promise<Device> {
    this.#open++;
    const id = ++this.#opened;
    this.log.push(`${id} open`);
    return new SimulatedDevice(this, id, () => {
      this.#open--;
    });
  }

  async openMeter(): Promise<Meter> {
    this.#open++;
    return new SimulatedMeter(this, () => {
      this.#open--;
    });
  }

  /** Lets time pass; the board draws `watts` meanwhile, else idle power. */
  pass(ms: number, watts?: number): void {
    const fromMs = this.#nowMs;
    this.#nowMs += ms;
    if (watts === undefined) return;
    const last = this.#segments.at(-1);
    const joulesBefore = last === undefined ? 0 : last.joulesBefore + this.#aboveIdle(last, last.toMs);
    this.#segments.push({ fromMs, toMs: this.#nowMs, watts, joulesBefore });
  }

  /** True energy since time 0. */
  joulesAt(timeMs: number): number {
    let low = 0;
    let high = this.#segments.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#segments[middle] as Segment).fromMs < timeMs) low = middle + 1;
      else high = middle;
    }
    const segment = this.#segments[low - 1];
    const load = segment === undefined ? 0 : segment.joulesBefore + this.#aboveIdle(segment, timeMs);
    return ((this.options.idleWatts ?? 0) * timeMs) / 1000 + load;
  }

  /** Readings look back by a tick at most. */
  forget(): void {
    if (this.options.forgets !== true) return;
    this.log.splice(0);
    const since = this.#nowMs - 1000;
    const first = this.#segments.findIndex(({ toMs }) => toMs >= since);
    this.#segments.splice(0, first < 0 ? this.#segments.length - 1 : first);
  }

  #aboveIdle({ fromMs, toMs, watts }: Segment, timeMs: number): number {
    return ((watts - (this.options.idleWatts ?? 0)) * (Math.min(toMs, timeMs) - fromMs)) / 1000;
  }
}

class SimulatedDevice implements Device {
  readonly info: DeviceInfo;
  readonly #lab: Lab;
  readonly #id: number;
  readonly #factor: number;
  readonly #onClose: () => void;

  constructor(lab: Lab, id: number, onClose: () => void) {
    this.#lab = lab;
    this.#id = id;
    this.#onClose = onClose;
    this.#factor = Math.exp((lab.options.processNoise ?? 0) * lab.random.normal());
    this.info = {
      backend: 'webgpu',
      family: 'simulated',
      vendor: 'simulated',
      architecture: '',
      device: 'simulated',
      description: 'Simulated GPU',
      driver: '1.0',
      software: lab.options.software ?? false,
      features: [],
      limits: {
        max_workgroup_storage: 16384,
        max_invocations: 256,
        max_workgroup_size_x: 256,
        max_workgroup_size_y: 256,
        max_workgroup_size_z: 64,
        max_workgroups: 65535,
        max_buffer_bytes: 2 ** 28,
        has_f16: false,
        has_subgroups: false,
        subgroup_min: 4,
        subgroup_max: 128,
      },
      timestamps: true,
    };
  }

  async prepare(variant: Variant): Promise<Outcome<null>> {
    const cost = this.#begin('prepare', variant);
    return cost.ok ? { ok: true, value: null } : cost;
  }

  async verify(variant: Variant, reference: Variant, options?: VerifyOptions): Promise<Outcome<null>> {
    this.#begin('verify', variant);
    return this.#lab.options.verify?.(variant, reference, options) ?? { ok: true, value: null };
  }

  async time(variant: Variant, { samples, minSampleMs }: TimeOptions): Promise<Outcome<LatencySamples>> {
    const cost = this.#begin('time', variant);
    if (!cost.ok) return cost;
    const launchesPerSample = Math.max(1, Math.ceil(minSampleMs / cost.value.latencyMs));
    const step = (this.#lab.options.timerResolutionMs ?? 0) / launchesPerSample;
    const samplesMs = Array.from({ length: samples }, () => {
      const { latencyMs, watts } = this.#launch(variant);
      this.#lab.pass(latencyMs * launchesPerSample, watts);
      return step > 0 ? Math.round(latencyMs / step) * step : latencyMs;
    });
    const reset = cost.value.reset === undefined ? {} : { resetMs: cost.value.reset.ms };
    return { ok: true, value: { samplesMs, launchesPerSample, resolutionMs: step, ...reset } };
  }

  async run(variant: Variant, durationMs: number, part?: StretchPart): Promise<Outcome<Stretch>> {
    const cost = this.#begin('run', variant);
    if (!cost.ok) return cost;
    const { clock } = this.#lab;
    const startMs = clock.nowMs();
    const completions: Completion[] = [{ timeMs: startMs, launches: 0, cpuSeconds: null }];
    let launches = 0;
    while (clock.nowMs() < startMs + durationMs) {
      const { latencyMs, watts, reset = { ms: 0, watts: 0 } } = this.#launch(variant);
      const launchMs = part === 'resets' ? 0 : latencyMs;
      const batch = Math.max(1, Math.floor(20 / (launchMs + reset.ms)));
      this.#lab.pass(batch * reset.ms, reset.watts);
      if (launchMs > 0) this.#lab.pass(batch * launchMs, watts);
      launches += batch;
      completions.push({ timeMs: clock.nowMs(), launches, cpuSeconds: null });
    }
    return { ok: true, value: { variant, completions } };
  }

  async close(): Promise<void> {
    this.#lab.log.push(`${this.#id} close`);
    this.#onClose();
  }

  #begin(request: string, variant: Variant): Outcome<TrueCost> {
    this.#lab.log.push(`${this.#id} ${request} ${variant.id}`);
    this.#lab.onRequest?.(request);
    this.#lab.pass(OVERHEAD_MS);
    const cost = this.#lab.options.cost(variant, this.#lab.clock.nowMs());
    return 'kind' in cost ? { ok: false, failure: cost } : { ok: true, value: cost };
  }

  /** What a launch costs here and now, this process's factor and noise included. */
  #launch(variant: Variant): TrueCost {
    const cost = this.#lab.options.cost(variant, this.#lab.clock.nowMs());
    if ('kind' in cost) throw new Error('a failing variant was run');
    const noise = Math.exp((this.#lab.options.noise ?? 0) * this.#lab.random.normal());
    return { ...cost, latencyMs: cost.latencyMs * this.#factor * noise };
  }
}

class SimulatedMeter implements Meter {
  readonly info: MeterInfo;
  readonly #lab: Lab;
  readonly #onClose: () => void;

  constructor(lab: Lab, onClose: () => void) {
    this.#lab = lab;
    this.#onClose = onClose;
    this.info = {
      name: 'nvml',
      description: 'Simulated counter',
      estimated: lab.options.estimated ?? false,
      updatePeriodMs: lab.options.tickMs || null,
      resolutionJoules: lab.options.quantumJoules ?? null,
      idleWatts: lab.options.idleWatts ?? null,
    };
  }

  async start(): Promise<MeterSession> {
    const lab = this.#lab;
    const fromMs = lab.clock.nowMs();
    lab.forget();
    lab.log.push('meter start');
    let disturbances: string[] = [];
    return {
      stop: async (stretch) => {
        lab.log.push('meter stop');
        disturbances = lab.disturbances.shift() ?? [];
        lab.pass(OVERHEAD_MS);
        const readings = this.#readings(fromMs, stretch);
        return lab.counterFault === null ? readings : lab.counterFault(readings);
      },
      cancel: async () => {
        lab.log.push('meter cancel');
      },
      disturbances: () => disturbances,
    };
  }

  async close(): Promise<void> {
    this.#onClose();
  }

  #readings(fromMs: number, stretch: Stretch): EnergyReading[] {
    const { tickMs = 0, pollMs = 5, quantumJoules = 0 } = this.#lab.options;
    if (tickMs === 0) {
      return stretch.completions.map(({ timeMs }) => ({ timeMs, joules: this.#lab.joulesAt(timeMs) }));
    }
    const readings: EnergyReading[] = [];
    for (let timeMs = fromMs; timeMs <= this.#lab.clock.nowMs(); timeMs += pollMs) {
      const exact = this.#lab.joulesAt(Math.floor(timeMs / tickMs) * tickMs);
      const joules = quantumJoules > 0 ? Math.floor(exact / quantumJoules) * quantumJoules : exact;
      readings.push({ timeMs, joules });
    }
    return readings;
  }
}

/** A variant by name, as a builder would make it, without a real program. */
export function simulatedVariant(name: string, configuration: Variant['configuration'] = {}): Variant {
  return {
    kernel: 'kernel',
    workload: 'N=1',
    configuration,
    id: name,
    program: singlePass({
      wgsl: `// ${name}`,
      entryPoint: 'main',
      dispatch: [1, 1, 1],
      workgroupSize: null,
      buffers: [],
      requiredFeatures: [],
      identity: name,
      lines: [],
    }),
  };
}
