import type { BetweenLaunches, BufferDefinition, ScalarType, Workload } from '../manifest/index.ts';
import { evaluateCount, type Variables } from './buffer-counts.ts';
import { bytesPerElement } from './data-shape.ts';
import { failed, succeeded } from './failure.ts';
import { roundUp } from './layout.ts';
import type { BoundVariable } from './reflect.ts';
import type { BufferBinding, Outcome } from './types.ts';
import { arrange, bitsRemark, evaluateMembers } from './values.ts';

const scalarTypes: readonly string[] = Object.keys(bytesPerElement);

/**
 * Matches the manifest's buffers with a program's bindings and works out their sizes.
 *
 * @param role a `reference` may leave out buffers that are not compared; a `variant` declares them all.
 */
export function bindBuffers(options: {
  readonly definitions: readonly BufferDefinition[];
  readonly bindings: readonly BoundVariable[];
  readonly workload: Workload;
  readonly variables: Variables;
  readonly role: 'variant' | 'reference';
  /** What the manifest says of launches that change their buffers. */
  readonly betweenLaunches?: BetweenLaunches | undefined;
}): Outcome<readonly BufferBinding[]> {
  const { definitions, bindings, workload, variables, role, betweenLaunches } = options;
  for (const variable of bindings) {
    if (!variable.used && !definitions.some((definition) => isAt(definition, variable))) continue;
    const fault = bindingFault(variable, definitions);
    if (fault !== null) return failed('validation', fault, variable.refusal ?? {});
  }
  const bound: BufferBinding[] = [];
  for (const definition of definitions) {
    const variable = bindings.find((candidate) => isAt(definition, candidate));
    if (!variable && (role === 'variant' || definition.check)) {
      return failed('validation', undeclaredMessage(definition, bindings));
    }
    const type = elementType(definition, workload);
    if (type === null) {
      const parameter = typeof definition.type === 'string' ? definition.type : definition.type.parameter;
      return failed(
        'validation',
        `buffer \`${definition.name}\`: workload parameter \`${parameter}\` is no scalar type`,
      );
    }
    const kind = variable?.kind ?? defaultKind(definition.kind);
    const contents =
      definition.values === null
        ? filled(definition, type, variables)
        : listed(definition, { type, kind, variables, layout: variable?.layout ?? (() => null) });
    if (!contents.ok) return contents;
    bound.push({
      name: definition.name,
      group: definition.group,
      binding: definition.binding,
      kind,
      fill: definition.fill,
      seed: definition.seed,
      check: definition.check,
      ...contents.value,
      ...(variable?.kind === 'storage' && variable.read ? { readsInitial: true } : {}),
      ...(variable?.kind === 'storage' ? changedBy(variable, betweenLaunches) : {}),
    });
  }
  return succeeded(bound);
}

/** What a launch reads and changes is other for the next one; what it only writes is so if the manifest says so. */
function changedBy(
  { read, written }: BoundVariable,
  wanted: BetweenLaunches | undefined,
): Pick<BufferBinding, 'betweenLaunches'> {
  return written && (read || wanted === 'reset') ? { betweenLaunches: wanted ?? 'reset' } : {};
}

/** How a buffer is bound that a program does not declare. */
export function defaultKind(kind: BufferDefinition['kind']): BufferBinding['kind'] {
  return kind === 'storage' ? 'read-only-storage' : 'uniform';
}

type Contents = Pick<BufferBinding, 'type' | 'length' | 'byteLength' | 'values' | 'slots' | 'remark'>;

function filled(definition: BufferDefinition, type: ScalarType, variables: Variables): Outcome<Contents> {
  const length = evaluateCount((known) => definition.length.evaluate(known), variables);
  if (!length.ok)
    return failed('validation', `length of buffer \`${definition.name}\` ${length.failure.message}`);
  // Copies move whole words.
  const byteLength = roundUp(4, length.value * bytesPerElement[type]);
  return succeeded({ type, length: length.value, byteLength, values: null });
}

function listed(
  definition: BufferDefinition,
  options: Pick<BoundVariable, 'layout'> &
    Pick<BufferBinding, 'type' | 'kind'> & { readonly variables: Variables },
): Outcome<Contents> {
  const layout = options.layout(definition.values?.length ?? 0);
  const arranged = arrange(definition, { ...options, layout });
  if (!arranged.ok) return arranged;
  const values = evaluateMembers(definition, arranged.value, options.variables);
  if (!values.ok) return values;
  const { members: _, ...shape } = arranged.value;
  const remark = bitsRemark(definition, arranged.value);
  return succeeded({ ...shape, values: values.value, ...(remark === null ? {} : { remark }) });
}

/** The scalar type of a buffer or output; null if the workload parameter that it names holds none. */
export function elementType(
  definition: Pick<BufferDefinition, 'type'>,
  workload: Workload,
): ScalarType | null {
  const type =
    typeof definition.type === 'string' ? definition.type : workload.parameters[definition.type.parameter];
  return typeof type === 'string' && isScalarType(type) ? type : null;
}

function isScalarType(name: string): name is ScalarType {
  return scalarTypes.includes(name);
}

interface Slot {
  readonly group: number;
  readonly binding: number;
}

function isAt(a: Slot, b: Slot): boolean {
  return a.group === b.group && a.binding === b.binding;
}

function slot({ group, binding }: Slot): string {
  return `@group(${group}) @binding(${binding})`;
}

function bindingFault(variable: BoundVariable, definitions: readonly BufferDefinition[]): string | null {
  const definition = definitions.find((candidate) => isAt(candidate, variable));
  if (variable.refusal !== null)
    return `\`${variable.name}\` at ${slot(variable)} ${variable.refusal.reason}`;
  if (!definition) {
    const namesake = definitions.find((candidate) => candidate.name === variable.name);
    const hint = namesake ? `; the manifest puts \`${namesake.name}\` at ${slot(namesake)}` : '';
    return `the program's \`${variable.name}\` at ${slot(variable)} has no buffer in the manifest${hint}`;
  }
  const wanted = variable.kind === 'uniform' ? 'uniform' : 'storage';
  if (definition.kind !== null && definition.kind !== wanted) {
    return `buffer \`${definition.name}\` is ${definition.kind} in the manifest, but \`${variable.name}\` at ${slot(variable)} is ${wanted}`;
  }
  if (definition.check && variable.kind !== 'storage') {
    return `buffer \`${definition.name}\` is checked as an output, but \`${variable.name}\` at ${slot(variable)} is read-only`;
  }
  return null;
}

function undeclaredMessage(definition: BufferDefinition, bindings: readonly BoundVariable[]): string {
  const declared = bindings.map((variable) => `\`${variable.name}\` at ${slot(variable)}`).join(', ');
  return `buffer \`${definition.name}\` at ${slot(definition)} is not declared by the program; it has ${declared || 'no bindings'}`;
}
