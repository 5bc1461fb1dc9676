import type { Expression } from '../expression/index.ts';
import { type ManifestDispatch, type ManifestKernel, nearestName } from '../schema/index.ts';
import type { Configuration } from '../space/index.ts';
import { compileAt, constantExpression, tryOut, type VariableTypes } from './expressions.ts';
import type { Place } from './place.ts';
import { noProgram, type ProgramFiles } from './program-files.ts';
import { readGenerator } from './read-generator.ts';
import type { Sound } from './schema-problems.ts';
import type { SourceFiles } from './source-files.ts';
import type { Dispatch, PassDefinition, ProgramSource, Slot } from './types.ts';
import type { Workloads } from './workloads.ts';

/** A launch as it is written: an item of `passes`, or the kernel or reference itself where it has only one. */
export type WrittenPass = Pick<
  Sound<NonNullable<ManifestKernel['passes']>[number]>,
  'name' | 'source' | 'generate' | 'entry' | 'dispatch' | 'when' | 'bindings'
>;

export interface PassContext {
  readonly workloads: Workloads;
  readonly variables: VariableTypes;
  readonly defaults: Configuration;
  readonly programs: ProgramFiles;
  readonly sources: SourceFiles;
  /** Tunables and workload parameters. */
  readonly names: readonly string[];
  /** The kernel's buffers as they are written. */
  readonly buffers: Sound<ManifestKernel>['buffers'];
  /** The program of passes that name none, and what holds its keys; undefined if there is none. */
  readonly program: { readonly value: WrittenProgram | undefined; readonly place: Place };
}

/** Keys that say what a program is: a file or literal, or what prints it. */
export type WrittenProgram = Pick<Sound<ManifestKernel>, 'source' | 'generate'>;

/** What is written of a program, where anything is. */
export function programOf(written: WrittenProgram): WrittenProgram | undefined {
  return written.source === undefined && written.generate === undefined ? undefined : written;
}

/** A program; whatever is wrong with it is reported. @param place of what holds its keys */
export function readProgram(written: WrittenProgram, place: Place, context: PassContext): ProgramSource {
  const { programs, sources, names } = context;
  const { source, generate } = written;
  if (generate === undefined)
    return source === undefined ? noProgram : programs.read(source, place.at('source'), names);
  const here = place.at('generate');
  const generator = readGenerator(generate, here, { sources, names });
  return { ...noProgram, generator: { ...generator, at: () => here.position } };
}

const defaultEntry = 'main';
const one = constantExpression(1);

/** A count of a launch; what it may be where the launch is left out is nobody's business. */
function readCount(
  written: string | number | undefined,
  place: Place,
  options: {
    readonly context: PassContext;
    readonly when: Expression | null;
    readonly least: number;
    readonly name: string;
  },
): Expression | null {
  const { context, when, least, name } = options;
  const count = written === undefined ? null : compileAt(place, written, 'int', context.variables);
  if (count === null) return null;
  tryOut({
    expression: {
      ...count,
      names: [...count.names, ...(when?.names ?? [])],
      evaluate: (known) => (when?.evaluate(known) === false ? least : count.evaluate(known)),
    },
    place,
    workloads: context.workloads,
    defaults: context.defaults,
    fault: (value, workload) =>
      Number(value) >= least ? null : `the ${name} is ${value} for workload ${workload} at the default`,
    nextStep: `change it so that it is at least ${least}; ceil_div(a, b) rounds up`,
  });
  return count;
}

function reportUnknownBuffer(name: string, place: Place, { buffers }: PassContext): void {
  if (Object.hasOwn(buffers ?? {}, name)) return;
  const names = Object.keys(buffers ?? {});
  const nearest = nearestName(name, names);
  place.value({
    message: `there is no buffer '${name}'`,
    nextStep: nearest === null ? `buffers are ${names.join(', ')}` : `did you mean '${nearest}'?`,
  });
}

/** A launch's workgroups, or the buffer that holds them. */
export function readDispatch(
  value: Sound<ManifestDispatch> | undefined,
  place: Place,
  ...[context, when = null]: [context: PassContext, when?: Expression | null]
): Dispatch {
  if (value === undefined) return [one, one, one];
  if ('indirect' in value || !Array.isArray(value)) {
    const { indirect = '', offset } = value as Exclude<typeof value, readonly unknown[]>;
    if (indirect !== '') reportUnknownBuffer(indirect, place.at('indirect'), context);
    return {
      indirect,
      offset:
        readCount(offset, place.at('offset'), { context, when, least: 0, name: 'offset' }) ??
        constantExpression(0),
      at: () => place.position,
    };
  }
  const options = { context, when, least: 1, name: 'dispatch' };
  const [x, y, z] = value.map((written, i) => readCount(written, place.at(i), options));
  return [x ?? one, y ?? one, z ?? one];
}

function isProgramWritten(place: Place): boolean {
  return place.at('source').isWritten || place.at('generate').isWritten;
}

function readBindings(written: WrittenPass['bindings'], place: Place, context: PassContext) {
  const slots: Record<string, Slot> = {};
  const taken = new Map<string, string>();
  for (const [name, slot] of Object.entries(written ?? {})) {
    if (slot === undefined) continue;
    const here = place.at(name);
    reportUnknownBuffer(name, here, context);
    const own = Object.hasOwn(context.buffers ?? {}, name) ? context.buffers?.[name]?.group : 0;
    const { group = own ?? 0, binding = 0 } = typeof slot === 'number' ? { binding: slot } : slot;
    const other = taken.get(`${group} ${binding}`);
    if (other !== undefined) {
      here.value({
        message: `binding ${binding} of group ${group} is taken by '${other}'`,
        nextStep: 'give every buffer the group and binding that it has in this pass',
      });
    }
    taken.set(`${group} ${binding}`, name);
    slots[name] = { group, binding };
  }
  return slots;
}

/** Reports passes of which every workload's default leaves all out. */
function reportNoneLeft(passes: readonly PassDefinition[], place: Place, context: PassContext): void {
  const conditions = passes.flatMap(({ when }) => when ?? []);
  if (passes.length === 0 || conditions.length < passes.length) return;
  const names = [...new Set(conditions.flatMap(({ names }) => names))];
  tryOut({
    expression: {
      source: '',
      names,
      type: 'bool',
      evaluate: (known) => conditions.some((condition) => condition.evaluate(known) === true),
    },
    place,
    workloads: context.workloads,
    defaults: context.defaults,
    fault: (isAny, workload) =>
      isAny === true ? null : `'when' leaves out every pass for workload ${workload} at the default`,
    nextStep: "change the conditions so that a pass is left, or remove one's 'when'",
  });
}

/** The program of passes that name none: one for all of them. */
function readShared(context: PassContext): ProgramSource {
  const { value, place } = context.program;
  return value === undefined ? noProgram : readProgram(value, place, context);
}

function readPass(written: WrittenPass, place: Place, context: PassContext): PassDefinition {
  const { variables } = context;
  const when =
    written.when === undefined ? null : compileAt(place.at('when'), written.when, 'bool', variables);
  const own = programOf(written);
  const entry = written.entry ?? defaultEntry;
  return {
    name: written.name ?? entry,
    source: own === undefined ? readShared(context) : readProgram(own, place, context),
    entry,
    dispatch: readDispatch(written.dispatch, place.at('dispatch'), context, when),
    when,
    bindings: readBindings(written.bindings, place.at('bindings'), context),
    at: () => (place.at('entry').isWritten ? place.at('entry') : place).position,
  };
}

/**
 * The launches of a kernel or reference, in order; whatever is wrong with one is reported.
 * @param place where they are listed
 */
export function readPasses(
  written: readonly { readonly value: WrittenPass; readonly place: Place }[],
  place: Place,
  context: PassContext,
): readonly PassDefinition[] {
  const taken = new Set<string>();
  const passes = written.map(({ value, place: here }) => {
    const hasProgram = [here, context.program.place].some((one) => isProgramWritten(one));
    // A kernel that is a pass itself has been told so.
    if (!hasProgram && here !== place) {
      here.key({
        message: 'the pass has no program',
        nextStep: "add 'source: kernels/NAME.wesl' to it, or to the kernel for all of its passes",
        absence: true,
      });
    }
    const pass = readPass(value, here, context);
    let { name } = pass;
    if (taken.has(name) && value.name !== undefined) {
      here.at('name').value({ message: `there is another pass '${name}'`, nextStep: 'give it another name' });
    }
    for (let number = 2; taken.has(name); number++) name = `${pass.name}_${number}`;
    taken.add(name);
    return { ...pass, name };
  });
  reportNoneLeft(passes, place, context);
  return passes;
}
