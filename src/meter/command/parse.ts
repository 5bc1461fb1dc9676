import type { Probed } from '../sensor/types.ts';

/** One line of a program: joules it has counted since some moment, or the watts drawn at this one. */
export interface CommandReading {
  readonly quantity: 'joules' | 'watts';
  readonly value: number;
}

const units: Readonly<Record<string, readonly [CommandReading['quantity'], number]>> = {
  J: ['joules', 1],
  mJ: ['joules', 1e-3],
  uJ: ['joules', 1e-6],
  W: ['watts', 1],
  mW: ['watts', 1e-3],
  uW: ['watts', 1e-6],
};

/** More is no reading of anything on earth, and less precise than it looks. */
const maxValue = 1e15;
const shownCharacters = 60;

/**
 * `12.5 W` or `8812.25 J`: a decimal number of at least 0, a unit, nothing else. Empty lines and comments (`# …`) are
 * null. Anything else is refused: a number without its unit could be either quantity.
 */
export function parseLine(line: string): Probed<CommandReading | null> {
  const text = line.trim();
  if (text === '' || text.startsWith('#')) return { ok: true, value: null };
  const match = /^(\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?)\s*([mu]?[JW])$/.exec(text);
  const unit = units[match?.[2] ?? ''];
  const value = Number(match?.[1]);
  if (unit === undefined || !(value <= maxValue)) {
    const shown = JSON.stringify(text.slice(0, shownCharacters));
    return { ok: false, why: `it printed ${shown}, which is no reading such as 12.5 W or 8812.25 J` };
  }
  return { ok: true, value: { quantity: unit[0], value: value * unit[1] } };
}
