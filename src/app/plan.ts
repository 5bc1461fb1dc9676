import { JoulegateError } from '../errors/index.ts';
import { type Budget, createKernelSpace } from '../manifest/index.ts';
import type { Host } from './host.ts';
import { openLaboratory } from './laboratory/index.ts';
import type { KernelFilter, LaboratoryOptions, ManifestOptions } from './options.ts';
import {
  type ExpectedMinutes,
  expectMinutes,
  loadReport,
  openManifest,
  selectKernels,
  whatHalves,
} from './project/index.ts';

export interface PlannedWorkload {
  readonly kernel: string;
  readonly workload: string;
  readonly sentinel: boolean;
  readonly tunables: number;
  /** Points before constraints. */
  readonly rawSize: number;
  readonly valid: { readonly value: number; readonly exact: boolean };
  /** Configurations a retune tries; none of a sentinel. */
  readonly trials: number;
  /** Minutes that a retune and a guard may spend on it by the manifest's budgets. */
  readonly retuneMinutes: number;
  readonly guardMinutes: number;
  /** What a guard is expected to take; null where nothing is known of the machine. */
  readonly expected: ExpectedMinutes | null;
}

export interface PlanOptions extends ManifestOptions, LaboratoryOptions, KernelFilter {
  /** Path of a report that a guard wrote on this machine. */
  readonly known?: string | undefined;
}

export interface Plan {
  readonly manifest: string;
  readonly device: string;
  readonly workloads: readonly PlannedWorkload[];
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

/** Counting stops here: past it a space is "more than". */
const countLimit = 1_000_000;

function minutes(seconds: number): number {
  return seconds / 60;
}

function retuneSeconds(budget: Budget, trials: number): number {
  return trials === 0 ? 0 : budget.searchSeconds + budget.judgeSeconds;
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

/** What a manifest holds, and what its budgets come to on this machine. */
export async function plan(host: Host, options: PlanOptions): Promise<Plan> {
  const { manifest } = openManifest(host, options.manifest);
  const kernels = selectKernels(manifest, options.kernels);
  const expect = options.known === undefined ? null : readKnown(host, options.known);
  // Nothing is run.
  const laboratory = await openLaboratory(host, { ...options, allowCommands: true }, kernels);
  try {
    const { guard, retune } = manifest.budget;
    const workloads = kernels.flatMap((kernel) =>
      kernel.workloads.map((workload): PlannedWorkload => {
        const space = createKernelSpace(kernel, workload, laboratory.info.limits);
        const valid = space.count(countLimit);
        const trials = kernel.sentinel ? 0 : Math.min(retune.trials, valid.value);
        return {
          kernel: kernel.name,
          workload: workload.name,
          sentinel: kernel.sentinel,
          tunables: space.tunables.length,
          rawSize: space.rawSize,
          valid,
          trials,
          retuneMinutes: minutes(retuneSeconds(retune, trials)),
          guardMinutes: minutes(guard.judgeSeconds),
          expected: expect?.(kernel, workload) ?? null,
        };
      }),
    );
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
      device: laboratory.info.description,
      workloads,
      retuneMinutes: total((workload) => workload.retuneMinutes),
      guardMinutes: total((workload) => workload.guardMinutes),
      expected:
        expect === null ? null : { ...whole(workloads), halvedBy: whatHalves(unchangedAt, kernels.length) },
    };
  } finally {
    await laboratory.close();
  }
}
