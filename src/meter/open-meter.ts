import { JoulegateError } from '../errors/index.ts';
import type { Device, Meter } from '../measure/index.ts';
import { cpuTime } from './cpu-time.ts';
import type { MeterContext, MeterKind } from './registry.ts';

/** What the user may ask for. */
export type MeterChoice = 'auto' | 'none' | MeterKind['name'];

/** In the order in which `auto` tries them: sensors first, estimates last. */
const kinds: readonly MeterKind[] = [cpuTime];

/** All values of `MeterChoice`, for help and for checking arguments. */
export const meterChoices: readonly MeterChoice[] = ['auto', 'none', ...kinds.map(({ name }) => name)];

/** What a desktop or server core draws when busy, roughly; users give their own. */
const defaultWattsPerCore = 15;
const maxWattsPerCore = 1000;

export interface OpenedMeter {
  /** null: energy is not measured. */
  readonly meter: Meter | null;
  /** Why this meter, or none: one sentence without a full stop. */
  readonly reason: string;
}

export interface OpenMeterOptions {
  readonly choice: MeterChoice;
  readonly device: Pick<Device, 'info'>;
  /** Power of a busy CPU core for `cpu-time`, in watts; 15 unless given. */
  readonly wattsPerCore?: number | undefined;
}

/**
 * Opens a meter for a device.
 * @throws JoulegateError (bad-input) if the meter asked for cannot read this device, or `wattsPerCore` is no power.
 */
export async function openMeter(options: OpenMeterOptions): Promise<OpenedMeter> {
  const { choice, device, wattsPerCore = defaultWattsPerCore } = options;
  if (!(wattsPerCore > 0 && wattsPerCore <= maxWattsPerCore)) {
    throw new JoulegateError('bad-input', `${wattsPerCore} W is no power of a CPU core.`, {
      code: 'bad-watts-per-core',
      nextStep: `Give a number of watts above 0, at most ${maxWattsPerCore}.`,
    });
  }
  const context: MeterContext = { device, wattsPerCore };
  if (choice === 'none') return { meter: null, reason: 'energy was not asked for' };
  if (choice === 'auto') return openFirst(context);
  const kind = kinds.find(({ name }) => name === choice);
  if (kind === undefined) {
    throw new JoulegateError('bad-input', `There is no meter '${choice}'.`, {
      code: 'unknown-meter',
      nextStep: `Choose one of ${meterChoices.join(', ')}.`,
    });
  }
  const obstacle = kind.obstacle(context);
  if (obstacle !== null) {
    throw new JoulegateError('bad-input', `The meter ${choice} cannot be used: ${obstacle}.`, {
      code: 'unsuitable-meter',
      nextStep: 'Use the meter auto, or none to measure latency only.',
    });
  }
  return kind.open(context);
}

async function openFirst(context: MeterContext): Promise<OpenedMeter> {
  const obstacles: string[] = [];
  for (const kind of kinds) {
    const obstacle = kind.obstacle(context);
    if (obstacle === null) return kind.open(context);
    obstacles.push(`no ${kind.name}: ${obstacle}`);
  }
  return { meter: null, reason: `no supported energy sensor (${obstacles.join('; ')})` };
}
