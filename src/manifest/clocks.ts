import type { ManifestKernel } from '../schema/index.ts';
import type { Configuration, Tunable } from '../space/index.ts';
import type { Sound } from './schema-problems.ts';
import type { KernelDefinition } from './types.ts';

/** The tunable that the locked clock is, in MHz. The name is taken: no other tunable or workload parameter has it. */
export const clockTunable = 'SM_MHZ';

/** Value of the clock tunable for the clock that the board chooses itself. */
const ownClock = 0;

type WrittenClocks = Sound<ManifestKernel>['clocks'];

/** The clock as a tunable, the board's own clock first; null where no clocks are given. */
export function readClocks(own: WrittenClocks, inherited: WrittenClocks): Tunable | null {
  const clocks = (own ?? inherited)?.['sm-mhz']?.filter((mhz) => mhz !== undefined) ?? [];
  return clocks.length === 0 ? null : { name: clockTunable, values: [ownClock, ...clocks] };
}

/** A default configuration with the clock: always the board's own, which needs no permission. */
export function withOwnClock(defaults: Configuration, clock: Tunable | null): Configuration {
  return clock === null ? defaults : { ...defaults, [clockTunable]: ownClock };
}

/** The clock that a configuration asks for, in MHz; null: the board's own. */
export function clockOf(configuration: Configuration): number | null {
  const mhz = configuration[clockTunable];
  return typeof mhz === 'number' && mhz !== ownClock ? mhz : null;
}

/**
 * A configuration of a kernel from before it had clocks, or from when it had some: at the board's own clock both say the
 * same, so what was tuned goes on to count.
 */
export function alignClock(
  kernel: Pick<KernelDefinition, 'tunables'>,
  configuration: Configuration,
): Configuration {
  const hasClocks = kernel.tunables.some(({ name }) => name === clockTunable);
  const mhz = configuration[clockTunable];
  if (hasClocks && mhz === undefined) return { ...configuration, [clockTunable]: ownClock };
  if (hasClocks || mhz !== ownClock) return configuration;
  const { [clockTunable]: _, ...rest } = configuration;
  return rest;
}
