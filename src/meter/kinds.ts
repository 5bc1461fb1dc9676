import { amdgpu } from './amdgpu/kind.ts';
import { apple } from './apple/kind.ts';
import { command } from './command/kind.ts';
import { cpuTime } from './cpu-time/kind.ts';
import { intel } from './intel/kind.ts';
import { jetson } from './jetson/kind.ts';
import type { MeterKind } from './kind.ts';
import { nvml } from './nvml/kind.ts';

/**
 * All meters that can be opened on a device, in the order in which `auto` tries them: what the user brought, sensors, estimates.
 * The command line, the action and the texts about meters follow from it.
 */
export const meterKinds = [
  command,
  nvml,
  jetson,
  amdgpu,
  intel,
  apple,
  cpuTime,
] as const satisfies readonly MeterKind[];

/** What the user may ask for. */
export type MeterChoice = 'auto' | 'none' | (typeof meterKinds)[number]['name'];

/** All values of `MeterChoice`, for help and for checking arguments. */
export const meterChoices: readonly MeterChoice[] = ['auto', 'none', ...meterKinds.map(({ name }) => name)];
