import { JoulegateError } from '../errors/index.ts';
import type { ExpressionValue } from '../expression/index.ts';
import type { BufferDefinition, ScalarType, Workload } from '../manifest/index.ts';
import { failed, succeeded } from './failure.ts';
import { roundUp } from './layout.ts';
import type { BoundVariable } from './reflect.ts';
import type { BufferBinding, Outcome } from './types.ts';

export type Variables = Readonly<Record<string, ExpressionValue>>;

/** Bytes of one scalar element. */
export const bytesPerElement: Readonly<Record<ScalarType, number>> = { f32: 4, f16: 2, i32: 4, u32: 4 };

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
}): Outcome<readonly BufferBinding[]> {
  const { definitions, bindings, workload, variables, role } = options;
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
    const length = evaluateCount(definition.length.evaluate.bind(definition.length), variables);
    if (!length.ok)
      return failed('validation', `length of buffer \`${definition.name}\` ${length.failure.message}`);
    const values = evaluateValues(definition, variables);
    if (!values.ok) return values;
    // Copies move whole words; uniform structures are rounded up to 16 bytes at most.
    const byteLength = roundUp(definition.kind === 'uniform' ? 16 : 4, length.value * bytesPerElement[type]);
    bound.push({
      name: definition.name,
      group: definition.group,
      binding: definition.binding,
      kind: variable?.kind ?? (definition.kind === 'uniform' ? 'uniform' : 'read-only-storage'),
      type,
      length: length.value,
      byteLength,
      fill: definition.fill,
      seed: definition.seed,
      values: values.value,
      check: definition.check,
      ...(variable?.kind === 'storage' && variable.read ? { readsInitial: true } : {}),
    });
  }
  return succeeded(bound);
}

/** Evaluates a count: a whole number from 1 up. */
export function evaluateCount(
  evaluate: (variables: Variables) => ExpressionValue,
  variables: Variables,
): Outcome<number> {
  const value = evaluateOrFail(evaluate, variables);
  if (!value.ok) return value;
  if (typeof value.value !== 'number' || !Number.isSafeInteger(value.value) || value.value < 1) {
    return failed('validation', `is ${value.value}; it must be a whole number, at least 1`);
  }
  return succeeded(value.value);
}

function evaluateOrFail(
  evaluate: (variables: Variables) => ExpressionValue,
  variables: Variables,
): Outcome<ExpressionValue> {
  try {
    return succeeded(evaluate(variables));
  } catch (error) {
    // An expression that has no value here (a division by zero, say) costs this variant only.
    if (error instanceof JoulegateError) return failed('validation', `has no value: ${error.message}`);
    throw error;
  }
}

function evaluateValues(
  definition: BufferDefinition,
  variables: Variables,
): Outcome<readonly number[] | null> {
  if (definition.values === null) return succeeded(null);
  const values: number[] = [];
  for (const [index, expression] of definition.values.entries()) {
    const value = evaluateOrFail((known) => expression.evaluate(known), variables);
    if (!value.ok) {
      return failed('validation', `value ${index} of buffer \`${definition.name}\` ${value.failure.message}`);
    }
    if (typeof value.value === 'string') {
      return failed(
        'validation',
        `value ${index} of buffer \`${definition.name}\` is no number: ${value.value}`,
      );
    }
    values.push(Number(value.value));
  }
  return succeeded(values);
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
  if (definition.kind !== wanted) {
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
