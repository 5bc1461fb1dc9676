import type { ExpressionValue } from '../expression/index.ts';
import {
  type DeviceLimits,
  type KernelDefinition,
  type Workload,
  workloadVariables,
} from '../manifest/index.ts';
import { type Configuration, configurationId } from '../space/index.ts';
import { evaluateCount } from './buffer-counts.ts';
import { bindBuffers } from './buffers.ts';
import { CommandBuilder } from './command-builder.ts';
import { failed, succeeded } from './failure.ts';
import {
  featuresOf,
  ownCode,
  type ProgramCode,
  programCode,
  Slots,
  unknownFeatures,
} from './features/index.ts';
import { programIdentity } from './identity.ts';
import { refusal } from './limits.ts';
import { programValues, unusedTunables } from './parameters.ts';
import { parameterWords, type SpecialisedProgram, specialise } from './program.ts';
import { type BoundVariable, reflect } from './reflect.ts';
import { inUserFile } from './source-lines.ts';
import { Structures } from './structures.ts';
import type { FeatureVector, Outcome, Program, Variant, VariantBuilder } from './types.ts';
import { parseWgsl, SourceModules, type WgslModule } from './wesl.ts';

/** The sources of a program and how it is launched. */
type Launch = Pick<KernelDefinition, 'entry' | 'dispatch'>;

/**
 * Builds the variants of one kernel and workload for a device with the given limits. Sources are parsed once and
 * linked for every configuration that is built (some 5 ms each); features of what is not built cost far less.
 */
export function createVariantBuilder(options: {
  readonly kernel: KernelDefinition;
  readonly workload: Workload;
  readonly limits: DeviceLimits;
}): VariantBuilder {
  const { command } = options.kernel;
  if (command !== undefined) return new CommandBuilder({ ...options, command });
  return new Builder(options.kernel, options.workload, options.limits);
}

class Builder implements VariantBuilder {
  readonly kernel: KernelDefinition;
  readonly workload: Workload;
  readonly #limits: DeviceLimits;
  readonly #modules: SourceModules;
  readonly #referenceModules: SourceModules | null;
  #unused: string[] | null = null;
  /** Features are mostly asked for right after building, and parsing is half of their cost. */
  #latest: { program: Program; module: WgslModule } | null = null;
  readonly #structures: Structures;
  /** What expressions of the manifest may name: one object for all configurations, because there are many. */
  readonly #variables: Record<string, ExpressionValue>;

  constructor(kernel: KernelDefinition, workload: Workload, limits: DeviceLimits) {
    this.kernel = kernel;
    this.workload = workload;
    this.#limits = limits;
    this.#modules = new SourceModules(kernel.source);
    this.#variables = { ...workloadVariables(kernel, workload, kernel.defaults, limits) };
    this.#structures = new Structures(kernel, workload, this.#modules);
    this.#referenceModules = kernel.reference ? new SourceModules(kernel.reference.source) : null;
  }

  async build(configuration: Configuration): Promise<Outcome<Variant>> {
    const unused = this.#unusedFault();
    return unused ?? this.#variant(configuration, this.#modules, this.kernel, 'variant');
  }

  #unusedFault(): Outcome<never> | null {
    this.#unused ??= unusedTunables(this.kernel, parameterWords(this.#modules));
    if (this.#unused.length === 0) return null;
    const names = this.#unused.map((name) => `\`${name}\``).join(', ');
    return failed(
      'validation',
      `the program uses no tunable ${names}: neither as a constant nor in a condition`,
      { file: this.kernel.source.path },
    );
  }

  async reference(): Promise<Outcome<Variant>> {
    const { reference, defaults } = this.kernel;
    if (!reference || !this.#referenceModules) return this.build(defaults);
    return this.#variant(defaults, this.#referenceModules, reference, 'reference');
  }

  features(variant: Variant): FeatureVector {
    const { program } = variant;
    if (program === null) return unknownFeatures();
    const latest = this.#latest?.program === program ? this.#latest.module : null;
    const parsed = latest === null ? parseWgsl('', program.wgsl) : succeeded(latest);
    const code = parsed.ok
      ? programCode({ ...ownCode(parsed.value), slots: new Slots(), entryPoint: program.entryPoint })
      : null;
    if (code === null) return unknownFeatures();
    const numbered = code.with({});
    return featuresOf(numbered, program, numbered.needs());
  }

  async featuresOf(configuration: Configuration): Promise<FeatureVector | null> {
    if (this.#unusedFault() !== null) return null;
    const code = this.#structures.code(configuration);
    const features = code && this.#count(code, configuration);
    if (features !== null) return features;
    const built = await this.build(configuration);
    return built.ok ? this.features(built.value) : null;
  }

  #count(code: ProgramCode, configuration: Configuration): FeatureVector | null {
    const program = code.with(configuration);
    const needs = program.needs();
    const launch = this.#launch(this.kernel, configuration, needs.bindings, 'variant');
    if (!launch.ok) return null;
    const { dispatch, buffers } = launch.value;
    const { workgroupSize, workgroupBytes } = needs;
    const { requiredFeatures } = code;
    const demands = { workgroupSize, workgroupBytes, dispatch, buffers, requiredFeatures };
    if (refusal(demands, this.#limits) !== null) return null;
    return featuresOf(program, { buffers, dispatch, workgroupSize }, needs);
  }

  async #variant(
    configuration: Configuration,
    modules: SourceModules,
    launch: Launch,
    role: 'variant' | 'reference',
  ): Promise<Outcome<Variant>> {
    const specialised = await specialise(modules, programValues(this.workload, configuration));
    if (!specialised.ok) return specialised;
    const program = this.#program(specialised.value, configuration, launch, role);
    if (!program.ok) {
      // Faults without a place of their own belong to the program as a whole; those with a file are the manifest's.
      const failure =
        program.failure.file === undefined
          ? inUserFile(program.failure, specialised.value.lines)
          : program.failure;
      return { ok: false, failure: { file: modules.source.path, ...failure } };
    }
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
    { module, lines }: SpecialisedProgram,
    configuration: Configuration,
    launch: Launch,
    role: 'variant' | 'reference',
  ): Outcome<Program> {
    const reflected = reflect(module, launch.entry);
    if (!reflected.ok) return reflected;
    const { bindings, workgroupSize, workgroupBytes, requiredFeatures, reachable } = reflected.value;
    const launched = this.#launch(launch, configuration, bindings, role);
    if (!launched.ok) return launched;
    const { dispatch, buffers } = launched.value;
    const demands = { workgroupSize, workgroupBytes, dispatch, buffers, requiredFeatures };
    const refused = refusal(demands, this.#limits);
    if (refused !== null) return failed('unsupported', refused);
    const entryPoint = launch.entry;
    const program: Program = {
      wgsl: module.text,
      entryPoint,
      dispatch,
      workgroupSize,
      buffers,
      requiredFeatures,
      identity: programIdentity({ reachable, entryPoint, dispatch, buffers }),
      lines,
    };
    this.#latest = { program, module };
    return succeeded(program);
  }

  #launch(
    { dispatch: expressions }: Launch,
    configuration: Configuration,
    bindings: readonly BoundVariable[],
    role: 'variant' | 'reference',
  ): Outcome<Pick<Program, 'dispatch' | 'buffers'>> {
    const { workload, kernel } = this;
    const variables = this.#variables;
    for (const { name } of kernel.tunables) {
      const value = configuration[name];
      if (value === undefined) delete variables[name];
      else variables[name] = value;
    }
    const dispatch: [number, number, number] = [1, 1, 1];
    for (const [axis, expression] of expressions.entries()) {
      const count = evaluateCount((known) => expression.evaluate(known), variables);
      if (!count.ok) return failed('validation', `dispatch in ${'xyz'[axis]} ${count.failure.message}`);
      dispatch[axis] = count.value;
    }
    const { buffers: definitions, betweenLaunches } = kernel;
    const buffers = bindBuffers({ definitions, bindings, workload, variables, role, betweenLaunches });
    return buffers.ok ? succeeded({ dispatch, buffers: buffers.value }) : buffers;
  }
}
