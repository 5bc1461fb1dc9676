import type { ExpressionValue } from '../expression/index.ts';
import {
  type DeviceLimits,
  type KernelDefinition,
  type PassDefinition,
  type Workload,
  workloadVariables,
} from '../manifest/index.ts';
import { type Configuration, configurationId } from '../space/index.ts';
import { inPass } from './binding-faults.ts';
import { refuseRandomIndices } from './bounds/index.ts';
import { evaluateOrFail } from './buffer-counts.ts';
import { CommandBuilder } from './command-builder.ts';
import { featuresOfExtensions } from './extensions.ts';
import { failed, succeeded } from './failure.ts';
import {
  type CountedPass,
  featuresOf,
  type NumberedProgram,
  ownCode,
  type ProgramCode,
  type ProgramNeeds,
  programCode,
  Slots,
  unknownFeatures,
} from './features/index.ts';
import { type NamedPass, passIdentity, programIdentity } from './identity.ts';
import {
  countedLaunch,
  type LaunchedPass,
  type LaunchRole,
  launchPasses,
  type PassLaunch,
  type PassLaunches,
  placedInPass,
} from './launch.ts';
import { programValues, unusedTunables } from './parameters.ts';
import { parameterWords, type SpecialisedProgram, specialise } from './program.ts';
import { type ProgramInterface, reflect } from './reflect.ts';
import { Structures } from './structures.ts';
import type {
  FeatureVector,
  Outcome,
  Program,
  Variant,
  VariantBuilder,
  VariantBuilderOptions,
} from './types.ts';
import { parseWgsl, SourceModules, type WgslModule } from './wesl.ts';

/**
 * Builds the variants of one kernel and workload for a device with the given limits. Sources are parsed once and
 * linked for every configuration that is built (some 5 ms each); features of what is not built cost far less.
 */
export function createVariantBuilder(options: VariantBuilderOptions): VariantBuilder {
  const { command } = options.kernel;
  return command === undefined ? new Builder(options) : new CommandBuilder({ ...options, command });
}

/** A pass with its program's sources, and what they are without building. */
interface PassSources {
  readonly definition: PassDefinition;
  readonly modules: SourceModules;
  readonly structures: Structures;
}

class Builder implements VariantBuilder {
  readonly kernel: KernelDefinition;
  readonly workload: Workload;
  readonly #limits: DeviceLimits;
  readonly #features: readonly string[] | undefined;
  readonly #passes: readonly PassSources[];
  readonly #referencePasses: readonly PassSources[] | null;
  #unused: string[] | null = null;
  /** Features are mostly asked for right after building, and parsing is half of their cost. */
  #latest: { program: Program; modules: readonly WgslModule[] } | null = null;
  /** What expressions of the manifest may name: one object for all configurations, because there are many. */
  readonly #variables: Record<string, ExpressionValue>;

  constructor({ kernel, workload, limits, features }: VariantBuilderOptions) {
    this.kernel = kernel;
    this.workload = workload;
    this.#limits = limits;
    this.#features = features;
    this.#variables = { ...workloadVariables(kernel, workload, kernel.defaults, limits) };
    this.#passes = this.#sources(kernel.passes);
    this.#referencePasses = kernel.reference && this.#sources(kernel.reference.passes);
  }

  /** Passes of one file share what is known of it. */
  #sources(passes: readonly PassDefinition[]): readonly PassSources[] {
    const { kernel, workload } = this;
    const known = new Map<string, SourceModules>();
    return passes.map((definition) => {
      const { path } = definition.source;
      const modules = known.get(path) ?? new SourceModules(definition.source);
      known.set(path, modules);
      const structures = new Structures({ kernel, workload, pass: definition, modules });
      return { definition, modules, structures };
    });
  }

  async build(configuration: Configuration): Promise<Outcome<Variant>> {
    const unused = this.#unusedFault();
    return unused ?? this.#variant(configuration, this.#passes, 'variant');
  }

  #unusedFault(): Outcome<never> | null {
    const words = () => new Set(this.#passes.flatMap(({ modules }) => [...parameterWords(modules)]));
    this.#unused ??= unusedTunables(this.kernel, words());
    if (this.#unused.length === 0) return null;
    const names = this.#unused.map((name) => `\`${name}\``).join(', ');
    return failed(
      'validation',
      `the program uses no tunable ${names}: neither as a constant nor in a condition`,
      { file: this.#passes[0]?.definition.source.path },
    );
  }

  async reference(): Promise<Outcome<Variant>> {
    const { defaults } = this.kernel;
    if (this.#referencePasses === null) return this.build(defaults);
    return this.#variant(defaults, this.#referencePasses, 'reference');
  }

  features(variant: Variant): FeatureVector {
    const { program } = variant;
    if (program === null) return unknownFeatures();
    const latest = this.#latest?.program === program ? this.#latest.modules : null;
    const counted: CountedPass[] = [];
    for (const [index, pass] of program.passes.entries()) {
      const module = latest?.[index];
      const parsed = module === undefined ? parseWgsl('', pass.wgsl) : succeeded(module);
      const code = parsed.ok
        ? programCode({ ...ownCode(parsed.value), slots: new Slots(), entryPoint: pass.entryPoint })
        : null;
      if (code === null) return unknownFeatures();
      const numbered = code.with({});
      const launch = countedLaunch(pass, program.buffers);
      counted.push({ program: numbered, launch, needs: numbered.needs() });
    }
    return featuresOf(counted, program.buffers);
  }

  async featuresOf(configuration: Configuration): Promise<FeatureVector | null> {
    if (this.#unusedFault() !== null) return null;
    const features = this.#count(configuration);
    if (features !== null) return features;
    const built = await this.build(configuration);
    return built.ok ? this.features(built.value) : null;
  }

  get buildsToTell(): boolean {
    return this.#passes.some(({ structures }) => !structures.exist);
  }

  async refusal(configuration: Configuration): Promise<string | null> {
    const demands = this.#unusedFault() === null ? this.#demands(configuration) : null;
    const outcome = demands ?? (await this.build(configuration));
    return outcome.ok ? null : outcome.failure.message;
  }

  /** Features without building; null if only building can tell. */
  #count(configuration: Configuration): FeatureVector | null {
    const demands = this.#demands(configuration);
    return demands?.ok ? featuresOf(demands.value.counted, demands.value.buffers) : null;
  }

  /** What a configuration asks of the device, or why it does not get it; null if only building can tell. */
  #demands(
    configuration: Configuration,
  ): Outcome<{ readonly counted: readonly CountedPass[]; readonly buffers: Program['buffers'] }> | null {
    const active = this.#active(this.#passes, configuration);
    if (!active.ok) return active;
    const codes: ProgramCode[] = [];
    for (const { structures } of active.value) {
      const code = structures.code(configuration);
      if (code === null) return null;
      codes.push(code);
    }
    const programs = codes.map((code) => code.with(configuration));
    const needs = programs.map((program) => program.needs());
    const launched = this.#launch(
      active.value.map(({ definition }, i) => {
        const { extensions } = codes[i] as ProgramCode;
        return { definition, extensions, ...(needs[i] as ProgramNeeds) };
      }),
      configuration,
      active.value.length < this.#passes.length ? 'part' : 'variant',
    );
    if (!launched.ok) return launched;
    const { buffers, launches } = launched.value;
    const counted = launches.map((launch, i) => ({
      program: programs[i] as NumberedProgram,
      launch: countedLaunch(launch, buffers),
      needs: needs[i] as ProgramNeeds,
    }));
    return succeeded({ counted, buffers });
  }

  /** What expressions may name, for a configuration. */
  #known(configuration: Configuration): Readonly<Record<string, ExpressionValue>> {
    const variables = this.#variables;
    for (const { name } of this.kernel.tunables) {
      const value = configuration[name];
      if (value === undefined) delete variables[name];
      else variables[name] = value;
    }
    return variables;
  }

  /** The passes whose conditions hold. */
  #active(passes: readonly PassSources[], configuration: Configuration): Outcome<readonly PassSources[]> {
    const variables = this.#known(configuration);
    const active: PassSources[] = [];
    for (const pass of passes) {
      const { when, name, at } = pass.definition;
      if (when !== null) {
        const holds = evaluateOrFail((known) => when.evaluate(known), variables);
        if (!holds.ok) {
          return failed('validation', `'when' of pass \`${name}\` ${holds.failure.message}`, at?.());
        }
        if (holds.value !== true) continue;
      }
      active.push(pass);
    }
    if (active.length > 0) return succeeded(active);
    return failed('validation', "'when' leaves out every pass", passes[0]?.definition.at?.());
  }

  async #variant(
    configuration: Configuration,
    passes: readonly PassSources[],
    role: 'variant' | 'reference',
  ): Promise<Outcome<Variant>> {
    const active = this.#active(passes, configuration);
    if (!active.ok) return active;
    const linked = new Map<SourceModules, SpecialisedProgram>();
    for (const { modules } of active.value) {
      if (linked.has(modules)) continue;
      const specialised = await specialise(modules, programValues(this.workload, configuration));
      if (!specialised.ok) return specialised;
      linked.set(modules, specialised.value);
    }
    const isPart = role === 'variant' && active.value.length < passes.length;
    const program = this.#program(active.value, linked, configuration, isPart ? 'part' : role);
    if (!program.ok) return program;
    const id = role === 'reference' ? role : configurationId(configuration, this.kernel.tunables);
    return succeeded({
      kernel: this.kernel.name,
      workload: this.workload.name,
      configuration,
      id: `${this.kernel.name}/${this.workload.name}/${id}`,
      program: program.value,
    });
  }

  #program(
    passes: readonly PassSources[],
    linked: ReadonlyMap<SourceModules, SpecialisedProgram>,
    ...[configuration, role]: [Configuration, LaunchRole]
  ): Outcome<Program> {
    const parts: (ProgramInterface & SpecialisedProgram & { definition: PassDefinition })[] = [];
    for (const { definition, modules } of passes) {
      const source = linked.get(modules) as SpecialisedProgram;
      const reflected = reflect(source.module, definition.entry);
      if (!reflected.ok) {
        const { line, message } = reflected.failure;
        const named = { ...reflected.failure, message: inPass(definition, message, passes.length > 1) };
        const at = line === undefined ? definition.at?.() : undefined;
        return placedInPass({ ...named, ...at }, { definition, lines: source.lines });
      }
      parts.push({ ...reflected.value, ...source, definition });
    }
    const launched = this.#launch(parts, configuration, role);
    if (!launched.ok) return launched;
    const { buffers, launches } = launched.value;
    for (const [i, part] of parts.entries()) {
      const { bindings } = launches[i] as PassLaunch;
      const indices = refuseRandomIndices(part.module, bindings, buffers);
      if (!indices.ok) return placedInPass(indices.failure, part);
    }
    const named = parts.map(({ reachable, definition }, i) => ({
      reachable,
      entryPoint: definition.entry,
      ...(launches[i] as PassLaunch),
    }));
    const program: Program = {
      passes: named.map(({ reachable: _, ...launch }, i) => ({
        name: parts[i]?.definition.name ?? '',
        wgsl: parts[i]?.module.text ?? '',
        ...launch,
        identity: passIdentity(named[i] as NamedPass, buffers),
        lines: parts[i]?.lines ?? [],
      })),
      buffers,
      requiredFeatures: featuresOfExtensions(parts.flatMap(({ extensions }) => extensions)),
      identity: programIdentity({ passes: named, buffers }),
    };
    this.#latest = { program, modules: parts.map(({ module }) => module) };
    return succeeded(program);
  }

  #launch(
    passes: readonly LaunchedPass[],
    configuration: Configuration,
    role: LaunchRole,
  ): Outcome<PassLaunches> {
    const { workload, kernel } = this;
    const variables = this.#known(configuration);
    return launchPasses(passes, {
      definitions: kernel.buffers,
      betweenLaunches: kernel.betweenLaunches,
      workload,
      variables,
      role,
      limits: this.#limits,
      features: this.#features,
    });
  }
}
