import type { ExpressionValue } from '../expression/index.ts';
import {
  type DeviceLimits,
  type KernelDefinition,
  type PassDefinition,
  type ProgramSource,
  type Workload,
  workloadVariables,
} from '../manifest/index.ts';
import { type Configuration, configurationId } from '../space/index.ts';
import { inPass } from './binding-faults.ts';
import { refuseRandomIndices } from './bounds/index.ts';
import { evaluateOrFail } from './buffer-counts.ts';
import { CommandBuilder } from './command-builder.ts';
import { countedPasses } from './counted-passes.ts';
import { featuresOfExtensions } from './extensions.ts';
import { failed, succeeded } from './failure.ts';
import {
  type CountedPass,
  featuresOf,
  type NumberedProgram,
  type ProgramCode,
  type ProgramNeeds,
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
import { type SpecialisedProgram, specialise } from './program.ts';
import { ProgramTexts } from './program-texts.ts';
import { type ProgramInterface, reflect } from './reflect.ts';
import { Structures } from './structures.ts';
import type {
  FeatureVector,
  Outcome,
  PrintedText,
  PrintSource,
  Program,
  Variant,
  VariantBuilder,
  VariantBuilderOptions,
} from './types.ts';

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
  readonly texts: ProgramTexts;
  /** null where the text is made for each configuration. */
  readonly structures: Structures | null;
}

class Builder implements VariantBuilder {
  readonly kernel: KernelDefinition;
  readonly workload: Workload;
  readonly #limits: DeviceLimits;
  readonly #features: readonly string[] | undefined;
  readonly #passes: readonly PassSources[];
  readonly #referencePasses: readonly PassSources[] | null;
  readonly #print: PrintSource | undefined;
  #unused: Promise<Outcome<readonly string[]>> | null = null;
  /** What expressions of the manifest may name: one object for all configurations, because there are many. */
  readonly #variables: Record<string, ExpressionValue>;

  constructor(options: VariantBuilderOptions) {
    const { kernel, workload, limits, features } = options;
    this.#print = options.print;
    this.kernel = kernel;
    this.workload = workload;
    this.#limits = limits;
    this.#features = features;
    this.#variables = { ...workloadVariables(kernel, workload, kernel.defaults, limits) };
    this.#passes = this.#sources(kernel.passes);
    this.#referencePasses = kernel.reference && this.#sources(kernel.reference.passes);
  }

  /** Passes of one program share what is known of it. */
  #sources(passes: readonly PassDefinition[]): readonly PassSources[] {
    const { kernel, workload } = this;
    const known = new Map<ProgramSource, ProgramTexts>();
    return passes.map((definition) => {
      const { source } = definition;
      const texts = known.get(source) ?? new ProgramTexts(source, this.#print);
      known.set(source, texts);
      const { fixed: modules } = texts;
      const structures =
        modules === null ? null : new Structures({ kernel, workload, pass: definition, modules });
      return { definition, texts, structures };
    });
  }

  async build(
    configuration: Configuration,
    { confirm = false }: { readonly confirm?: boolean } = {},
  ): Promise<Outcome<Variant>> {
    const unused = await this.#unusedFault();
    return unused ?? this.#variant({ configuration, confirm }, this.#passes, 'variant');
  }

  async #unusedFault(): Promise<Outcome<never> | null> {
    this.#unused ??= this.#findUnused();
    const unused = await this.#unused;
    if (!unused.ok) return unused;
    if (unused.value.length === 0) return null;
    const names = unused.value.map((name) => `\`${name}\``).join(', ');
    const source = this.#passes[0]?.definition.source;
    return failed(
      'validation',
      `the program uses no tunable ${names}: neither as a constant nor in a condition`,
      source?.generator?.at() ?? { file: source?.path },
    );
  }

  async #findUnused(): Promise<Outcome<readonly string[]>> {
    const words = new Set<string>();
    for (const { texts } of this.#passes) {
      const own = await texts.words(programValues(this.workload, this.kernel.defaults));
      if (!own.ok) return own;
      for (const word of own.value) words.add(word);
    }
    return succeeded(unusedTunables(this.kernel, words));
  }

  async printed(configuration: Configuration): Promise<readonly PrintedText[]> {
    const values = programValues(this.workload, configuration);
    const all = new Set(this.#passes.map(({ texts }) => texts));
    const printed = await Promise.all([...all].map((texts) => texts.printed(values)));
    return printed.filter((one) => one !== null);
  }

  async reference(): Promise<Outcome<Variant>> {
    const { defaults } = this.kernel;
    if (this.#referencePasses === null) return this.build(defaults);
    return this.#variant({ configuration: defaults, confirm: true }, this.#referencePasses, 'reference');
  }

  features(variant: Variant): FeatureVector {
    const { program } = variant;
    if (program === null) return unknownFeatures();
    const counted = countedPasses(program);
    return counted === null ? unknownFeatures() : featuresOf(counted, program.buffers);
  }

  async featuresOf(configuration: Configuration): Promise<FeatureVector | null> {
    if ((await this.#unusedFault()) !== null) return null;
    const features = this.#count(configuration);
    if (features !== null) return features;
    const built = await this.build(configuration);
    return built.ok ? this.features(built.value) : null;
  }

  get buildsToTell(): boolean {
    return this.#passes.some(({ structures }) => structures?.exist !== true);
  }

  async refusal(configuration: Configuration): Promise<string | null> {
    const demands = (await this.#unusedFault()) === null ? this.#demands(configuration) : null;
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
      const code = structures?.code(configuration) ?? null;
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

  #isDefault(configuration: Configuration): boolean {
    const { defaults, tunables } = this.kernel;
    return tunables.every(({ name }) => configuration[name] === defaults[name]);
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
    { configuration, confirm }: { readonly configuration: Configuration; readonly confirm: boolean },
    passes: readonly PassSources[],
    role: 'variant' | 'reference',
  ): Promise<Outcome<Variant>> {
    const active = this.#active(passes, configuration);
    if (!active.ok) return active;
    const linked = new Map<ProgramTexts, SpecialisedProgram>();
    const values = programValues(this.workload, configuration);
    const twice = confirm || this.#isDefault(configuration);
    for (const { texts } of active.value) {
      if (linked.has(texts)) continue;
      const modules = await texts.modules(values, { twice });
      if (!modules.ok) return modules;
      const specialised = await specialise(modules.value, values);
      if (!specialised.ok) return specialised;
      linked.set(texts, specialised.value);
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
    linked: ReadonlyMap<ProgramTexts, SpecialisedProgram>,
    ...[configuration, role]: [Configuration, LaunchRole]
  ): Outcome<Program> {
    const parts: (ProgramInterface & SpecialisedProgram & { definition: PassDefinition })[] = [];
    for (const { definition, texts } of passes) {
      const source = linked.get(texts) as SpecialisedProgram;
      const reflected = reflect(source.module, definition.entry);
      if (!reflected.ok) {
        const { line, message } = reflected.failure;
        const named = { ...reflected.failure, message: inPass(definition, message, passes.length > 1) };
        const at = line === undefined ? definition.at?.() : undefined;
        return placedInPass({ ...named, ...at }, { definition, ...source });
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
        ...(parts[i]?.printed === undefined ? {} : { printed: parts[i].printed }),
      })),
      buffers,
      requiredFeatures: featuresOfExtensions(parts.flatMap(({ extensions }) => extensions)),
      identity: programIdentity({ passes: named, buffers }),
    };
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
