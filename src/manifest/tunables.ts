import type { ExpressionType } from '../expression/index.ts';
import { type ManifestKernel, nearestName } from '../schema/index.ts';
import type { Configuration, Tunable, TunableValue } from '../space/index.ts';
import { checkName } from './names.ts';
import type { Place } from './place.ts';
import type { Sound } from './schema-problems.ts';

/** Most configurations a kernel may have before constraints. */
const maxRawSize = 1e12;

export interface Tunables {
  readonly items: readonly Tunable[];
  readonly types: Readonly<Record<string, ExpressionType>>;
}

type WrittenTunables = Sound<ManifestKernel>['tunables'];
type WrittenDefault = Sound<ManifestKernel>['default'];

function soundValues(values: readonly (TunableValue | undefined)[]): TunableValue[] {
  return values.filter((value) => value !== undefined);
}

function typeOf(values: readonly TunableValue[]): ExpressionType | null {
  if (values.every((value) => typeof value === 'boolean')) return 'bool';
  if (values.every((value) => typeof value === 'string')) return 'string';
  if (!values.every((value) => typeof value === 'number')) return null;
  return values.every((value) => Number.isSafeInteger(value)) ? 'int' : 'double';
}

/** The tunables of a kernel. `taken` are the names of its workload parameters. */
export function readTunables(written: WrittenTunables, place: Place, taken: readonly string[]): Tunables {
  const items: Tunable[] = [];
  const types: Record<string, ExpressionType> = {};
  for (const [name, list] of Object.entries(written ?? {})) {
    const values = soundValues(list ?? []);
    checkName(name, place.at(name));
    if (taken.includes(name)) {
      place.at(name).key({
        message: `'${name}' is a parameter of the workloads already`,
        nextStep: 'use another name for one of them',
      });
    }
    const type = typeOf(values);
    if (type === null) {
      place.at(name).value({
        message: `the values of '${name}' are of different types`,
        nextStep: 'give numbers only, names only, or true and false',
      });
    }
    items.push({ name, values });
    types[name] = type ?? 'int';
  }
  const rawSize = items.reduce((product, { values }) => product * values.length, 1);
  if (rawSize > maxRawSize) {
    place.key({
      message: `the tunables have ${rawSize.toExponential(1)} combinations; at most ${maxRawSize.toExponential(0)} can be searched`,
      nextStep: 'remove tunables or values',
    });
  }
  return { items, types };
}

/** An operator's tunables with fewer values where the manifest says so, in the operator's order. */
export function narrowTunables(tunables: Tunables, written: WrittenTunables, place: Place): Tunables {
  const names = tunables.items.map(({ name }) => name);
  for (const name of Object.keys(written ?? {})) {
    if (!names.includes(name)) place.at(name).key(unknownTunable(name, names));
  }
  const items = tunables.items.map((tunable) => {
    const { name, values } = tunable;
    const wanted = written !== undefined && Object.hasOwn(written, name) ? written[name] : undefined;
    if (wanted === undefined) return tunable;
    for (const [i, value] of wanted.entries()) {
      if (value !== undefined && !values.includes(value))
        place.at(name, i).value(notAmong(value, { name, values }));
    }
    return { name, values: values.filter((value) => wanted.includes(value)) };
  });
  return { items, types: tunables.types };
}

function unknownTunable(name: string, known: readonly string[]) {
  const nearest = nearestName(name, known);
  const all = known.length === 0 ? 'the kernel has no tunables' : `known are ${known.join(', ')}`;
  return {
    message: `'${name}' is no tunable of this kernel`,
    nextStep: nearest === null ? all : `did you mean '${nearest}'?`,
  };
}

function notAmong(value: TunableValue, { name, values }: Tunable) {
  const shown = values.slice(0, 16).join(', ');
  return {
    message: `${value} is not among the values of '${name}'`,
    nextStep: `use ${values.length > 16 ? `one of ${shown}, …` : shown.replace(/, ([^,]*)$/, ' or $1')}`,
  };
}

/**
 * The default configuration.
 * @param inherited an operator's own, over which the manifest's is laid
 */
export function readDefault(options: {
  readonly written: WrittenDefault;
  readonly inherited: Configuration | null;
  readonly tunables: readonly Tunable[];
  readonly place: Place;
  /** Where the tunables stand, for a default that is missing altogether. */
  readonly tunablesPlace: Place;
}): Configuration {
  const { written, inherited, tunables, place, tunablesPlace } = options;
  const names = tunables.map(({ name }) => name);
  for (const name of Object.keys(written ?? {})) {
    // A tunable whose values are faulty is reported there.
    if (!names.includes(name) && !tunablesPlace.at(name).isWritten)
      place.at(name).key(unknownTunable(name, names));
  }
  if (tunables.length > 0 && inherited === null && !place.isWritten) {
    const example = tunables
      .flatMap(({ name, values }) => (values.length > 0 ? [`${name}: ${values[0]}`] : []))
      .join(', ');
    tunablesPlace.key({
      message: "'default' is missing: the configuration to start from",
      nextStep: `add for example 'default: { ${example} }'`,
      absence: true,
    });
  }
  const result: Record<string, TunableValue> = {};
  for (const tunable of tunables) {
    const { name, values } = tunable;
    const own = written !== undefined && Object.hasOwn(written, name) ? written[name] : undefined;
    const value = own ?? inherited?.[name];
    if (value === undefined) {
      // Without sound values there is nothing to choose from, which is reported where they stand.
      if (place.isWritten && !place.at(name).isWritten && values.length > 0)
        place.key({
          message: `the default has no value for '${name}'`,
          nextStep: `add '${name}: ${values[0]}'`,
          absence: true,
        });
      continue;
    }
    if (values.includes(value) || values.length === 0) result[name] = value;
    else if (own !== undefined) place.at(name).value(notAmong(own, tunable));
    else
      tunablesPlace.at(name).key({
        message: `the operator's default ${name}=${value} is not among these values`,
        nextStep: `add 'default: { ${name}: ${values[0]} }'`,
      });
  }
  return result;
}
