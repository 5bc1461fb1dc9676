import type { DeviceChoice } from '../device/index.ts';
import type { MeterChoice } from '../meter/index.ts';

/** How a mode reaches the GPU. */
export interface LaboratoryOptions {
  readonly device: DeviceChoice;
  readonly meter: MeterChoice;
  /** Which sensor, where several fit: NVML's index, UUID or PCI address; a card (`card1`) for hwmon; a rail of a Jetson. */
  readonly sensor?: string;
  /** For the meter `command`: the program and its arguments. */
  readonly meterCommand?: readonly string[];
  /** Whether programs that a manifest names may be run; not unless given. */
  readonly allowCommands?: boolean;
  /** For `cpu-time`: watts a busy core is taken to draw. */
  readonly wattsPerCore?: number;
}

export interface ManifestOptions {
  /** Path of the manifest, relative to the working directory. */
  readonly manifest: string;
}

/** Restricts a mode to some kernels. */
export interface KernelFilter {
  /** Names of kernels; null means all. */
  readonly kernels: readonly string[] | null;
}
