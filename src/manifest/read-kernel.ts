import type { Expression } from '../expression/index.ts';
import type { ManifestKernel } from '../schema/index.ts';
import { readBuffers } from './buffers.ts';
import { clockTunable, readClocks, withOwnClock } from './clocks.ts';
import { readCommand } from './command.ts';
import type { YamlDocument } from './document.ts';
import { at } from './document.ts';
import { compileAt, constantExpression, tryOut, type VariableTypes } from './expressions.ts';
import {
  type KernelParts,
  operatorParts,
  ownParts,
  reportUnknownOperator,
  type Written,
} from './kernel-parts.ts';
import { limitTypes } from './limits.ts';
import type { Objective } from './objective.ts';
import type { LoadedOperator } from './operators.ts';
import { type Place, placeIn } from './place.ts';
import type { ProgramFiles } from './program-files.ts';
import type { Sound } from './schema-problems.ts';
import { readGate, readObjective } from './settings.ts';
import type { SourceFiles } from './source-files.ts';
import type { Gate, KernelDefinition, ReferenceDefinition } from './types.ts';

type Dispatch = KernelDefinition['dispatch'];

/** What all kernels of a manifest share. */
export interface KernelContext {
  readonly document: YamlDocument;
  readonly programs: ProgramFiles;
  readonly sources: SourceFiles;
  /** Operators that exist; `load` reads one on first use. */
  readonly operatorNames: readonly string[];
  readonly loadOperator: (name: string) => LoadedOperator | null;
  readonly objective: Objective;
  readonly gate: Gate;
  /** Locked clocks of kernels that have none of their own. */
  readonly clocks: Sound<ManifestKernel>['clocks'];
}

function readConstraints(parts: KernelParts, variables: VariableTypes): Expression[] {
  return parts.constraints.flatMap(({ value, place }) => {
    const expression = compileAt(place, value, 'bool', variables);
    if (expression === null) return [];
    tryOut({
      expression,
      // Nothing is wrong with a constraint that some configurations break, but the default must not be one of them.
      place: parts.defaultPlace,
      workloads: parts.workloads,
      defaults: parts.defaults,
      fault: (holds, workload) =>
        holds === true
          ? null
          : `the default breaks the constraint '${expression.source}' for workload ${workload}`,
      nextStep: 'change the default or the constraint',
    });
    return [expression];
  });
}

function readDispatch(
  { value, place }: Written<Sound<ManifestKernel>['dispatch']>,
  parts: KernelParts,
  variables: VariableTypes,
): Dispatch {
  const expressions = (value ?? []).map((written, i) => {
    if (written === undefined) return constantExpression(1);
    const expression = compileAt(place.at(i), written, 'int', variables);
    if (expression === null) return constantExpression(1);
    tryOut({
      expression,
      place: place.at(i),
      workloads: parts.workloads,
      defaults: parts.defaults,
      fault: (count, workload) =>
        Number(count) >= 1 ? null : `the dispatch is ${count} for workload ${workload} at the default`,
      nextStep: 'change it so that it is at least 1; ceil_div(a, b) rounds up',
    });
    return expression;
  });
  const [x, y, z] = expressions;
  return [x ?? constantExpression(1), y ?? constantExpression(1), z ?? constantExpression(1)];
}

function readReference(
  parts: KernelParts,
  dispatch: Dispatch,
  variables: VariableTypes,
): ReferenceDefinition | null {
  const { value, place } = parts.reference;
  if (value === undefined) return null;
  if (typeof value === 'string')
    return { source: parts.programs.read(value, place), entry: parts.entry, dispatch };
  if (value.source === undefined) return null;
  return {
    source: parts.programs.read(value.source, place.at('source')),
    entry: value.entry ?? parts.entry,
    dispatch:
      value.dispatch === undefined
        ? dispatch
        : readDispatch({ value: value.dispatch, place: place.at('dispatch') }, parts, variables),
  };
}

/** The parts of a kernel, or null if there is no telling what it is. */
function partsOf(kernel: Sound<ManifestKernel>, place: Place, context: KernelContext): KernelParts | null {
  if (kernel.operator === undefined)
    return place.at('operator').isWritten ? null : ownParts(kernel, place, context.programs);
  const operator = context.loadOperator(kernel.operator);
  if (operator !== null) return operatorParts(kernel, place, operator);
  reportUnknownOperator(kernel.operator, context.operatorNames, place.at('operator'));
  return null;
}

/** One kernel of the manifest; whatever is wrong with it is reported. Usable only if nothing was. */
export function readKernel(
  name: string,
  kernel: Sound<ManifestKernel>,
  context: KernelContext,
): KernelDefinition | null {
  const { document } = context;
  const pointer = at('/kernels', name);
  const place = placeIn(document, pointer);
  const objective = readObjective(kernel.objective, at(pointer, 'objective'), document, context.objective);
  const gate = readGate(kernel.gate, context.gate);
  const parts = partsOf(kernel, place, context);
  if (parts === null) return null;

  // Null prototype, so that `constructor` is a name like any other.
  const variables: VariableTypes = Object.assign(
    Object.create(null),
    limitTypes,
    parts.workloads.types,
    parts.tunables.types,
  );
  const dispatch = readDispatch(parts.dispatch, parts, variables);
  const { source } = parts;
  const clock = readClocks(kernel.clocks, context.clocks);
  const defaults = withOwnClock(parts.defaults, clock);
  // Constraints may name the clock. The program, its buffers and its launch do not: they are the same at any clock.
  const constraintVariables: VariableTypes =
    clock === null ? variables : Object.assign(Object.create(null), variables, { [clockTunable]: 'int' });
  const bufferContext = { workloads: parts.workloads, variables, defaults: parts.defaults };
  return {
    name,
    operator: parts.operator,
    sentinel: kernel.sentinel ?? false,
    position: { file: document.source.file, ...document.source.position(document.keyRange(pointer).start) },
    source:
      source.value === undefined
        ? { path: '', language: 'wgsl', files: {} }
        : parts.programs.read(source.value, source.place),
    entry: parts.entry,
    workloads: parts.workloads.items.map(({ workload }) => workload),
    tunables: clock === null ? parts.tunables.items : [...parts.tunables.items, clock],
    constraints: readConstraints({ ...parts, defaults }, constraintVariables),
    defaults,
    buffers: readBuffers(parts.buffers.value, parts.buffers.place, bufferContext),
    dispatch,
    reference: readReference(parts, dispatch, variables),
    ...(kernel.command === undefined || parts.operator !== null
      ? {}
      : {
          command: readCommand(kernel.command, place.at('command'), {
            ...bufferContext,
            sources: context.sources,
            names: [...Object.keys(parts.workloads.types), ...Object.keys(parts.tunables.types)],
            tunables: Object.keys(parts.tunables.types),
            tunablesPlace: place.at('tunables'),
          }),
        }),
    ...(kernel['between-launches'] === undefined ? {} : { betweenLaunches: kernel['between-launches'] }),
    callsPerDay: kernel['calls-per-day'] ?? null,
    objective,
    gate,
  };
}
