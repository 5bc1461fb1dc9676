import { JoulegateError } from '../../errors/index.ts';
import {
  type ChangedBuffers,
  changedBuffers,
  createVariantBuilder,
  lackingExtension,
  type NamedExtension,
  type PrintSource,
  reachedExtensions,
  type VariantBuilder,
  type VariantFailure,
} from '../../kernel/index.ts';
import {
  type Budget,
  createKernelSpace,
  type DeviceLimits,
  defaultLimits,
  type KernelDefinition,
  type Manifest,
  sourceGenerators,
  type Workload,
} from '../../manifest/index.ts';
import type { Space } from '../../space/index.ts';
import type { Host, KernelFilter, LaboratoryOptions, ManifestOptions } from '../host.ts';
import { commandBench, openLaboratory } from '../laboratory/index.ts';
import {
  type ExpectedMinutes,
  expectMinutes,
  loadReport,
  openManifest,
  selectKernels,
  whatHalves,
} from '../project/index.ts';
import { describeNetwork, type NetworkSummary, type PassCounts, passKey } from './networks.ts';

export interface PlannedWorkload {
  readonly kernel: string;
  readonly workload: string;
  readonly sentinel: boolean;
  readonly tunables: number;
  /** Points before constraints. */
  readonly rawSize: number;
  /** Configurations that fulfil every constraint, and that the device does not forbid. */
  readonly valid: { readonly value: number; readonly exact: boolean };
  /** Why the default configuration cannot run on the device; null if nothing speaks against it. */
  readonly refused: VariantFailure | null;
  /** Configurations a retune tries; none of a sentinel. */
  readonly trials: number;
  /** Minutes that a retune and a guard may spend on it by the manifest's budgets. */
  readonly retuneMinutes: number;
  readonly guardMinutes: number;
  /** What its launches change of what they read, and what becomes of that; null if nothing. */
  readonly changes: ChangedBuffers | null;
  /** What a guard is expected to take; null where nothing is known of the machine. */
  readonly expected: ExpectedMinutes | null;
}

export interface PlanOptions extends ManifestOptions, LaboratoryOptions, KernelFilter {
  /** Path of a report that a guard wrote on this machine. */
  readonly known?: string | undefined;
}

/** An extension that a kernel's program enables. */
export interface PlannedNeed extends NamedExtension {
  readonly kernel: string;
  /** The operator whose file it is; null if it is the user's. */
  readonly operator: string | null;
  /** Whether the device does not have it; never without a device. */
  readonly missing: boolean;
}

export interface Plan {
  readonly manifest: string;
  /** null: there is none, and the plan is for what every WebGPU device can do. */
  readonly device: string | null;
  /** Why there is no device; null if there is one. */
  readonly deviceReason: string | null;
  readonly needs: readonly PlannedNeed[];
  readonly workloads: readonly PlannedWorkload[];
  /** Networks that launch nothing but the kernels planned for. */
  readonly networks: readonly NetworkSummary[];
  readonly retuneMinutes: number;
  readonly guardMinutes: number;
  /** A guard in which every kernel changed and none costs more, and one of them costs more; null where nothing is known. */
  readonly expected: (ExpectedMinutes & { readonly halvedBy: string }) | null;
}

/** All of them unchanged, and the same with the one that would take longest to confirm costing more. */
function whole(workloads: readonly PlannedWorkload[]): ExpectedMinutes {
  const each = workloads.flatMap(({ expected }) => expected ?? []);
  const unchanged = each.reduce((sum, one) => sum + one.unchanged, 0);
  const longest = Math.max(0, ...each.map((one) => one.regressed - one.unchanged));
  return { unchanged, regressed: unchanged + longest };
}

/** Counting stops here: past it a space is "more than". Fewer where each configuration has to be built to be judged. */
const countLimit = { looked: 50_000, built: 2000 };

interface Bench {
  readonly device: string | null;
  readonly deviceReason: string | null;
  readonly limits: DeviceLimits;
  /** undefined: whatever is enabled. */
  readonly features: readonly string[] | undefined;
}

/** What the plan is for. Where no device was asked for by name, there need not be one. */
async function findBench(
  host: Host,
  options: LaboratoryOptions,
  kernels: readonly KernelDefinition[],
): Promise<Bench> {
  try {
    const laboratory = await openLaboratory(host, { ...options, runsNothing: true }, kernels);
    const { description, limits, features } = laboratory.info;
    await laboratory.close();
    return { device: description, deviceReason: null, limits, features };
  } catch (error) {
    const isMissing = error instanceof JoulegateError && error.kind === 'could-not-measure';
    if (!isMissing || options.device !== 'auto') throw error;
    return { device: null, deviceReason: error.message, limits: defaultLimits, features: undefined };
  }
}

/** The configurations that the device does not forbid, counted up to a limit. */
async function countAllowed(space: Space, builder: VariantBuilder): Promise<PlannedWorkload['valid']> {
  // What another program is, or prints, it knows best itself.
  if (builder.kernel.command !== undefined || sourceGenerators(builder.kernel).length > 0)
    return space.count(countLimit.looked);
  const limit = builder.buildsToTell ? countLimit.built : countLimit.looked;
  let looked = 0;
  let value = 0;
  for (const point of space.enumerate()) {
    if (looked++ === limit) return { value, exact: false };
    if ((await builder.refusal(space.configuration(point))) === null) value++;
  }
  return { value, exact: true };
}

function seconds(budget: Budget, trials: number): number {
  return trials === 0 ? 0 : budget.searchSeconds + budget.judgeSeconds;
}

async function planWorkload(
  kernel: KernelDefinition,
  workload: Workload,
  {
    limits,
    features,
    budget,
    print,
    passes,
  }: Pick<Bench, 'limits' | 'features'> &
    Pick<Manifest, 'budget'> & { readonly print: PrintSource | undefined; readonly passes: PassCounts },
): Promise<Omit<PlannedWorkload, 'expected'>> {
  const builder = createVariantBuilder({ kernel, workload, limits, features, print });
  const space = createKernelSpace(kernel, workload, limits);
  const shipped = await builder.build(kernel.defaults);
  if (shipped.ok && shipped.value.program !== null)
    passes.set(passKey(kernel.name, workload.name), shipped.value.program.passes.length);
  const reference = shipped.ok ? await builder.reference() : shipped;
  const valid = await countAllowed(space, builder);
  const most = valid.exact ? valid.value : Number.POSITIVE_INFINITY;
  const trials = kernel.sentinel ? 0 : Math.min(budget.retune.trials, most);
  return {
    kernel: kernel.name,
    workload: workload.name,
    sentinel: kernel.sentinel,
    tunables: space.tunables.length,
    rawSize: space.rawSize,
    valid,
    refused: reference.ok ? null : reference.failure,
    trials,
    retuneMinutes: seconds(budget.retune, trials) / 60,
    guardMinutes: budget.guard.judgeSeconds / 60,
    changes: shipped.ok ? changedBuffers(shipped.value) : null,
  };
}

async function needsOf(
  kernel: KernelDefinition,
  features: Bench['features'],
  print: PrintSource | undefined,
): Promise<PlannedNeed[]> {
  const reached = await reachedExtensions(kernel, print);
  return reached.map((extension) => ({
    kernel: kernel.name,
    operator: kernel.operator,
    ...extension,
    missing: lackingExtension([extension], features) !== null,
  }));
}

/** @throws JoulegateError bad-input for a report that says nothing of blocks */
function readKnown(host: Host, path: string): NonNullable<ReturnType<typeof expectMinutes>> {
  const expect = expectMinutes(loadReport(host, path));
  if (expect !== null) return expect;
  throw new JoulegateError('bad-input', `${path} has no blocks that say what they took.`, {
    code: 'wrong-report',
    nextStep: 'Name the report.json of a guard run that measured something, by this version.',
  });
}

/** What a manifest holds, what it asks of this machine, and what its budgets come to there. */
export async function plan(host: Host, options: PlanOptions): Promise<Plan> {
  const { manifest } = openManifest(host, options.manifest);
  const kernels = selectKernels(manifest, options.kernels);
  const expect = options.known === undefined ? null : readKnown(host, options.known);
  const { device, deviceReason, limits, features } = await findBench(host, options, kernels);
  const needs: PlannedNeed[] = [];
  const workloads: PlannedWorkload[] = [];
  const passes: PassCounts = new Map();
  const commands = commandBench(host, options);
  const { print } = commands;
  try {
    for (const kernel of kernels) {
      needs.push(...(await needsOf(kernel, features, print)));
      for (const workload of kernel.workloads) {
        const bench = { limits, features, budget: manifest.budget, print, passes };
        const expected = expect?.(kernel, workload) ?? null;
        workloads.push({ ...(await planWorkload(kernel, workload, bench)), expected });
      }
    }
  } finally {
    await commands.close();
  }
  const total = (of: (workload: PlannedWorkload) => number) =>
    workloads.reduce((sum, workload) => sum + of(workload), 0);
  const unchangedAt = (marginFactor: number) =>
    kernels
      .flatMap((kernel) =>
        kernel.workloads.map((workload) => expect?.(kernel, workload, marginFactor).unchanged ?? 0),
      )
      .reduce((sum, one) => sum + one, 0);
  return {
    manifest: options.manifest,
    device,
    deviceReason,
    needs,
    workloads,
    networks: manifest.networks
      .filter(({ calls }) => calls.every((one) => kernels.some(({ name }) => name === one.kernel)))
      .map((network) => describeNetwork(network, passes)),
    retuneMinutes: total((workload) => workload.retuneMinutes),
    guardMinutes: total((workload) => workload.guardMinutes),
    expected:
      expect === null ? null : { ...whole(workloads), halvedBy: whatHalves(unchangedAt, kernels.length) },
  };
}
