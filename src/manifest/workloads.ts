import type { ExpressionType } from '../expression/index.ts';
import {
  type ManifestKernel,
  nearestName,
  type OperatorFile,
  type OperatorParameter,
} from '../schema/index.ts';
import { checkName } from './names.ts';
import type { Place } from './place.ts';
import type { Sound } from './schema-problems.ts';
import type { Workload, WorkloadParameter } from './types.ts';

/** The workloads of a kernel with the types of their parameters. */
export interface Workloads {
  readonly types: Readonly<Record<string, ExpressionType>>;
  readonly items: readonly {
    readonly workload: Workload;
    readonly place: Place;
    /** Its own launches a day; undefined: as the kernel has it. */
    readonly callsPerDay: number | undefined;
  }[];
}

type Written = Sound<ManifestKernel>['workloads'];
type WrittenOne = Readonly<Record<string, WorkloadParameter | undefined>>;

/** Workload names are compared as they are, so they list parameters in one order. */
function createWorkload(names: readonly string[], values: WrittenOne): Workload {
  const entries = names.flatMap((name) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    name: entries.map(([name, value]) => `${name}=${value}`).join(','),
    parameters: Object.fromEntries(entries),
  };
}

function reportRepeated(items: Workloads['items']): void {
  const seen = new Set<string>();
  for (const { workload, place } of items) {
    if (seen.has(workload.name))
      place.value({ message: `workload ${workload.name} is given twice`, nextStep: 'remove one of them' });
    seen.add(workload.name);
  }
}

interface SoundItem {
  readonly values: WrittenOne;
  readonly place: Place;
  readonly callsPerDay: number | undefined;
}

/** The items of the list that are sound, with their places. */
function soundItems(written: Written, place: Place): SoundItem[] {
  return (written ?? []).flatMap((item, i) => {
    if (item === undefined) return [];
    const { 'calls-per-day': callsPerDay, ...values } = item;
    return [{ values: values as WrittenOne, place: place.at(i), callsPerDay }];
  });
}

function kindOf(value: WorkloadParameter): 'number' | 'boolean' | 'string' {
  return typeof value as 'number' | 'boolean' | 'string';
}

const kindNames = { number: 'a number', boolean: 'true or false', string: 'a name' } as const;

function typeOf(values: readonly WorkloadParameter[]): ExpressionType {
  const [first] = values;
  if (typeof first === 'boolean') return 'bool';
  if (typeof first === 'string') return 'string';
  return values.every((value) => Number.isSafeInteger(value)) ? 'int' : 'double';
}

/** What schemas/manifest.schema.json takes for a name. */
const isName = /^(?!__)[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/** Workloads of a user's kernel: the first one says which parameters there are. */
export function readWorkloads(written: Written, place: Place): Workloads {
  const sound = soundItems(written, place);
  const first = sound[0];
  if (first === undefined) return { types: {}, items: [] };
  // A value that is missing or faulty is reported where it stands; its name is known all the same.
  const names = first.place.keys.filter((name) => isName.test(name));
  for (const name of names) checkName(name, first.place.at(name));
  for (const { values, place: here } of sound.slice(1)) {
    for (const name of names) {
      const expected = Object.hasOwn(first.values, name) ? first.values[name] : undefined;
      const value = Object.hasOwn(values, name) ? values[name] : undefined;
      if (value === undefined) {
        if (here.at(name).isWritten) continue;
        here.value({
          message: `the workload misses '${name}', which the kernel's first workload has`,
          nextStep: 'give all workloads of a kernel the same parameters',
          absence: true,
        });
      } else if (expected !== undefined && kindOf(value) !== kindOf(expected)) {
        here.at(name).value({
          message: `'${name}' is ${kindNames[kindOf(value)]}, but ${kindNames[kindOf(expected)]} in the first workload`,
          nextStep: 'give a parameter the same type in all workloads',
        });
      }
    }
    for (const name of Object.keys(values)) {
      if (names.includes(name) || first.place.at(name).isWritten) continue;
      const nearest = nearestName(name, names);
      here.at(name).key({
        message: `'${name}' is no parameter of the kernel's first workload`,
        nextStep:
          nearest === null
            ? 'give all workloads of a kernel the same parameters'
            : `did you mean '${nearest}'?`,
      });
    }
  }
  const types = Object.fromEntries(
    names.map((name) => {
      const all = sound.flatMap(({ values }) =>
        Object.hasOwn(values, name) ? [values[name] as WorkloadParameter] : [],
      );
      // Where no value is sound a whole number is the likeliest, and expressions are checked all the same.
      return [name, all.length === 0 ? 'int' : typeOf(all)];
    }),
  );
  const items = sound.map(({ values, place: here, callsPerDay }) => ({
    workload: createWorkload(names, values),
    place: here,
    callsPerDay,
  }));
  reportRepeated(items);
  return { types, items };
}

const typeNames: Readonly<Record<ExpressionType, string>> = {
  int: 'a whole number',
  double: 'a number',
  bool: 'true or false',
  string: 'a name',
};

/** Why a value does not suit an operator's parameter; null if it does. */
function parameterFault(value: WorkloadParameter, parameter: OperatorParameter): string | null {
  const { type, minimum, maximum, values } = parameter;
  const fits =
    type === 'int'
      ? Number.isSafeInteger(value)
      : { double: 'number', bool: 'boolean', string: 'string' }[type] === typeof value;
  if (!fits) return `must be ${typeNames[type]}`;
  if (minimum !== undefined && Number(value) < minimum) return `must be at least ${minimum}`;
  if (maximum !== undefined && Number(value) > maximum) return `must be at most ${maximum}`;
  if (values !== undefined && !values.includes(value)) return `must be ${values.join(' or ')}`;
  return null;
}

function reportUnknownParameters(given: readonly string[], known: readonly string[], place: Place): void {
  for (const name of given.filter((one) => !known.includes(one))) {
    const nearest = nearestName(name, known);
    place.at(name).key({
      message: `'${name}' is no parameter of this operator`,
      nextStep: nearest === null ? `known are ${known.join(', ')}` : `did you mean '${nearest}'?`,
    });
  }
}

/** Workloads of an operator's kernel: the operator says which parameters there are, and what they may be. */
export function readOperatorWorkloads(
  written: Written,
  parameters: OperatorFile['parameters'],
  place: Place,
): Workloads {
  const names = Object.keys(parameters);
  const items = soundItems(written, place).map(({ values, place: here, callsPerDay }) => {
    reportUnknownParameters(Object.keys(values), names, here);
    const complete: Record<string, WorkloadParameter> = {};
    for (const [name, parameter] of Object.entries(parameters)) {
      const own = Object.hasOwn(values, name) ? values[name] : undefined;
      const value = own ?? parameter.default;
      const fault = value === undefined ? null : parameterFault(value, parameter);
      const { description } = parameter;
      if (fault !== null) {
        here.at(name).value({
          message: `'${name}' ${fault}`,
          nextStep: description === undefined ? 'change it' : `'${name}' means: ${description}`,
        });
      } else if (value !== undefined) complete[name] = value;
      else if (!here.at(name).isWritten) {
        here.value({
          message: `the workload misses '${name}'`,
          nextStep: `add '${name}: …' (${description ?? typeNames[parameter.type]})`,
          absence: true,
        });
      }
    }
    const { parameters: all } = createWorkload(names, complete);
    // Optional parameters are many, and named only where they say something.
    const telling = names.filter((name) => {
      const byDefault = parameters[name]?.default;
      return byDefault === undefined || complete[name] !== byDefault;
    });
    const { name } = createWorkload(telling, complete);
    return { workload: { name, parameters: all }, place: here, callsPerDay };
  });
  reportRepeated(items);
  return {
    types: Object.fromEntries(Object.entries(parameters).map(([name, { type }]) => [name, type])),
    items,
  };
}
