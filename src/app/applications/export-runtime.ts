import { join } from 'node:path';
import type { Expression } from '../../expression/index.ts';
import type { PrintSource } from '../../kernel/index.ts';
import {
  alignClock,
  type KernelDefinition,
  operatorDefaults,
  sourceGenerators,
} from '../../manifest/index.ts';
import { operators } from '../../operators/index.ts';
import type { RuntimeFile, RuntimeKernel } from '../../schema/index.ts';
import { readTunedIfPresent, type Tuned, writeRuntime } from '../../store/index.ts';
import type { Host } from '../host.ts';
import { commandBench } from '../laboratory/index.ts';
import type { KernelFilter, LaboratoryOptions, ManifestOptions } from '../options.ts';
import { absolutePath, openManifest, selectKernels } from '../project/index.ts';
import { formulaOf, refused } from './formula.ts';
import { Programs } from './programs.ts';
import { tunedFault } from './tuned-for.ts';

export interface ExportRuntimeOptions
  extends ManifestOptions,
    KernelFilter,
    Pick<LaboratoryOptions, 'allowCommands'> {
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
  const bench = commandBench(host, options);
  try {
    for (const kernel of selectKernels(manifest, options.kernels)) {
      const obstacle = obstacleOf(kernel, options);
      if (obstacle !== null) {
        if (options.kernels !== null) throw refused(kernel, obstacle.why, obstacle.nextStep);
        host.progress.warn(`${kernel.name} is left out: ${obstacle.why}.`);
        continue;
      }
      kernels.push(await runtimeKernel(kernel, tuned, { warn: host.progress.warn, print: bench.print }));
    }
  } finally {
    await bench.close();
  }
  const file: RuntimeFile = { schema: 'joulegate-runtime', version: 2, kernels };
  writeRuntime(absolutePath(host, options.out), file);
  return {
    out: options.out,
    kernels: kernels.map(({ name, entries, configurations, passes }) => ({
      kernel: name,
      entries: entries.length,
      configurations: configurations.length,
      templates: passes.reduce((sum, { templates }) => sum + templates.length, 0),
    })),
  };
}

/** Why a kernel cannot be exported whatever it is, and what to do; null if nothing stands in the way. */
function obstacleOf(
  kernel: KernelDefinition,
  { allowCommands }: ExportRuntimeOptions,
): { readonly why: string; readonly nextStep: string } | null {
  if (kernel.command !== undefined) {
    const why = 'it is a program of another kind, which only its own host code can launch';
    return { why, nextStep: 'Its configurations: joulegate export header, or joulegate export json.' };
  }
  const [generator] = sourceGenerators(kernel);
  if (generator === undefined || allowCommands === true) return null;
  const why = `its program is what \`${generator.run.join(' ')}\` prints`;
  return { why, nextStep: 'Give --allow-commands to have it run.' };
}

/** A kernel with everything its launches need. `warn` hears of tuned entries that are left out. */
async function runtimeKernel(
  kernel: KernelDefinition,
  tuned: Tuned | null,
  { warn, print }: { readonly warn: (message: string) => void; readonly print: PrintSource | undefined },
): Promise<RuntimeKernel> {
  const programs = new Programs(kernel, print);
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
    const fault =
      tunedFault(kernel, workload.parameters, configuration) ??
      (await programs.add(kernel.defaults, workload.parameters)) ??
      (await programs.add(configuration, workload.parameters));
    if (fault === null) {
      entries.push({ family, workload: workload.parameters, configuration: programs.indexOf(configuration) });
    } else {
      warn(`The tuned configuration of ${kernel.name} ${workload.name} on ${family} is left out: ${fault}.`);
    }
  }
  const formula = (expression: Expression) => formulaOf(kernel, expression);
  return {
    name: kernel.name,
    parameters: parametersOf(kernel),
    constraints: kernel.constraints.map(formula),
    buffers: kernel.buffers.map(({ name, kind, type, length, values, scratch, clear }) => ({
      name,
      kind: kind ?? 'uniform',
      type,
      length: formula(length),
      values: values?.map(formula) ?? null,
      ...(scratch ? { scratch } : {}),
      ...(clear === undefined ? {} : { clear }),
    })),
    texts: programs.texts,
    passes: programs.passes.map(({ definition: { name, entry, dispatch, when }, conditions, templates }) => ({
      name,
      entry,
      dispatch:
        'indirect' in dispatch
          ? { indirect: dispatch.indirect, offset: formula(dispatch.offset) }
          : dispatch.map(formula),
      when: when === null ? true : formula(when),
      conditions,
      templates: [...templates.values()],
    })),
    configurations: programs.configurations,
    entries,
  };
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
