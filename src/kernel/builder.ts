import {
  type DeviceLimits,
  type KernelDefinition,
  type Workload,
  workloadVariables,
} from '../manifest/index.ts';
import { type Configuration, configurationId } from '../space/index.ts';
import { bindBuffers, evaluateCount } from './buffers.ts';
import { CommandBuilder } from './command-builder.ts';
import { failed, succeeded } from './failure.ts';
import { extractFeatures, featuresOf } from './features/extract.ts';
import { programIdentity } from './identity.ts';
import { refusal } from './limits.ts';
import { programValues, unusedTunables } from './parameters.ts';
import { parameterWords, type SpecialisedProgram, specialise } from './program.ts';
import { type ProgramInterface, reflect } from './reflect.ts';
import { inUserFile } from './source-lines.ts';
import type { FeatureVector, Outcome, Program, Variant, VariantBuilder } from './types.ts';
import { SourceModules, type WgslModule } from './wesl.ts';

/** The sources of a program and how it is launched. */
type Launch = Pick<KernelDefinition, 'entry' | 'dispatch'>;

/**
 * Builds the variants of one kernel and workload for a device with the given limits. Sources are parsed once and
 * linked for every configuration (about 2 ms each).
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
  #latest: { program: Program; module: WgslModule; reflected: ProgramInterface } | null = null;

  constructor(kernel: KernelDefinition, workload: Workload, limits: DeviceLimits) {
    this.kernel = kernel;
    this.workload = workload;
    this.#limits = limits;
    this.#modules = new SourceModules(kernel.source);
    this.#referenceModules = kernel.reference ? new SourceModules(kernel.reference.source) : null;
  }

  async build(configuration: Configuration): Promise<Outcome<Variant>> {
    this.#unused ??= unusedTunables(this.kernel, parameterWords(this.#modules));
    if (this.#unused.length > 0) {
      const names = this.#unused.map((name) => `\`${name}\``).join(', ');
      return failed(
        'validation',
        `the program uses no tunable ${names}: neither as a constant nor in a condition`,
        {
          file: this.kernel.source.path,
        },
      );
    }
    return this.#variant(configuration, this.#modules, this.kernel, 'variant');
  }

  async reference(): Promise<Outcome<Variant>> {
    const { reference, defaults } = this.kernel;
    if (!reference || !this.#referenceModules) return this.build(defaults);
    return this.#variant(defaults, this.#referenceModules, reference, 'reference');
  }

  features(variant: Variant): FeatureVector {
    const latest = this.#latest;
    if (latest === null || latest.program !== variant.program) return extractFeatures(variant.program);
    return featuresOf(latest.program, latest.module, latest.reflected);
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
      // Faults without a place of their own belong to the program as a whole.
      const failure = inUserFile(program.failure, specialised.value.lines);
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
    const variables = workloadVariables(this.kernel, this.workload, configuration, this.#limits);
    const dispatch: [number, number, number] = [1, 1, 1];
    for (const [axis, expression] of launch.dispatch.entries()) {
      const count = evaluateCount((known) => expression.evaluate(known), variables);
      if (!count.ok) return failed('validation', `dispatch in ${'xyz'[axis]} ${count.failure.message}`);
      dispatch[axis] = count.value;
    }
    const { bindings, workgroupSize, workgroupBytes, requiredFeatures, reachable } = reflected.value;
    const { workload, kernel } = this;
    const buffers = bindBuffers({ definitions: kernel.buffers, bindings, workload, variables, role });
    if (!buffers.ok) return buffers;
    const demands = { workgroupSize, workgroupBytes, dispatch, buffers: buffers.value, requiredFeatures };
    const refused = refusal(demands, this.#limits);
    if (refused !== null) return failed('unsupported', refused);
    const entryPoint = launch.entry;
    const program: Program = {
      wgsl: module.text,
      entryPoint,
      dispatch,
      workgroupSize,
      buffers: buffers.value,
      requiredFeatures,
      identity: programIdentity({ reachable, entryPoint, dispatch, buffers: buffers.value }),
      lines,
    };
    this.#latest = { program, module, reflected: reflected.value };
    return succeeded(program);
  }
}
