import type { Expression } from '../expression/index.ts';
import type { ManifestKernel } from '../schema/index.ts';
import { readBuffers } from './buffers.ts';
import { clockTunable, readClocks, withOwnClock } from './clocks.ts';
import { readCommand } from './command.ts';
import type { YamlDocument } from './document.ts';
import { at } from './document.ts';
import { compileAt, tryOut, type VariableTypes } from './expressions.ts';
import {
  type KernelParts,
  operatorParts,
  ownParts,
  passesIn,
  reportUnknownOperator,
} from './kernel-parts.ts';
import { limitTypes } from './limits.ts';
import type { Objective } from './objective.ts';
import type { LoadedOperator } from './operators.ts';
import { type PassContext, programOf, readDispatch, readPasses, readProgram } from './passes.ts';
import { type Place, placeIn } from './place.ts';
import type { ProgramFiles } from './program-files.ts';
import type { Sound } from './schema-problems.ts';
import { readGate, readObjective } from './settings.ts';
import type { SourceFiles } from './source-files.ts';
import type { Gate, KernelDefinition, PassDefinition, ReferenceDefinition } from './types.ts';
import type { Workloads } from './workloads.ts';

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

function readReference(
  { reference: { value, place } }: KernelParts,
  passes: readonly PassDefinition[],
  context: PassContext,
): ReferenceDefinition | null {
  if (value === undefined) return null;
  const written = typeof value === 'string' ? { source: value } : value;
  // A reference that is its file alone has the place that its file has.
  const holder: Place = typeof value === 'string' ? { ...place, at: () => place } : place;
  const program = { value: programOf(written), place: holder };
  if (program.value === undefined) return null;
  const [own, others] = [['entry', 'dispatch'].filter((key) => place.at(key).isWritten), place.at('passes')];
  if (others.isWritten && own[0] !== undefined) {
    others.key({
      message: `'passes' cannot be given together with '${own[0]}'`,
      nextStep: 'remove one of them',
    });
  }
  if (others.isWritten) {
    const listed = passesIn(written, place);
    return { passes: readPasses(listed.value, listed.place, { ...context, program }) };
  }
  // It is launched as the kernel is, but for what it says itself.
  const source = readProgram(program.value, holder, context);
  const { entry, dispatch } = written;
  const kept = own.length === 0 ? passes : passes.slice(0, 1);
  if (own.length === 1 && passes.length > 1) {
    place.key({
      message: `the kernel has ${passes.length} passes, and its reference only '${own[0]}'`,
      nextStep: "give the reference 'entry' and 'dispatch', or 'passes'",
    });
  }
  return {
    passes: kept.map((pass) => ({
      ...pass,
      source,
      entry: entry ?? pass.entry,
      ...(dispatch === undefined
        ? {}
        : { dispatch: readDispatch(dispatch, place.at('dispatch'), context), when: null, bindings: {} }),
    })),
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

function callsPerDay({ items }: Workloads, ofKernel: number | undefined): KernelDefinition['callsPerDay'] {
  return new Map(
    items.flatMap(({ workload, callsPerDay: own }) => {
      const calls = own ?? ofKernel;
      return calls === undefined ? [] : [[workload.name, calls]];
    }),
  );
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
  const clock = readClocks(kernel.clocks, context.clocks);
  const defaults = withOwnClock(parts.defaults, clock);
  // Constraints may name the clock. The program, its buffers and its launch do not: they are the same at any clock.
  const constraintVariables: VariableTypes =
    clock === null ? variables : Object.assign(Object.create(null), variables, { [clockTunable]: 'int' });
  const { sources } = context;
  const bufferContext = { workloads: parts.workloads, variables, sources, defaults: parts.defaults };
  const { programs, program } = parts;
  const names = [...Object.keys(parts.workloads.types), ...Object.keys(parts.tunables.types)];
  const buffers = parts.buffers.value;
  const passContext: PassContext = { ...bufferContext, programs, program, names, buffers };
  const passes = readPasses(parts.passes.value, parts.passes.place, passContext);
  return {
    name,
    operator: parts.operator,
    sentinel: kernel.sentinel ?? false,
    position: { file: document.source.file, ...document.source.position(document.keyRange(pointer).start) },
    passes,
    workloads: parts.workloads.items.map(({ workload }) => workload),
    tunables: clock === null ? parts.tunables.items : [...parts.tunables.items, clock],
    constraints: readConstraints({ ...parts, defaults }, constraintVariables),
    defaults,
    buffers: readBuffers(parts.buffers.value, parts.buffers.place, bufferContext),
    reference: readReference(parts, passes, passContext),
    ...(kernel.command === undefined || parts.operator !== null
      ? {}
      : {
          command: readCommand(kernel.command, place.at('command'), {
            ...bufferContext,
            names,
            tunables: Object.keys(parts.tunables.types),
            tunablesPlace: place.at('tunables'),
          }),
        }),
    ...(kernel['between-launches'] === undefined ? {} : { betweenLaunches: kernel['between-launches'] }),
    callsPerDay: callsPerDay(parts.workloads, kernel['calls-per-day']),
    objective,
    gate,
  };
}
