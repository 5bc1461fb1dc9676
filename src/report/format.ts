import { type ObjectiveName, objectives } from '../manifest/index.ts';
import type { Configuration } from '../space/index.ts';
import { cleanLine } from './text.ts';
import type { Ratio } from './types.ts';

/** A unit with its size in the base unit, largest first. */
type Units = readonly (readonly [name: string, size: number])[];

const prefixes: Units = [
  ['k', 1e3],
  ['', 1],
  ['m', 1e-3],
  ['µ', 1e-6],
  ['n', 1e-9],
];
function prefixed(unit: string): Units {
  return prefixes.map(([prefix, size]) => [`${prefix}${unit}`, size]);
}
const jouleUnits = prefixed('J');
const millisecondUnits: Units = [
  ['s', 1e3],
  ['ms', 1],
  ['µs', 1e-3],
  ['ns', 1e-6],
];

/** By number of decimals. Making a formatter is slow, using one is not. */
const formatters = Array.from(
  { length: 9 },
  (_, digits) =>
    new Intl.NumberFormat('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits }),
);

function fixed(value: number, decimals: number): string {
  return formatters[decimals]?.format(value) ?? String(value);
}

/** `1,234`. */
export function formatInteger(value: number): string {
  return fixed(value, 0);
}

/** Three significant digits without an exponent, thousands apart: `1.23`, `12.3`, `123`, `1,230`. */
export function formatNumber(value: number): string {
  const rounded = Number(value.toPrecision(3));
  const magnitude = rounded === 0 ? 0 : Math.floor(Math.log10(Math.abs(rounded)));
  const decimals = Math.min(8, Math.max(0, 2 - magnitude));
  return fixed(rounded, decimals);
}

const binaryUnits: Units = [
  ['TiB', 2 ** 40],
  ['GiB', 2 ** 30],
  ['MiB', 2 ** 20],
  ['KiB', 2 ** 10],
  ['B', 1],
];
const tallyUnits: Units = [
  ['T', 1e12],
  ['G', 1e9],
  ['M', 1e6],
  ['k', 1e3],
];

/** At most `digits` significant digits, none of them zeros behind the point. */
function shortNumber(value: number, digits: number): string {
  const rounded = Number(value.toPrecision(digits));
  const [, decimals = ''] = /\.(\d+)$/.exec(String(rounded)) ?? [];
  return fixed(rounded, Math.min(8, decimals.length));
}

/** `18 KiB`, `1.5 MiB`; `exact`: all bytes. */
export function formatBytes(bytes: number, exact = false): string {
  if (exact) return `${shortNumber(bytes, 15)} B`;
  const [name, size] = unitFor(bytes, binaryUnits);
  return `${shortNumber(bytes / size, 3)} ${name}`;
}

/** A count of work: `33`, `2,048`, `393k`, `1.05M`; `exact`: all digits. */
export function formatTally(count: number, exact = false): string {
  if (exact || Math.abs(count) < 1e5) return shortNumber(count, exact ? 15 : 6);
  const [name, size] = unitFor(count, tallyUnits);
  return `${shortNumber(count / size, 3)}${name}`;
}

/** The unit that leaves one to three digits before the point. Rounding decides: 999.9 µs is `1.00 ms`. */
function unitFor(value: number, units: Units): Units[number] {
  const rounded = Number(value.toPrecision(3));
  return units.find((unit) => Math.abs(rounded) >= unit[1]) ?? (units.at(-1) as Units[number]);
}

function withUnit(value: number, units: Units): string {
  const [name, size] = unitFor(value, units);
  return `${formatNumber(value / size)} ${name}`;
}

/** `12.3 mJ`. */
export function formatJoules(joules: number): string {
  return withUnit(joules, jouleUnits);
}

/** `1.23 ms`. */
export function formatMilliseconds(milliseconds: number): string {
  return withUnit(milliseconds, millisecondUnits);
}

function unitsOf(objective: ObjectiveName): Units {
  const { unit } = objectives[objective];
  return unit === 'ms' ? millisecondUnits : prefixed(unit);
}

/** Unit in which values of an objective up to `largest` are read best, and its size in the objective's own. */
export function objectiveUnit(objective: ObjectiveName, largest: number): Units[number] {
  return unitFor(largest, unitsOf(objective));
}

/** `12.3 mJ`, `4.56 µJ s`, as the objective has it. */
export function formatObjective(objective: ObjectiveName, value: number): string {
  return withUnit(value, unitsOf(objective));
}

/** A relative change as a signed percentage: `+3.1`, `-12.0`, `+140`. No sign at zero. */
function percent(ratio: number): string {
  const change = (ratio - 1) * 100;
  const text = Math.abs(change) >= 99.95 ? formatInteger(change) : change.toFixed(1);
  if (/^-?0\.0$/.test(text)) return '0.0';
  return change > 0 ? `+${text}` : text;
}

/** The change a ratio stands for: `+3.1 %`. */
export function formatChange(ratio: number): string {
  return `${percent(ratio)} %`;
}

/** A change for a headline: `+71 %`, `+3.1 %`. */
export function formatRoughChange(ratio: number): string {
  const change = (ratio - 1) * 100;
  if (Math.abs(change) < 9.95) return formatChange(ratio);
  return `${change > 0 ? '+' : ''}${formatInteger(change)} %`;
}

/** Change with its 95 % confidence interval: `+3.1 % [+2.0, +4.2]`. */
export function formatRatio(ratio: Ratio): string {
  return `${formatChange(ratio.estimate)} [${percent(ratio.low)}, ${percent(ratio.high)}]`;
}

/** `8 s`, `2 min 5 s`, `1 h 10 min`. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return seconds < 9.95 ? `${seconds.toFixed(1)} s` : `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** `1 kernel`, `1,234 kernels`. */
export function formatCount(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatInteger(count)} ${count === 1 ? noun : plural}`;
}

/** `WORKGROUP=64, VECTORIZE=false`. */
export function formatConfiguration(configuration: Configuration): string {
  return Object.entries(configuration)
    .map(([name, value]) => cleanLine(`${name}=${value}`, 200))
    .join(', ');
}

/** What differs: `WORKGROUP 64 → 128, VECTORIZE false → true`; empty if nothing does. */
export function formatConfigurationChange(before: Configuration, after: Configuration): string {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names
    .filter((name) => before[name] !== after[name])
    .map((name) => cleanLine(`${name} ${before[name] ?? 'none'} → ${after[name] ?? 'none'}`, 400))
    .join(', ');
}

/** `+1.2 kWh`, from a change in kilowatt-hours. */
export function formatKilowattHours(kilowattHours: number): string {
  return `${kilowattHours > 0 ? '+' : ''}${formatNumber(kilowattHours)} kWh`;
}
