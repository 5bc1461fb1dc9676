import type { Expression } from '../expression/index.ts';
import type { ManifestBuffer, ManifestKernel } from '../schema/index.ts';
import type { Configuration } from '../space/index.ts';
import { compileAt, constantExpression, tryOut } from './expressions.ts';
import { type FillContext, readFill } from './fill.ts';
import type { Place } from './place.ts';
import type { Sound } from './schema-problems.ts';
import type { BufferDefinition, OutputCheck, ScalarType } from './types.ts';

const scalarTypes: readonly ScalarType[] = ['f32', 'f16', 'i32', 'u32'];

/** Most elements a buffer may have; the device's own limit may be lower. */
const maxLength = 2 ** 32;

export interface BufferContext extends FillContext {
  readonly defaults: Configuration;
}

function isScalarType(value: unknown): value is ScalarType {
  return (scalarTypes as readonly unknown[]).includes(value);
}

/** A scalar type, or a workload parameter whose values are scalar types. */
export function readType(
  written: string,
  place: Place,
  { workloads }: BufferContext,
): BufferDefinition['type'] {
  if (isScalarType(written)) return written;
  if (workloads.types[written] !== 'string') {
    place.value({
      message: `'${written}' is no element type`,
      nextStep: `use ${scalarTypes.join(', ')}, or the name of a workload parameter that holds one of them`,
    });
  } else {
    for (const { workload, place: here } of workloads.items) {
      const value = workload.parameters[written];
      if (value !== undefined && !isScalarType(value))
        here.at(written).value({
          message: `'${value}' is no element type, and a buffer has the type '${written}'`,
          nextStep: `use ${scalarTypes.join(', ')}`,
        });
    }
  }
  return { parameter: written };
}

/** What a tolerance leaves out is 0; null for none. */
export function readCheck(written: Sound<ManifestBuffer>['check']): OutputCheck | null {
  if (written === undefined) return null;
  const { relative = 0, absolute = 0, nan, as } = written;
  return {
    relative,
    absolute,
    ...(nan === undefined ? {} : { nan }),
    ...(as === undefined ? {} : { as }),
  };
}

/** What a buffer is that has values, or is uniform, or neither: keys that it needs and has not. */
const sorts = {
  filled: { name: 'a storage buffer', needs: ['type', 'length'], excludes: [] },
  listed: {
    name: "a buffer with 'values'",
    needs: [],
    excludes: ['length', 'fill', 'seed', 'scratch', 'clear'],
  },
  uniform: {
    name: 'a uniform buffer',
    needs: ['values'],
    excludes: ['length', 'fill', 'seed', 'check', 'scratch', 'clear'],
  },
  scratch: {
    name: 'a scratch buffer',
    needs: ['type', 'length'],
    excludes: ['fill', 'seed', 'values', 'check'],
  },
} as const;

const examples = {
  type: 'type: f32',
  length: 'length: ROWS * COLS',
  values: 'values: [ROWS, COLS]',
} as const;

function checkKeys(sort: keyof typeof sorts, place: Place): void {
  const { name, needs, excludes } = sorts[sort];
  for (const key of needs) {
    if (place.at(key).isWritten) continue;
    const nextStep = `add for example '${examples[key]}'`;
    place.key({ message: `${name} needs '${key}'`, nextStep, absence: true });
  }
  for (const key of excludes) {
    if (place.at(key).isWritten)
      place.at(key).key({ message: `${name} has no '${key}'`, nextStep: 'remove it' });
  }
}

/** A number of elements; null, with what is wrong with it reported, if there is none. */
export function readLength(
  written: string | number | undefined,
  place: Place,
  { variables, workloads, defaults }: BufferContext,
): Expression | null {
  const length = written === undefined ? null : compileAt(place, written, 'int', variables);
  if (length === null) return null;
  tryOut({
    expression: length,
    place,
    workloads,
    defaults,
    fault: (value, workload) => {
      if (Number(value) < 1) return `the length is ${value} for workload ${workload}`;
      return Number(value) > maxLength ? `the length is ${value} for workload ${workload}: too large` : null;
    },
    nextStep: `change it or the workload, so that it is between 1 and ${maxLength}`,
  });
  return length;
}

/** Where a fill stands, or one of the numbers listed in it. */
function positionIn(place: Place, fill: object): NonNullable<BufferDefinition['fillAt']> {
  const here = place.at(...Object.keys(fill).slice(0, 1));
  return (index) => (index === undefined ? here : here.at(index)).position;
}

function readBuffer(
  written: Sound<ManifestBuffer>,
  options: { readonly name: string; readonly index: number; readonly place: Place },
  context: BufferContext,
): BufferDefinition {
  const { name, index, place } = options;
  const listed = place.at('values').isWritten;
  const kind = written.kind ?? (listed ? null : 'storage');
  const { scratch = false, clear } = written;
  const isFilled = place.at('fill').isWritten && !listed;
  const isUniform = kind === 'uniform' && !isFilled;
  checkKeys(isUniform ? kind : scratch ? 'scratch' : listed ? 'listed' : 'filled', place);
  if (clear !== undefined && !scratch && written.fill !== undefined && written.fill !== 'zeros') {
    place.at('fill').value({
      message: `the buffer is zeroed before each ${clear}, so nothing reads its ${typeof written.fill === 'string' ? written.fill : 'contents'}`,
      nextStep: "remove 'fill' or 'clear'",
    });
  }
  const { variables } = context;
  const values = written.values?.map((value, i) =>
    value === undefined ? null : compileAt(place.at('values', i), value, ['int', 'double'], variables),
  );
  const length = readLength(written.length, place.at('length'), context);
  return {
    name,
    group: written.group ?? 0,
    binding: written.binding ?? 0,
    kind,
    type: written.type === undefined ? 'f32' : readType(written.type, place.at('type'), context),
    length: length ?? constantExpression(values?.length ?? 1),
    fill: written.fill === undefined ? 'zeros' : readFill(written.fill, place.at('fill'), context),
    ...(typeof written.fill === 'object' ? { fillAt: positionIn(place.at('fill'), written.fill) } : {}),
    seed: written.seed ?? index + 1,
    check: readCheck(written.check),
    ...(scratch ? { scratch, at: () => place.position } : {}),
    ...(clear === undefined ? {} : { clear }),
    values:
      values === undefined && (kind !== 'uniform' || written.fill !== undefined)
        ? null
        : (values ?? []).filter((value) => value !== null),
    ...(listed
      ? {
          valuesAt: (index?: number) =>
            (index === undefined ? place.at('values') : place.at('values', index)).position,
        }
      : {}),
  };
}

/** The buffers of a kernel, in the order they are written. */
export function readBuffers(
  written: Sound<ManifestKernel>['buffers'],
  place: Place,
  context: BufferContext,
): BufferDefinition[] {
  const entries = Object.entries(written ?? {}).filter((entry) => entry[1] !== undefined);
  // What only passes share comes and goes with a change, and no other contents may be drawn for that.
  let index = 0;
  const buffers = entries.map(([name, buffer]) => {
    const own = index;
    if (buffer?.scratch !== true) index++;
    return readBuffer(buffer as Sound<ManifestBuffer>, { name, index: own, place: place.at(name) }, context);
  });
  const taken = new Map<string, string>();
  for (const [i, { name, group, binding }] of buffers.entries()) {
    if (entries[i]?.[1]?.binding === undefined) continue;
    const slot = `${group} ${binding}`;
    const other = taken.get(slot);
    if (other !== undefined) {
      place.at(name, 'binding').value({
        message: `binding ${binding} of group ${group} is taken by '${other}'`,
        nextStep: 'give every buffer the group and binding that it has in the program',
      });
    }
    taken.set(slot, name);
  }
  const isChecked = entries.some(([name]) => place.at(name, 'check').isWritten);
  if (entries.length > 0 && !isChecked) {
    place.key({
      severity: 'warning',
      message: 'no buffer has a check, so wrong results would not be noticed',
      nextStep: "give the outputs 'check: { relative: 1.0e-3 }'",
    });
  }
  return buffers;
}
