import type { SensorScope } from '../../measure/index.ts';

/** A value, or a clause that says why there is none. */
export type Probed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly why: string };

/** What makes a GPU slower than its kernels: each of these voids a window. */
export type Slowdown =
  | 'software thermal slowdown'
  | 'hardware thermal slowdown'
  | 'hardware slowdown'
  | 'power brake slowdown';

/** What a board says about itself at a moment; null where it does not say. */
export interface BoardState {
  readonly smMhz: number | null;
  readonly memoryMhz: number | null;
  readonly celsius: number | null;
  /** At full load normal: recorded, not void. */
  readonly powerCapped: boolean | null;
  readonly slowdowns: readonly Slowdown[];
  /** Time spent in each slowdown since the driver was loaded, as far as the board counts it. */
  readonly slowedMs: Readonly<Partial<Record<Slowdown, number>>>;
}

/** A process on a GPU that may disturb. */
export interface GpuProcess {
  readonly pid: number;
  /** For people: `4242 (python3)`. */
  readonly label: string;
}

/** The processes on a GPU that are not this process or one of its descendants. */
export interface ProcessList {
  /** Other processes, or all of them where ids belong to another namespace and none can be told apart. */
  readonly processes: readonly GpuProcess[];
  /** Process ids mean the same here as where they come from, so the own ones are left out. */
  readonly trusted: boolean;
}

/** One sensor of one board: what can be read from it, at any moment, without changing anything. */
export interface Sensor {
  /** For people: `NVIDIA H200`. */
  readonly label: string;
  /** What belongs to a report of it: `power limit 700 W, driver 580.95`; empty if nothing does. */
  readonly details: string;
  /** What its joules include; null where nobody says. */
  readonly scope: SensorScope | null;
  /** What is read was worked out from activity, measured by nothing. */
  readonly estimated?: boolean;
  /** Unique on the host, safe in file names. */
  readonly key: string;
  /** What is read, in words: `energy counter of NVML`. Absent where there is no such reading. */
  readonly counter: { readonly label: string; read(): Promise<Probed<number>> } | null;
  /** Watts. */
  readonly power: {
    readonly label: string;
    /** Over at most one update period or so, not a long running average. */
    readonly instant: boolean;
    /** So fine that two updates under load never say the same: then a value that stays is a sensor that stands still. */
    readonly fine: boolean;
    /** Part of the time that it covers; null or absent if unknown. */
    readonly sampledPart?: number | null;
    read(): Promise<Probed<number>>;
  } | null;
  /** Smallest step of `counter` in joules, by its unit. */
  readonly unitJoules: number;
  readonly state: (() => Promise<BoardState>) | null;
  readonly processes: (() => Promise<Probed<ProcessList>>) | null;
  /** Part of the last moments in which the GPU worked for anybody: 0 to 1. Absent where the system does not say. */
  readonly busyPart?: () => Promise<Probed<number>>;
  close(): Promise<void>;
}
