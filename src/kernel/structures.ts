import type { KernelDefinition } from '../manifest/index.ts';
import type { TunableValue } from '../space/index.ts';
import { type Numbers, type ProgramCode, programCode } from './features/program-code.ts';
import { Slots } from './features/scope.ts';
import { linkParameters } from './parameters.ts';
import { parameterWords } from './program.ts';
import { marker } from './unroll/directives.ts';
import { BindableProgram, type SourceModules } from './wesl.ts';

type Values = Readonly<Record<string, TunableValue>>;

/** Structures that are kept at most. */
const maxStructures = 4096;

/**
 * The structures of a program: what is left of it under the same true conditions, whatever its numbers. Each is made into
 * code once, which then answers for all configurations of it.
 */
export class Structures {
  readonly #kernel: KernelDefinition;
  readonly #modules: SourceModules;
  readonly #hasStructures: boolean;
  #conditions: ReadonlySet<string> | null = null;
  readonly #codes = new Map<string, ProgramCode | null>();
  readonly #slots = new Slots();
  #program: BindableProgram | null = null;
  #kinds = '';

  constructor(kernel: KernelDefinition, modules: SourceModules) {
    this.#kernel = kernel;
    this.#modules = modules;
    // Plain WGSL has no conditions, and what is left of an unrolled loop depends on numbers.
    this.#hasStructures =
      kernel.source.language === 'wesl' &&
      !Object.keys(kernel.source.files).some((path) => modules.marked(path).includes(marker));
  }

  /** The code for a configuration and workload; null if the program cannot be bound. */
  code(values: Values): ProgramCode | null | 'unstructured' {
    if (!this.#hasStructures) return 'unstructured';
    const { constants, conditions } = linkParameters(values);
    const kinds = Object.entries(constants).map(([name, value]) => `${name}${kindOf(value)}`).join();
    if (this.#program === null || kinds !== this.#kinds) {
      this.#codes.clear();
      this.#program = new BindableProgram(this.#modules, constants);
      this.#kinds = kinds;
    }
    // What no word of the program names cannot matter.
    const words = (this.#conditions ??= parameterWords(this.#modules));
    const key = Object.keys(conditions)
      .filter((name) => conditions[name] && words.has(name))
      .join();
    const known = this.#codes.get(key);
    if (known !== undefined) return known;
    if (this.#codes.size >= maxStructures) this.#codes.clear();
    const program = this.#program;
    const bound = program.bind(conditions);
    const code =
      bound.ok && this.#modules.misplaced === null
        ? programCode({
            module: bound.value,
            entryPoint: this.#kernel.entry,
            isNumber: (declaration) => program.isConstant(declaration),
            statementCode: (_statement, _scope, make) => make(),
            slots: this.#slots,
          })
        : null;
    this.#codes.set(key, code);
    return code;
  }
}

/** A literal's kind decides the types of what is made of it. */
function kindOf(value: string | number): string {
  const text = String(value);
  return text === 'true' || text === 'false' ? 'b' : /^-?\d+$/.test(text) ? 'i' : 'f';
}

/** What a program's constants stand for. */
export function numbersIn(values: Values): Numbers {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, number | boolean] => typeof entry[1] !== 'string'),
  );
}
