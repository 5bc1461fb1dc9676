import { join } from 'node:path';
import { JoulegateError } from '../errors/index.ts';
import { type Expression, expressionFormula } from '../expression/index.ts';
import { createTemplateBuilder, type ProgramTemplate, type TemplateBuilder } from '../kernel/index.ts';
import {
  alignClock,
  createKernelSpace,
  type DeviceLimits,
  type KernelDefinition,
  operatorDefaults,
  type WorkloadParameter,
} from '../manifest/index.ts';
import { operators } from '../operators/index.ts';
import type { RuntimeConfiguration, RuntimeFile, RuntimeKernel, RuntimeTemplate } from '../schema/index.ts';
import type { Configuration } from '../space/index.ts';
import { readTunedIfPresent, type Tuned, writeRuntime } from '../store/index.ts';
import type { Host } from './host.ts';
import type { KernelFilter, ManifestOptions } from './options.ts';
import { absolutePath, openManifest, selectKernels } from './project/index.ts';

export interface ExportRuntimeOptions extends ManifestOptions, KernelFilter {
  /** Path of the file to write; packed if it ends in `.gz`. */
  readonly out: string;
}

export interface ExportRuntimeSummary {
  readonly out: string;
  readonly kernels: readonly {
    readonly kernel: string;
    readonly entries: number;
    readonly configurations: number;
    readonly templates: number;
  }[];
}

type Parameters = Readonly<Record<string, WorkloadParameter>>;

/**
 * Writes what `joulegate/runtime` needs of a manifest and its tuned state.
 * @throws JoulegateError bad-input for faults of the manifest, and for a kernel that cannot be exported
 */
export async function exportRuntime(
  host: Host,
  options: ExportRuntimeOptions,
): Promise<ExportRuntimeSummary> {
  const { manifest, folder } = openManifest(host, options.manifest);
  const tuned = readTunedIfPresent(join(folder, manifest.tunedPath));
  const kernels: RuntimeKernel[] = [];
  for (const kernel of selectKernels(manifest, options.kernels)) {
    if (kernel.command !== undefined) {
      const why = 'it is a program of another kind, which only its own host code can launch';
      if (options.kernels !== null) throw refused(kernel, why, 'Read tuned.json for its configurations.');
      host.progress.warn(`${kernel.name} is left out: ${why}.`);
      continue;
    }
    kernels.push(await runtimeKernel(kernel, tuned, host.progress.warn));
  }
  const file: RuntimeFile = { schema: 'joulegate-runtime', version: 1, kernels };
  writeRuntime(absolutePath(host, options.out), file);
  return {
    out: options.out,
    kernels: kernels.map(({ name, entries, configurations, templates }) => ({
      kernel: name,
      entries: entries.length,
      configurations: configurations.length,
      templates: templates.length,
    })),
  };
}

/** A kernel with everything its launches need. `warn` hears of tuned entries that are left out. */
async function runtimeKernel(
  kernel: KernelDefinition,
  tuned: Tuned | null,
  warn: (message: string) => void,
): Promise<RuntimeKernel> {
  const programs = new Programs(kernel);
  const workloads = kernel.workloads.map(({ parameters }) => parameters);
  for (const parameters of workloads) {
    const fault = await programs.add(kernel.defaults, parameters);
    if (fault !== null) throw refused(kernel, `its default configuration cannot be built: ${fault}`);
  }
  const entries: RuntimeKernel['entries'][number][] = [];
  for (const entry of tuned?.entries ?? []) {
    if (entry.kernel !== kernel.name) continue;
    const { family, workload } = entry;
    const configuration = alignClock(kernel, entry.configuration);
    const fault = !sameParameters(workload.parameters, workloads[0])
      ? 'it is for other workload parameters'
      : !isInSpace(kernel, configuration)
        ? 'it is outside the space'
        : ((await programs.add(kernel.defaults, workload.parameters)) ??
          (await programs.add(configuration, workload.parameters)));
    if (fault === null) {
      entries.push({ family, workload: workload.parameters, configuration: programs.indexOf(configuration) });
    } else {
      warn(`The tuned configuration of ${kernel.name} ${workload.name} on ${family} is left out: ${fault}.`);
    }
  }
  const formula = (expression: Expression) => formulaOf(kernel, expression);
  return {
    name: kernel.name,
    entry: kernel.entry,
    parameters: parametersOf(kernel),
    constraints: kernel.constraints.map(formula),
    dispatch: kernel.dispatch.map(formula),
    buffers: kernel.buffers.map(({ name, group, binding, kind, type, length, values }) => ({
      name,
      group,
      binding,
      kind: kind ?? 'uniform',
      type,
      length: formula(length),
      values: values?.map(formula) ?? null,
    })),
    conditions: programs.conditions,
    configurations: programs.configurations,
    entries,
    templates: programs.templates,
  };
}

/** The programs of one kernel's configurations, each WGSL once. The first configuration added is number 0. */
class Programs {
  readonly #builder: TemplateBuilder;
  readonly #templates = new Map<string, RuntimeTemplate>();
  readonly #configurations = new Map<string, RuntimeConfiguration>();

  readonly #kernel: KernelDefinition;

  constructor(kernel: KernelDefinition) {
    this.#kernel = kernel;
    this.#builder = createTemplateBuilder(kernel);
  }

  get conditions(): readonly string[] {
    return this.#builder.conditions;
  }

  get templates(): readonly RuntimeTemplate[] {
    return [...this.#templates.values()];
  }

  get configurations(): readonly RuntimeConfiguration[] {
    return [...this.#configurations.values()];
  }

  indexOf(configuration: Configuration): number {
    return [...this.#configurations.keys()].indexOf(keyOf(configuration));
  }

  #layouts(layouts: ProgramTemplate['layouts']): NonNullable<RuntimeTemplate['layouts']> {
    const { buffers } = this.#kernel;
    return layouts.map((layout, i) => {
      if (layout === null) return null;
      const { type, byteLength } = layout;
      const members = layout.members.map((member) => {
        const expression = member.value === null ? undefined : buffers[i]?.values?.[member.value];
        const value = expression === undefined ? 0 : (member.fromBits ?? formulaOf(this.#kernel, expression));
        return { type: member.type, offsetBytes: member.offsetBytes, value };
      });
      return { type, byteLength, members };
    });
  }

  /** Adds the programs of a configuration for workloads like this one. Why it cannot be built, or null. */
  async add(configuration: Configuration, parameters: Parameters): Promise<string | null> {
    for (const variation of variations(parameters, this.#builder.conditions)) {
      const built = await this.#builder.build(variation, configuration);
      if (!built.ok) return built.failure.message;
      const { conditions, fixed, pieces, requiredFeatures, kinds, layouts } = built.value;
      const { workgroupSize, workgroupBytes } = built.value;
      const place = JSON.stringify([conditions, fixed]);
      this.#templates.set(place, {
        conditions,
        fixed,
        wgsl: pieces,
        requiredFeatures,
        kinds,
        ...(layouts.every((layout) => layout === null) ? {} : { layouts: this.#layouts(layouts) }),
      });
      const key = keyOf(configuration);
      const known = this.#configurations.get(key);
      this.#configurations.set(key, {
        values: configuration,
        workgroupSize: known?.workgroupSize ?? workgroupSize,
        workgroupBytes: Math.max(known?.workgroupBytes ?? 0, workgroupBytes ?? 0),
      });
    }
    return null;
  }
}

function keyOf(configuration: Configuration): string {
  return JSON.stringify(Object.entries(configuration).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** More variations of one workload than this are not worth their place in the file. */
const maxVariations = 64;

/**
 * The workload, and others whose numbers make other conditions true: where a program asks `@if(k_1)`, one with k = 1 and
 * one without.
 */
function variations(parameters: Parameters, conditions: readonly string[]): readonly Parameters[] {
  let found: readonly Parameters[] = [parameters];
  for (const [name, value] of Object.entries(parameters)) {
    if (typeof value !== 'number') continue;
    const asked = conditions
      .filter((condition) => condition.startsWith(`${name}_`))
      .map((condition) => condition.slice(name.length + 1))
      .filter((text) => /^(0|[1-9]\d{0,14})$/.test(text))
      .map(Number);
    if (asked.length === 0) continue;
    let other = value;
    while (asked.includes(other)) other++;
    const values = [...new Set([value, other, ...asked])];
    const all = found.flatMap((one) => values.map((replaced) => ({ ...one, [name]: replaced })));
    if (all.length > maxVariations) return found;
    found = all;
  }
  return found;
}

function parametersOf(kernel: KernelDefinition): RuntimeKernel['parameters'] {
  const operator = operators.find(({ name }) => name === kernel.operator);
  const defaults = operator === undefined ? {} : operatorDefaults(operator);
  return Object.entries(kernel.workloads[0]?.parameters ?? {}).map(([name, value]) => {
    const own = defaults[name];
    const kind = typeof value as 'number' | 'boolean' | 'string';
    return { name, kind, ...(own === undefined ? {} : { default: own }) };
  });
}

function sameParameters(a: Parameters, b: Parameters | undefined): boolean {
  const shape = (parameters: Parameters) =>
    Object.entries(parameters)
      .map(([name, value]) => `${name}: ${typeof value}`)
      .sort()
      .join();
  return b !== undefined && shape(a) === shape(b);
}

/** Whether every tunable has one of its values; constraints depend on the device and are checked there. */
function isInSpace(kernel: KernelDefinition, configuration: Configuration): boolean {
  const workload = kernel.workloads[0];
  if (workload === undefined) return false;
  return createKernelSpace({ ...kernel, constraints: [] }, workload, noLimits).point(configuration) !== null;
}

/** Constraints are not looked at, so that these are never read. */
const noLimits: DeviceLimits = {
  max_workgroup_storage: 0,
  max_invocations: 0,
  max_workgroup_size_x: 0,
  max_workgroup_size_y: 0,
  max_workgroup_size_z: 0,
  max_workgroups: 0,
  max_buffer_bytes: 0,
  has_f16: false,
  has_subgroups: false,
  subgroup_min: 1,
  subgroup_max: 1,
};

function formulaOf(kernel: KernelDefinition, expression: Expression) {
  const formula = expressionFormula(expression);
  if (formula !== null) return formula;
  throw refused(kernel, `\`${expression.source}\` uses parts of CEL that the runtime does not know`);
}

const usualNextStep =
  'Write the expression with arithmetic, comparisons, ?:, in, and the functions of docs/manifest.md, and see that `joulegate validate` passes.';

function refused(kernel: KernelDefinition, reason: string, nextStep = usualNextStep): JoulegateError {
  return new JoulegateError('bad-input', `Kernel "${kernel.name}" cannot be exported: ${reason}.`, {
    code: 'cannot-export',
    nextStep,
  });
}
