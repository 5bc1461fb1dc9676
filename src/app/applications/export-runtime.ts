import { join } from 'node:path';
import type { Expression } from '../../expression/index.ts';
import type { PrintSource } from '../../kernel/index.ts';
import {
  alignClock,
  type KernelDefinition,
  type Manifest,
  operatorDefaults,
  sourceGenerators,
} from '../../manifest/index.ts';
import { operators } from '../../operators/index.ts';
import type { RuntimeFile, RuntimeKernel, RuntimePortfolio } from '../../schema/index.ts';
import { type Recording, readTunedIfPresent, type Tuned, writeRuntime } from '../../store/index.ts';
import type { Host, KernelFilter, LaboratoryOptions, ManifestOptions } from '../host.ts';
import { commandBench } from '../laboratory/index.ts';
import { absolutePath, openManifest, readRecordings, selectKernels } from '../project/index.ts';
import { formulaOf, refused } from './formula.ts';
import { type ChosenPortfolio, choosePortfolios } from './portfolio.ts';
import { Programs } from './programs.ts';
import { sameParameters, tunedFault, unconstrainedSpace } from './tuned-for.ts';

export interface ExportRuntimeOptions
  extends ManifestOptions,
    KernelFilter,
    Pick<LaboratoryOptions, 'allowCommands'> {
  /** Path of the file to write; packed if it ends in `.gz`. */
  readonly out: string;
  /** A few configurations for devices that nothing was tuned on; none unless given. */
  readonly portfolio?: {
    /** At most so many for each workload. */
    readonly size: number;
    /** Recordings of several devices: files, and folders with `.json.gz` files of that kind. */
    readonly recordings: readonly string[];
  };
}

export interface ExportRuntimeSummary {
  readonly out: string;
  /** Names of networks. */
  readonly networks: readonly string[];
  readonly kernels: readonly {
    readonly kernel: string;
    readonly entries: number;
    readonly configurations: number;
    readonly templates: number;
    /** One for each workload that recordings have. */
    readonly portfolios: readonly {
      readonly members: number;
      readonly devices: number;
      /** Lowest cost of the worst served device over that of its best member. */
      readonly worstShare: number;
    }[];
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
  const recordings =
    options.portfolio === undefined ? [] : readRecordings(host, options.portfolio.recordings);
  const kernels: { readonly kernel: RuntimeKernel; readonly chosen: readonly ChosenPortfolio[] }[] = [];
  const bench = commandBench(host, options);
  const { warn } = host.progress;
  try {
    for (const kernel of selectKernels(manifest, options.kernels)) {
      const obstacle = obstacleOf(kernel, options);
      if (obstacle !== null) {
        if (options.kernels !== null) throw refused(kernel, obstacle.why, obstacle.nextStep);
        warn(`${kernel.name} is left out: ${obstacle.why}.`);
        continue;
      }
      const chosen = portfoliosOf(kernel, recordings, options.portfolio?.size ?? 0);
      if (options.portfolio !== undefined && chosen.length === 0) {
        warn(`${kernel.name} has no portfolio: no recording holds a configuration of it that worked.`);
      }
      const written = await runtimeKernel(kernel, { tuned, chosen, warn, print: bench.print });
      kernels.push({ kernel: written, chosen });
    }
  } finally {
    await bench.close();
  }
  const file: RuntimeFile = {
    schema: 'joulegate-runtime',
    version: 2,
    kernels: kernels.map(({ kernel }) => kernel),
    ...runtimeNetworks(
      manifest,
      kernels.map(({ kernel }) => kernel.name),
      warn,
    ),
  };
  writeRuntime(absolutePath(host, options.out), file);
  return {
    out: options.out,
    networks: (file.networks ?? []).map(({ name }) => name),
    kernels: kernels.map(({ kernel: { name, entries, configurations, passes }, chosen }) => ({
      kernel: name,
      entries: entries.length,
      configurations: configurations.length,
      templates: passes.reduce((sum, { templates }) => sum + templates.length, 0),
      portfolios: chosen.map(({ members, devices, worstShare }) => ({
        members: members.length,
        devices: devices.length,
        worstShare,
      })),
    })),
  };
}

/** Networks all of whose kernels are exported; `warn` hears of the others. */
function runtimeNetworks(
  { kernels, networks }: Manifest,
  exported: readonly string[],
  warn: (message: string) => void,
): Pick<RuntimeFile, 'networks'> {
  const whole = networks.filter(({ name, calls }) => {
    const lacking = calls.find(({ kernel }) => !exported.includes(kernel));
    if (lacking !== undefined)
      warn(`The network ${name} is left out: its kernel ${lacking.kernel} is not in the file.`);
    return lacking === undefined;
  });
  const parametersOfWorkload = (kernel: string, workload: string) =>
    kernels.find(({ name }) => name === kernel)?.workloads.find(({ name }) => name === workload)
      ?.parameters ?? {};
  const written = whole.map(({ name, calls }) => ({
    name,
    calls: calls.map((call) => ({
      kernel: call.kernel,
      name: call.workload,
      workload: parametersOfWorkload(call.kernel, call.workload),
      calls: call.calls,
    })),
  }));
  return written.length === 0 ? {} : { networks: written };
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

/** Portfolios of a kernel whose workloads are like the manifest's. */
function portfoliosOf(
  kernel: KernelDefinition,
  recordings: readonly Recording[],
  size: number,
): readonly ChosenPortfolio[] {
  const space = unconstrainedSpace(kernel);
  if (space === null || recordings.length === 0) return [];
  const alike = recordings.filter(({ workload }) =>
    sameParameters(workload.parameters, kernel.workloads[0]?.parameters),
  );
  return choosePortfolios(alike, { kernel, space, size });
}

/** Members whose programs can be built, which are added to `programs`; `warn` hears of the others. */
async function runtimePortfolio(
  { workload, devices, members }: ChosenPortfolio,
  task: {
    readonly kernel: KernelDefinition;
    readonly programs: Programs;
    readonly warn: (text: string) => void;
  },
): Promise<readonly RuntimePortfolio[]> {
  const { kernel, programs, warn } = task;
  const built: RuntimePortfolio['members'][number][] = [];
  for (const { configuration, shares } of members) {
    const fault =
      (await programs.add(kernel.defaults, workload)) ?? (await programs.add(configuration, workload));
    if (fault === null) built.push({ configuration: programs.indexOf(configuration), shares });
    else warn(`A configuration of the portfolio of ${kernel.name} is left out: ${fault}.`);
  }
  return built.length === 0 ? [] : [{ workload, devices, members: built }];
}

/** A kernel with everything its launches need. `warn` hears of tuned entries that are left out. */
async function runtimeKernel(
  kernel: KernelDefinition,
  task: {
    readonly tuned: Tuned | null;
    readonly chosen: readonly ChosenPortfolio[];
    readonly warn: (message: string) => void;
    readonly print: PrintSource | undefined;
  },
): Promise<RuntimeKernel> {
  const { tuned, chosen, warn } = task;
  const programs = new Programs(kernel, task.print);
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
  const portfolios: RuntimePortfolio[] = [];
  for (const one of chosen) portfolios.push(...(await runtimePortfolio(one, { kernel, programs, warn })));
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
    ...(portfolios.length === 0 ? {} : { portfolios }),
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
