import type { DeviceInfo } from '../../measure/index.ts';
import type { NoiseFloor } from '../laboratory/index.ts';
import type { KeptAttempt } from './attempts.ts';

/** What a kernel and workload that shipped cost one night, in milliseconds and joules a launch. */
export interface KeptNight {
  readonly kernel: string;
  readonly workload: string;
  readonly latencyMs: number;
  readonly joules: number | null;
}

/** What earlier runs left for a guard run on a device. */
export interface KeptForGuard {
  readonly noiseFloor: NoiseFloor | null;
  readonly attempts: readonly KeptAttempt[];
  /** On this device and driver, oldest first. Shown beside a verdict, which never depends on it. */
  readonly nights: readonly KeptNight[];
}

/** What lasts beyond a guard run, and what is known of the pull request that it is of. */
export interface GuardMemory {
  /** What is known of a device's noise and of earlier attempts, once it is known which device that is. */
  restore(device: DeviceInfo): Promise<KeptForGuard>;
  /** Takes all attempts that a repetition of this run should know of. */
  keep(attempts: readonly KeptAttempt[]): Promise<void>;
  /** Labels of the pull request; asked only if one of them could accept a regression. null if unknown. */
  labels(): Promise<readonly string[] | null>;
}

/** At a desk nothing lasts, and there is no pull request. */
export const noMemory: GuardMemory = {
  restore: async () => ({ noiseFloor: null, attempts: [], nights: [] }),
  keep: async () => undefined,
  labels: async () => [],
};
