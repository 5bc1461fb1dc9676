import type { Expression, ExpressionValue } from '../../src/expression/index.ts';
import type {
  BufferBinding,
  Outcome,
  Pass,
  Program,
  Variant,
  VariantFailure,
} from '../../src/kernel/index.ts';
import { createVariantBuilder } from '../../src/kernel/index.ts';
import type {
  BufferDefinition,
  DeviceLimits,
  KernelDefinition,
  PassDefinition,
} from '../../src/manifest/index.ts';
import type { Configuration, Tunable } from '../../src/space/index.ts';

/** The limits every WebGPU device has. */
export const limits: DeviceLimits = {
  max_workgroup_storage: 16384,
  max_invocations: 256,
  max_workgroup_size_x: 256,
  max_workgroup_size_y: 256,
  max_workgroup_size_z: 64,
  max_workgroups: 65535,
  max_buffer_bytes: 134217728,
  has_f16: true,
  has_subgroups: true,
  subgroup_min: 4,
  subgroup_max: 128,
};

type Variables = Readonly<Record<string, ExpressionValue>>;

/** An expression that is a number, a name, or a function of the variables it names. */
export function expression(
  value: number | string | ((variables: Record<string, number>) => number),
  names: readonly string[] = typeof value === 'string' ? [value] : [],
): Expression {
  const evaluate = (variables: Variables): ExpressionValue => {
    if (typeof value === 'number') return value;
    if (typeof value === 'string') return variables[value] as number;
    return value(variables as Record<string, number>);
  };
  return { source: String(value), names, type: 'int', evaluate };
}

/** A storage buffer `name` at @group(0) @binding(binding). */
export function buffer(
  name: string,
  binding: number,
  options: Partial<BufferDefinition> = {},
): BufferDefinition {
  return {
    name,
    group: 0,
    binding,
    kind: 'storage',
    type: 'f32',
    length: expression(256),
    fill: 'zeros',
    seed: 0,
    check: null,
    values: null,
    ...options,
  };
}

export interface KernelOptions {
  readonly files: Readonly<Record<string, string>>;
  readonly path?: string;
  readonly parameters?: Readonly<Record<string, number | boolean | string>>;
  readonly tunables?: readonly Tunable[];
  readonly defaults?: Configuration;
  readonly buffers?: readonly BufferDefinition[];
  readonly dispatch?: PassDefinition['dispatch'];
  readonly entry?: string;
  /** Several launches, all of the root module unless they say otherwise. */
  readonly passes?: readonly Partial<PassDefinition>[];
  readonly reference?: KernelDefinition['reference'];
  readonly betweenLaunches?: KernelDefinition['betweenLaunches'] | undefined;
}

/** A launch of a root module. */
export function pass(
  files: KernelOptions['files'],
  path: string,
  options: Partial<PassDefinition> = {},
): PassDefinition {
  return {
    name: options.entry ?? 'main',
    source: { path, language: path.endsWith('.wesl') ? 'wesl' : 'wgsl', files },
    entry: 'main',
    dispatch: [expression(1), expression(1), expression(1)],
    when: null,
    bindings: {},
    ...options,
  };
}

const margin = { margin: 0.05 };

/** A kernel whose root module is the first of its files. */
export function kernelOf(options: KernelOptions): KernelDefinition {
  const path = options.path ?? (Object.keys(options.files)[0] as string);
  return {
    name: 'kernel',
    operator: null,
    sentinel: false,
    position: { file: 'joulegate.yaml', line: 1, column: 1 },
    passes: (options.passes ?? [options]).map(({ entry, dispatch, ...rest }) =>
      pass(options.files, path, {
        ...(options.passes === undefined ? {} : rest),
        ...(entry === undefined ? {} : { entry }),
        ...(dispatch === undefined ? {} : { dispatch }),
      }),
    ),
    workloads: [{ name: 'sizes', parameters: options.parameters ?? {} }],
    tunables: options.tunables ?? [],
    constraints: [],
    defaults: options.defaults ?? {},
    buffers: options.buffers ?? [buffer('data', 0)],
    reference: options.reference ?? null,
    ...(options.betweenLaunches === undefined ? {} : { betweenLaunches: options.betweenLaunches }),
    callsPerDay: new Map(),
    objective: { minimize: 'latency' },
    gate: { energy: { ...margin, allowEstimated: false }, latency: margin, failOn: ['regressed'] },
  };
}

export function builderOf(options: KernelOptions, deviceLimits: DeviceLimits = limits) {
  const kernel = kernelOf(options);
  const workload = kernel.workloads[0];
  if (!workload) throw new Error('a kernel needs a workload');
  return createVariantBuilder({ kernel, workload, limits: deviceLimits });
}

/** A variant's program, and its first pass, which is all of it where there is only one. */
export function programOf(outcome: Outcome<Variant>): Pass & Program {
  if (!outcome.ok) throw new Error(`${outcome.failure.kind}: ${outcome.failure.message}`);
  const { program } = outcome.value;
  if (!program) throw new Error('the variant has no program');
  return { ...(program.passes[0] as Pass), ...program };
}

export function failureOf<T>(outcome: Outcome<T>): VariantFailure {
  if (outcome.ok) throw new Error('expected a failure');
  return outcome.failure;
}

/** Builds the default configuration. */
export async function build(options: KernelOptions, deviceLimits: DeviceLimits = limits) {
  return builderOf(options, deviceLimits).build(options.defaults ?? {});
}

/** A bound buffer of `length` elements. */
export function binding(options: Partial<BufferBinding> & { readonly length: number }): BufferBinding {
  const type = options.type ?? 'f32';
  const bytes = options.length * (type === 'f16' ? 2 : 4);
  return {
    name: 'data',
    group: 0,
    binding: 0,
    kind: 'storage',
    type,
    byteLength: Math.ceil(bytes / 4) * 4,
    fill: 'zeros',
    seed: 0,
    values: null,
    check: null,
    ...options,
  };
}
