import {
  type BufferDefinition,
  clockTunable,
  type KernelDefinition,
  type PassDefinition,
  type ProgramSource,
  type Workload,
} from '../manifest/index.ts';
import type { Configuration, TunableValue } from '../space/index.ts';
import { defaultKind, elementType } from './buffers.ts';
import { featuresOfExtensions } from './extensions.ts';
import { failed, succeeded } from './failure.ts';
import { linkParameters, programValues } from './parameters.ts';
import { variableAt } from './pass-bindings.ts';
import { parameterWords, specialise } from './program.ts';
import { ProgramTexts } from './program-texts.ts';
import { type BoundVariable, reflect } from './reflect.ts';
import type { Outcome, PassBinding, PrintSource } from './types.ts';
import { marker } from './unroll-directives.ts';
import { type Arrangement, arrange, isAsListed } from './values.ts';
import type { SourceModules } from './wesl.ts';

/** A program with places for numbers: the same WGSL for all values under which the same conditions are true. */
export interface ProgramTemplate {
  /** Those of the kernel's conditions that are true, in its order. */
  readonly conditions: readonly string[];
  /** Numbers that it is good for and no others: unrolled loops depend on them in more ways than as a constant. */
  readonly fixed: Readonly<Record<string, number>>;
  /** Text and names of numeric values, taking turns: text, name, text, ..., text. */
  readonly pieces: readonly string[];
  readonly requiredFeatures: readonly string[];
  /** What of the kernel's buffers the entry point uses, in the manifest's order. */
  readonly bindings: readonly PassBinding[];
  /** The scalars of each of the kernel's buffers, where its values do not stand as the manifest lists them; else null. */
  readonly layouts: readonly (Arrangement | null)[];
  /** For the values it was made from; null if unknown. */
  readonly workgroupSize: readonly [number, number, number] | null;
  readonly workgroupBytes: number | null;
}

/** Makes templates of one pass's program. */
export interface TemplateBuilder {
  /** Conditions that the program may ask for, sorted; what no word of it names cannot matter. */
  readonly conditions: readonly string[];
  build(parameters: Workload['parameters'], configuration: Configuration): Promise<Outcome<ProgramTemplate>>;
}

/** What `NAME_value` may be true of: values of tunables, and of the manifest's workloads. */
function choicesOf({ tunables, workloads }: KernelDefinition, name: string): readonly string[] {
  const own = tunables.find((tunable) => tunable.name === name)?.values;
  const values = own ?? workloads.flatMap(({ parameters }) => parameters[name] ?? []);
  return values.map((value) => (typeof value === 'boolean' ? name : `${name}_${value}`));
}

/** Whether a text or truth value that decides on a program is none for which conditions tell it from others. */
function isUnlisted(name: string, value: TunableValue, conditions: readonly string[]): boolean {
  return typeof value === 'string' && !conditions.includes(`${name}_${value}`);
}

/**
 * A builder of templates; filled with numbers, each is what `createVariantBuilder` makes of the same values.
 * @param print absent: programs that others print cannot be built
 */
export function createTemplateBuilder(
  kernel: KernelDefinition,
  pass: PassDefinition,
  print?: PrintSource,
): TemplateBuilder {
  const { source } = pass;
  const texts = new ProgramTexts(source, print);
  const names = [
    ...Object.keys(kernel.workloads[0]?.parameters ?? {}),
    ...kernel.tunables.map(({ name }) => name).filter((name) => name !== clockTunable),
  ];
  const decisive = texts.decisive(names);
  const known = { ...kernel.workloads[0]?.parameters, ...kernel.defaults };
  // What stands in a text that is filled in decides on it even where no condition asks.
  const deciding = names.filter(
    (name) => typeof known[name] !== 'number' && (decisive.has(name) || source.template !== undefined),
  );
  const wordsOfFiles = texts.fixed === null ? [] : parameterWords(texts.fixed);
  const conditions = [
    ...new Set([
      ...[...wordsOfFiles].filter((word) =>
        names.some((name) => word === name || word.startsWith(`${name}_`)),
      ),
      ...deciding.flatMap((name) => choicesOf(kernel, name)),
    ]),
  ].sort();
  const isUnrolled = ({ files }: ProgramSource, modules: SourceModules) =>
    Object.keys(files).some((path) => modules.marked(path).includes(marker));
  const marks = createMarks(names, Object.values(source.files).join('\n'));
  return {
    conditions,
    async build(parameters, configuration) {
      const values = programValues({ name: '', parameters }, configuration);
      const unlisted = deciding.find((name) => isUnlisted(name, values[name] ?? '', conditions));
      if (unlisted !== undefined)
        return failed(
          'validation',
          `\`${unlisted}\` is ${values[unlisted]}, as in no workload of the manifest`,
        );
      const made = await texts.modules(values, { twice: true });
      if (!made.ok) return made;
      const modules = made.value;
      const unrolls = isUnrolled(modules.source, modules);
      const actual = await specialise(modules, values);
      if (!actual.ok) return actual;
      const reflected = reflect(actual.value.module, pass.entry);
      if (!reflected.ok) return reflected;
      const { bindings, extensions, workgroupSize, workgroupBytes } = reflected.value;
      const { conditions: isTrue } = linkParameters(values);
      const program: Text = async (other) => {
        // Of what is printed none of these numbers is an argument.
        const own = source.template === undefined ? made : await texts.modules(other, { twice: false });
        if (!own.ok) return null;
        const built = await specialise(own.value, other, { ...linkParameters(other), conditions: isTrue });
        return built.ok ? built.value.module.text : null;
      };
      const numbers = Object.keys(values).filter((name) => typeof values[name] === 'number');
      const constants = numbers.filter((name) => !decisive.has(name));
      const free = unrolls
        ? await constantsOf(
            constants.filter((name) => Object.hasOwn(parameters, name)),
            values,
            marks,
            program,
          )
        : constants;
      const pieces = await template(free, values, marks, program);
      if (pieces === null || fill(pieces, values) !== actual.value.module.text) {
        return failed('validation', 'the program depends on a number in another way than as a constant');
      }
      const declared = { definition: pass, bindings };
      const bound = kernel.buffers.map((buffer) => variableAt(declared, buffer));
      const layouts: (Arrangement | null)[] = [];
      for (const [i, definition] of kernel.buffers.entries()) {
        const layout = layoutOf(definition, bound[i] ?? null, { name: '', parameters });
        if (!layout.ok) return layout;
        layouts.push(layout.value);
      }
      return succeeded({
        conditions: conditions.filter((name) => isTrue[name] === true),
        fixed: Object.fromEntries(
          numbers.filter((name) => !free.includes(name)).map((name) => [name, values[name] as number]),
        ),
        pieces,
        requiredFeatures: featuresOfExtensions(extensions),
        bindings: bound.flatMap((variable, buffer) => {
          if (!variable?.used || variable.kind === null) return [];
          const { group, binding, kind } = variable;
          return [{ buffer, group, binding, kind }];
        }),
        layouts,
        workgroupSize,
        workgroupBytes: Number.isFinite(workgroupBytes) ? workgroupBytes : null,
      });
    },
  };
}

/** The scalars of a buffer with values; null if it has none, or they stand as they are listed. */
function layoutOf(
  definition: BufferDefinition,
  variable: BoundVariable | null,
  workload: Workload,
): Outcome<Arrangement | null> {
  const type = elementType(definition, workload);
  if (definition.values === null || type === null) return succeeded(null);
  const kind = variable?.kind ?? defaultKind(definition.kind);
  const count = definition.values.length;
  const arranged = arrange(definition, { type, kind, layout: variable?.layout(count) ?? null });
  return arranged.ok && isAsListed(arranged.value, { type, kind, count }) ? succeeded(null) : arranged;
}

type Values = Readonly<Record<string, TunableValue>>;

/** The program's text for some values; null if it cannot be built. */
type Text = (values: Values) => Promise<string | null>;

/** The text with places for the named numbers; null if they make it another program. */
async function template(
  names: readonly string[],
  values: Values,
  marks: ReadonlyMap<string, number>,
  program: Text,
): Promise<readonly string[] | null> {
  const marked = new Map(names.flatMap((name) => (marks.has(name) ? [[name, marks.get(name)!]] : [])));
  const text = await program({ ...values, ...Object.fromEntries(marked) });
  return text === null ? null : cut(text, marked);
}

/** Those numbers that change the program at places of their own only; halves are tried where not all of them do. */
async function constantsOf(
  names: readonly string[],
  values: Values,
  marks: ReadonlyMap<string, number>,
  program: Text,
): Promise<readonly string[]> {
  if (names.length === 0 || (await areConstants(names, values, marks, program))) return names;
  if (names.length === 1) return [];
  const half = names.length >> 1;
  return [
    ...(await constantsOf(names.slice(0, half), values, marks, program)),
    ...(await constantsOf(names.slice(half), values, marks, program)),
  ];
}

/**
 * Whether numbers change the program at places of their own only. Tried with numbers that divide differently, each by each
 * too, because a loop whose trips they decide may look alike for some.
 */
async function areConstants(
  names: readonly string[],
  values: Values,
  marks: ReadonlyMap<string, number>,
  program: Text,
): Promise<boolean> {
  const pieces = await template(names, values, marks, program);
  if (pieces === null) return false;
  const choices: readonly ((name: string, at: number) => TunableValue | undefined)[] = [
    () => 1,
    () => 2,
    (name) => values[name],
    (name) => (marks.get(name) ?? 0) + 1,
    (_, at) => 3 ** (at % 16),
    (_, at) => 3 ** (15 - (at % 16)),
  ];
  for (const choose of choices) {
    const chosen = names.map((name, at) => [name, choose(name, at)] as const);
    const other = { ...values, ...Object.fromEntries(chosen) } as Values;
    if ((await program(other)) !== fill(pieces, other)) return false;
  }
  return true;
}

/** A number of ten digits for every name, none of which the sources hold; an i32 can hold them. */
function createMarks(names: readonly string[], text: string): ReadonlyMap<string, number> {
  let next = 1_700_000_000;
  return new Map(
    names.map((name) => {
      do next++;
      while (text.includes(String(next)));
      return [name, next];
    }),
  );
}

/** Cuts a text at the marks. */
function cut(text: string, marks: ReadonlyMap<string, number>): string[] {
  const nameOf = new Map([...marks].map(([name, mark]) => [String(mark), name]));
  if (nameOf.size === 0) return [text];
  const pattern = new RegExp(`(${[...nameOf.keys()].join('|')})`);
  return text.split(pattern).map((piece, index) => (index % 2 === 0 ? piece : (nameOf.get(piece) as string)));
}

function fill(pieces: readonly string[], values: Values): string {
  return pieces.map((piece, index) => (index % 2 === 0 ? piece : String(values[piece]))).join('');
}
