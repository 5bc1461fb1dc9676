import { JoulegateError } from '../../errors/index.ts';
import type { KernelTunerCache } from './cache-parts.ts';

/** Names of units to what one of them is in milliseconds, joules or watts. */
const timeUnits = { s: 1000, ms: 1, us: 1e-3, ns: 1e-6 } as const;
const energyUnits = { J: 1, mJ: 1e-3, uJ: 1e-6 } as const;
const powerUnits = { W: 1, mW: 1e-3 } as const;

/** Which fields of a cache's entries hold what. */
export interface FieldOptions {
  /** Field with the time of a launch; `time` unless given. */
  readonly timeField?: string;
  readonly timeUnit?: keyof typeof timeUnits;
  /** Field with the list of single times. Without it the recording has the stated time alone, which is what Kernel Tuner compares. */
  readonly samplesField?: string;
  /** Field with the energy of a launch. Without it, and without `powerField`, the recording has latencies only. */
  readonly energyField?: string;
  readonly energyUnit?: keyof typeof energyUnits;
  /** Field with the mean power. If there is no `energyField`, energy is this times the time. */
  readonly powerField?: string;
  readonly powerUnit?: keyof typeof powerUnits;
}

/** A field with what turns its unit into ours. */
export interface Quantity {
  readonly field: string;
  readonly scale: number;
}

export interface Fields {
  readonly time: Quantity;
  readonly samples: string | null;
  readonly energy: Quantity | null;
  readonly power: Quantity | null;
}

export type CacheEntry = KernelTunerCache['entries'][number];

export function fieldsOf(options: FieldOptions): Fields {
  const { timeField = 'time', timeUnit = 'ms', energyUnit = 'J', powerUnit = 'W' } = options;
  const { energyField, powerField } = options;
  return {
    time: { field: timeField, scale: timeUnits[timeUnit] },
    samples: options.samplesField ?? null,
    energy: energyField === undefined ? null : { field: energyField, scale: energyUnits[energyUnit] },
    power: powerField === undefined ? null : { field: powerField, scale: powerUnits[powerUnit] },
  };
}

/** A figure, which some write as a text. */
export function isFigure(value: unknown): boolean {
  return (
    typeof value === 'number' ||
    (typeof value === 'string' && /^\s*[-+]?[\d.]+(?:e[-+]?\d+)?\s*$/i.test(value))
  );
}

/** A positive figure in our unit, or null where the entry has none. */
export function readQuantity(entry: CacheEntry, quantity: Quantity | null): number | null {
  if (quantity === null) return null;
  const value = entry[quantity.field];
  const figure = isFigure(value) ? Number(value) : Number.NaN;
  return figure > 0 && Number.isFinite(figure) ? figure * quantity.scale : null;
}

/** Names of the fields that hold a positive number in some entry: what the user may have meant. */
function numericFields(entries: readonly CacheEntry[], except: ReadonlySet<string>): string[] {
  const names = new Set<string>();
  for (const entry of entries) {
    for (const [name, value] of Object.entries(entry)) {
      if (typeof value === 'number' && value > 0 && !except.has(name)) names.add(name);
    }
  }
  return [...names].sort();
}

/** @throws JoulegateError (bad-input, `unknown-field`) that lists the fields there are, if no entry has a figure in it. */
export function requireField(cache: KernelTunerCache, quantity: Quantity | null, label: string): void {
  if (quantity === null || cache.entries.some((entry) => readQuantity(entry, quantity) !== null)) return;
  const tunables = new Set(cache.tunables.map(({ name }) => name));
  const known = numericFields(cache.entries, tunables);
  const list = known.slice(0, 20).join(', ') || 'none';
  throw new JoulegateError('bad-input', `${label} has no figures in a field "${quantity.field}"`, {
    code: 'unknown-field',
    nextStep: `Choose another field; those with figures are: ${list}.`,
  });
}
