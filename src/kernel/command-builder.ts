import { createHash } from 'node:crypto';
import {
  type CommandDefinition,
  clockTunable,
  type DeviceLimits,
  fillArguments,
  type KernelDefinition,
  type Workload,
  workloadVariables,
} from '../manifest/index.ts';
import { type Configuration, configurationId } from '../space/index.ts';
import { evaluateCount, type Variables } from './buffer-counts.ts';
import { elementType } from './buffers.ts';
import { bytesPerElement } from './data-shape.ts';
import { failed, succeeded } from './failure.ts';
import { featureNames } from './features/index.ts';
import type {
  BufferBinding,
  CommandProgram,
  FeatureVector,
  Outcome,
  Variant,
  VariantBuilder,
  VariantBuilderOptions,
} from './types.ts';

function digest(parts: unknown): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** The outputs as a device compares them: files of `length` scalars, of which nothing is there before they are written. */
function bindOutputs(
  { outputs }: CommandDefinition,
  workload: Workload,
  variables: Variables,
): Outcome<readonly BufferBinding[]> {
  const bound: BufferBinding[] = [];
  for (const [binding, output] of outputs.entries()) {
    const { name, check } = output;
    const type = elementType(output, workload);
    if (type === null) return failed('validation', `output \`${name}\` has no scalar type`);
    const length = evaluateCount((known) => output.length.evaluate(known), variables);
    if (!length.ok) return failed('validation', `length of output \`${name}\` ${length.failure.message}`);
    bound.push({
      name,
      group: 0,
      binding,
      kind: 'storage',
      type,
      length: length.value,
      byteLength: length.value * bytesPerElement[type],
      fill: 'zeros',
      seed: 0,
      values: null,
      check,
      readsInitial: true,
    });
  }
  return succeeded(bound);
}

/** What a running program is told to become this one; nothing where a value cannot be told in a line. */
function configurable(
  tunables: readonly string[],
  configuration: Configuration,
  family: string,
): Pick<CommandProgram, 'configure'> {
  const values = tunables.map((name) => `${name}=${configuration[name]}`);
  const isTold = values.length > 0 && !values.some((value) => /\s/.test(value));
  return isTold ? { configure: { family, values } } : {};
}

/** Builds the variants of a kernel that is a program of another kind: arguments, files and outputs. */
export class CommandBuilder implements VariantBuilder {
  readonly kernel: KernelDefinition;
  readonly workload: Workload;
  readonly #limits: DeviceLimits;
  readonly #command: CommandDefinition;
  readonly buildsToTell = false;

  constructor(options: VariantBuilderOptions & { readonly command: CommandDefinition }) {
    this.kernel = options.kernel;
    this.workload = options.workload;
    this.#limits = options.limits;
    this.#command = options.command;
  }

  build(configuration: Configuration): Promise<Outcome<Variant>> {
    const id = configurationId(configuration, this.kernel.tunables);
    return Promise.resolve(this.#variant(configuration, this.#command.run, id));
  }

  reference(): Promise<Outcome<Variant>> {
    const { reference } = this.#command;
    const { defaults } = this.kernel;
    if (reference === null) return this.build(defaults);
    return Promise.resolve(this.#variant(defaults, reference, 'reference'));
  }

  /** Nothing is known of a program without running it. */
  features(): FeatureVector {
    return new Float64Array(featureNames.length).fill(Number.NaN);
  }

  featuresOf(): Promise<null> {
    return Promise.resolve(null);
  }

  printed(): Promise<readonly []> {
    return Promise.resolve([]);
  }

  /** A program knows best what it can run on. */
  refusal(): Promise<null> {
    return Promise.resolve(null);
  }

  #variant(configuration: Configuration, run: readonly string[], id: string): Outcome<Variant> {
    const { kernel, workload } = this;
    const { build, folder, files } = this.#command;
    const variables = workloadVariables(kernel, workload, configuration, this.#limits);
    const outputs = bindOutputs(this.#command, workload, variables);
    if (!outputs.ok) return outputs;
    const values = { ...workload.parameters, ...configuration };
    const tunables = kernel.tunables.map(({ name }) => name).filter((name) => name !== clockTunable);
    const filled = (program: readonly string[]) => fillArguments(program, values, tunables);
    const sources = Object.entries(files).map(([path, { digest, executable }]) => [path, digest, executable]);
    const built = build === null ? null : filled(build);
    const buildIdentity = digest([folder, sources, built]);
    const shapes = outputs.value.map(({ name, type, length }) => [name, type, length]);
    const command: CommandProgram = {
      run: filled(run),
      ...configurable(tunables, configuration, digest([buildIdentity, run, workload.parameters, shapes])),
      build: built,
      folder,
      files,
      outputs: outputs.value,
      buildIdentity,
      identity: digest([buildIdentity, filled(run), shapes]),
    };
    return succeeded({
      kernel: kernel.name,
      workload: workload.name,
      configuration,
      id: `${kernel.name}/${workload.name}/${id}`,
      program: null,
      command,
    });
  }
}
