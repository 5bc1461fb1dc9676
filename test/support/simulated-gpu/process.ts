import type { Outcome, Variant } from '../../../src/kernel/index.ts';
import type {
  Completion,
  Device,
  DeviceInfo,
  LatencySamples,
  Stretch,
  TimeOptions,
} from '../../../src/measure/index.ts';
import type { Random } from '../../../src/stats/index.ts';
import type { Board, ProcessFactors } from './board.ts';
import type { TrueCost } from './parameters.ts';
import type { VirtualTime } from './virtual-time.ts';

/** As in the real GPU process: two batches of at most so long are queued. */
const batchMs = 20;
const batchesInFlight = 2;
const prepareMs = 50;
const requestMs = 1;

export const simulatedInfo: DeviceInfo = {
  backend: 'webgpu',
  family: 'simulated-gpu',
  vendor: 'simulated',
  architecture: '',
  device: 'simulated',
  description: 'Simulated GPU',
  driver: '1.0',
  software: false,
  features: ['shader-f16', 'subgroups'],
  limits: {
    max_workgroup_storage: 49152,
    max_invocations: 1024,
    max_workgroup_size_x: 1024,
    max_workgroup_size_y: 1024,
    max_workgroup_size_z: 64,
    max_workgroups: 65535,
    max_buffer_bytes: 2 ** 31,
    has_f16: true,
    has_subgroups: true,
    subgroup_min: 32,
    subgroup_max: 32,
  },
  timestamps: true,
};

/** A process on the board. Its factors are drawn when it opens and stay. */
export class SimulatedProcess implements Device {
  readonly info = simulatedInfo;
  readonly #board: Board;
  readonly #time: VirtualTime;
  readonly #random: Random;
  readonly #factors: ProcessFactors;
  readonly #onClose: () => void;

  constructor(options: {
    readonly board: Board;
    readonly time: VirtualTime;
    /** How many were opened before. */
    readonly index: number;
    readonly onClose: () => void;
  }) {
    const { board, time, index, onClose } = options;
    this.#board = board;
    this.#time = time;
    this.#onClose = onClose;
    this.#random = board.random.fork(`process ${index}`);
    const { latencySd, wattsSd, slowPart, slowBy, offset } = board.parameters.processes;
    const slow = this.#random.next() < slowPart ? 1 + slowBy : 1;
    const own = offset(index);
    this.#factors = {
      latency: own.latency * slow * Math.exp(latencySd * this.#random.normal()),
      watts: own.watts * Math.exp(wattsSd * this.#random.normal()),
    };
  }

  async prepare(variant: Variant): Promise<Outcome<null>> {
    const cost = this.#costOf(variant);
    await this.#time.playTo(this.#time.nowMs() + prepareMs);
    return cost.ok ? { ok: true, value: null } : cost;
  }

  async verify(): Promise<Outcome<null>> {
    await this.#time.playTo(this.#time.nowMs() + requestMs);
    return { ok: true, value: null };
  }

  async time(variant: Variant, { samples, minSampleMs }: TimeOptions): Promise<Outcome<LatencySamples>> {
    const cost = this.#costOf(variant);
    if (!cost.ok) return cost;
    const { timerResolutionMs } = this.#board.parameters;
    const launches = Math.max(1, Math.ceil(minSampleMs / cost.value.latencyMs));
    let atMs = this.#time.nowMs() + requestMs;
    const samplesMs = Array.from({ length: samples }, () => {
      const doneMs = this.#board.execute(cost.value, launches, atMs, this.#factors);
      const tookMs = Math.round((doneMs - atMs) / timerResolutionMs) * timerResolutionMs;
      atMs = doneMs + this.#noticeMs();
      return tookMs / launches;
    });
    await this.#time.playTo(atMs);
    return {
      ok: true,
      value: { samplesMs, launchesPerSample: launches, resolutionMs: timerResolutionMs / launches },
    };
  }

  async run(variant: Variant, durationMs: number): Promise<Outcome<Stretch>> {
    const cost = this.#costOf(variant);
    if (!cost.ok) return cost;
    const completions = this.#launchUntil(cost.value, this.#time.nowMs() + requestMs, durationMs);
    await this.#time.playTo((completions.at(-1) as Completion).timeMs);
    return { ok: true, value: { variant, completions } };
  }

  async close(): Promise<void> {
    this.#onClose();
  }

  /** Events: every lane queues a batch, the GPU takes them in turn, the host notices and queues the next. */
  #launchUntil(cost: TrueCost, startMs: number, durationMs: number): Completion[] {
    const launches = Math.max(1, Math.floor(batchMs / cost.latencyMs));
    const completions: Completion[] = [{ timeMs: startMs, launches: 0, cpuSeconds: null }];
    const lanes = Array.from({ length: batchesInFlight }, () => startMs);
    let freeMs = startMs;
    let done = 0;
    for (;;) {
      const queuedMs = Math.min(...lanes);
      if (queuedMs - startMs >= durationMs) return completions;
      freeMs = this.#board.execute(cost, launches, Math.max(freeMs, queuedMs), this.#factors);
      done += launches;
      const noticedMs = Math.max((completions.at(-1) as Completion).timeMs, freeMs + this.#noticeMs());
      completions.push({ timeMs: noticedMs, launches: done, cpuSeconds: null });
      lanes[lanes.indexOf(queuedMs)] = noticedMs;
    }
  }

  #noticeMs(): number {
    const { noticeMs, stallPart, stallMs } = this.#board.parameters;
    const stall = this.#random.next() < stallPart ? stallMs : 0;
    return stall - noticeMs * Math.log(1 - this.#random.next());
  }

  #costOf(variant: Variant): Outcome<TrueCost> {
    const cost = this.#board.parameters.cost(variant);
    return 'kind' in cost ? { ok: false, failure: cost } : { ok: true, value: cost };
  }
}
