import {
  clockTunable,
  type KernelDefinition,
  type PassDefinition,
  type Workload,
} from '../manifest/index.ts';
import type { Configuration, TunableValue } from '../space/index.ts';
import {
  Dependencies,
  type Numbers,
  type ProgramCode,
  programCode,
  SharedParts,
  Slots,
} from './features/index.ts';
import { linkParameters, programValues } from './parameters.ts';
import { parameterWords } from './program.ts';
import { marker } from './unroll-directives.ts';
import { BindableProgram, bindingFailure, type SourceModules } from './wesl.ts';

/** Structures that are kept at most. */
const maxStructures = 4096;

/**
 * The structures of a pass's program: what is left of it under the same true conditions, whatever its numbers. Each is made into
 * code once, which then answers for all configurations of it.
 */
export class Structures {
  readonly #kernel: KernelDefinition;
  readonly #workload: Workload;
  readonly #pass: PassDefinition;
  readonly #modules: SourceModules;
  /** Whether there are any. */
  readonly exist: boolean;
  readonly #codes = new Map<string, ProgramCode | null>();
  /** By the kinds of the constants. */
  readonly #origins = new Map<string, Origin>();
  readonly #fixedNumbers: Numbers;
  readonly #slots = new Slots();
  #keys: readonly { name: string; keys: ReadonlyMap<TunableValue, string> }[] | null = null;

  constructor(options: {
    readonly kernel: KernelDefinition;
    readonly workload: Workload;
    readonly pass: PassDefinition;
    readonly modules: SourceModules;
  }) {
    const { kernel, workload, pass, modules } = options;
    this.#kernel = kernel;
    this.#workload = workload;
    this.#pass = pass;
    this.#modules = modules;
    const tunables = new Set(kernel.tunables.map(({ name }) => name));
    this.#fixedNumbers = Object.fromEntries(
      Object.entries(workload.parameters).filter(([name]) => !tunables.has(name)),
    );
    // Plain WGSL has no conditions, and what is left of an unrolled loop depends on numbers.
    this.exist =
      pass.source.language === 'wesl' &&
      !Object.keys(pass.source.files).some((path) => modules.marked(path).includes(marker));
  }

  /** The code for a configuration; null if only building it can tell. */
  code(configuration: Configuration): ProgramCode | null {
    if (!this.exist) return null;
    this.#keys ??= this.#structuralTunables();
    const key = this.#keys.map(({ name, keys }) => keys.get(configuration[name] as TunableValue)).join();
    const known = this.#codes.get(key);
    if (known !== undefined) return known;
    if (this.#codes.size >= maxStructures) this.#codes.clear();
    const code = this.#make(configuration);
    this.#codes.set(key, code);
    return code;
  }

  #make(configuration: Configuration): ProgramCode | null {
    const { constants, conditions } = linkParameters(programValues(this.#workload, configuration));
    const kinds = Object.entries(constants)
      .map(([name, value]) => `${name} ${kindOf(value)}`)
      .join();
    let origin = this.#origins.get(kinds);
    try {
      if (!origin) {
        origin = originOf(new BindableProgram(this.#modules, constants), conditions);
        this.#origins.set(kinds, origin);
      }
      const code = this.#codeOf(origin, conditions);
      if (origin.program.modules.length === origin.moduleCount) return code;
      // A condition has brought in another module, on which parts may depend that are shared.
      origin = originOf(origin.program, conditions);
      this.#origins.set(kinds, origin);
      return this.#codeOf(origin, conditions);
    } catch (error) {
      // What is wrong is for `build` to say.
      bindingFailure(error, this.#pass.source.path);
      return null;
    }
  }

  #codeOf({ program, shared }: Origin, conditions: Readonly<Record<string, boolean>>): ProgramCode | null {
    return programCode({
      module: program.bind(conditions),
      entryPoint: this.#pass.entry,
      isNumber: program.isConstant.bind(program),
      fixedNumbers: this.#fixedNumbers,
      shared,
      slots: this.#slots,
    });
  }

  /** The tunables that a structure depends on, with the part of its key that each value gives. */
  #structuralTunables() {
    // What no word of the program names cannot matter.
    const words = parameterWords(this.#modules);
    const tunables = this.#kernel.tunables.filter(({ name }) => name !== clockTunable);
    return tunables.map(({ name, values }) => {
      const keyOf = (value: TunableValue) => {
        const { constants, conditions } = linkParameters({ [name]: value });
        const isTrue = Object.keys(conditions).filter((word) => conditions[word] && words.has(word));
        const kinds = Object.values(constants).map(kindOf);
        return [...kinds, ...isTrue].join(' ');
      };
      return { name, keys: new Map(values.map((value) => [value, keyOf(value)])) };
    });
  }
}

/** A literal's kind decides the types of what is made of it. */
function kindOf(value: string | number): string {
  const text = String(value);
  return text === 'true' || text === 'false' ? 'b' : /^-?\d+$/.test(text) ? 'i' : 'f';
}

/** A program, and what the structures of it have in common. */
interface Origin {
  readonly program: BindableProgram;
  readonly shared: SharedParts;
  readonly moduleCount: number;
}

/** @param conditions under which the program's modules are asked for. */
function originOf(program: BindableProgram, conditions: Readonly<Record<string, boolean>>): Origin {
  void program.bind(conditions).bindings;
  const { modules } = program;
  return { program, shared: new SharedParts(new Dependencies(modules)), moduleCount: modules.length };
}
