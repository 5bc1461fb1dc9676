import { clockTunable, type KernelDefinition, type Workload } from '../manifest/index.ts';
import type { Configuration, TunableValue } from '../space/index.ts';
import type { LinkParameters } from './wesl.ts';

/** Everything a program may ask for by name: workload parameters and tunables, but not the clock that it runs at. */
export function programValues(
  workload: Workload,
  configuration: Configuration,
): Readonly<Record<string, TunableValue>> {
  const { [clockTunable]: _, ...tunables } = configuration;
  return { ...workload.parameters, ...tunables };
}

/**
 * Values as WESL sees them.
 *
 * - Numbers and booleans are constants: `import constants::TILE`.
 * - Booleans are conditions too: `@if(VECTORIZE)`.
 * - A string `type: f16` makes the condition `type_f16` true, a whole number `VECTOR: 4` makes `VECTOR_4` true;
 *   the conditions of all other values are false.
 */
export function linkParameters(values: Readonly<Record<string, TunableValue>>): LinkParameters {
  const constants: Record<string, string | number> = {};
  const conditions: Record<string, boolean> = {};
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === 'boolean') {
      conditions[name] = value;
      constants[name] = String(value);
    } else if (typeof value === 'number') {
      constants[name] = value;
      if (Number.isSafeInteger(value) && value >= 0) conditions[`${name}_${value}`] = true;
    } else {
      conditions[`${name}_${value}`] = true;
    }
  }
  return { constants, conditions };
}

/**
 * Names of tunables that can change nothing: neither the program's text nor its overrides nor an expression names
 * them. They would make the search try the same variant again and again.
 *
 * @param words identifiers of the program's files.
 */
export function unusedTunables(kernel: KernelDefinition, words: ReadonlySet<string>): string[] {
  const named = new Set<string>();
  for (const expression of [
    ...kernel.passes.flatMap(({ dispatch, when }) => [
      ...('indirect' in dispatch ? [dispatch.offset] : dispatch),
      ...(when === null ? [] : [when]),
    ]),
    ...kernel.buffers.flatMap((buffer) => [buffer.length, ...(buffer.values ?? [])]),
  ]) {
    for (const name of expression.names) named.add(name);
  }
  return kernel.tunables
    .filter(({ name, values }) => {
      if (name === clockTunable) return false;
      const spellings = [name, ...values.map((value) => `${name}_${value}`)];
      return !named.has(name) && !spellings.some((spelling) => words.has(spelling));
    })
    .map(({ name }) => name);
}
