import { createVariantBuilder, type Outcome, type Variant } from '../kernel/index.ts';
import {
  createKernelSpace,
  type DeviceLimits,
  type KernelDefinition,
  type Manifest,
  type Workload,
} from '../manifest/index.ts';
import type { Configuration } from '../space/index.ts';
import { type Tuned, tunedConfiguration } from '../store/index.ts';

/** One revision of the kernels: what it declares and how it is tuned. */
export interface Revision {
  readonly manifest: Manifest;
  readonly tuned: Tuned | null;
}

/** A variant of one arm with the variant whose outputs it must reproduce. */
export interface ArmVariant {
  readonly variant: Variant;
  readonly reference: Variant;
}

interface ComparisonBase {
  readonly kernel: string;
  readonly workload: string;
  /** The head's definition; the base's for a removed kernel. */
  readonly definition: KernelDefinition;
  readonly reason: string;
}

/** What is to be done about one kernel and workload. */
export type Comparison = ComparisonBase &
  (
    | { readonly status: 'untouched' | 'removed' | 'missing-baseline' | 'broken-head' }
    | { readonly status: 'new'; readonly head: ArmVariant }
    | {
        readonly status: 'identical' | 'changed';
        readonly base: ArmVariant;
        readonly head: ArmVariant;
        /** Head's sources at base's configuration; null where that is head's own or not valid there. */
        readonly codeOnly: ArmVariant | null;
      }
  );

/** The tuned configuration of this device family where it still fits the space, else the default. */
export function shippedConfiguration(options: {
  readonly revision: Revision;
  readonly kernel: KernelDefinition;
  readonly workload: Workload;
  readonly family: string;
  readonly limits: DeviceLimits;
}): Configuration {
  const { revision, kernel, workload, family, limits } = options;
  const tuned =
    revision.tuned === null ? null : tunedConfiguration(revision.tuned, kernel.name, workload.name, family);
  if (tuned === null) return kernel.defaults;
  const space = createKernelSpace(kernel, workload, limits);
  const point = space.point(tuned);
  return point !== null && space.isValid(point) ? space.configuration(point) : kernel.defaults;
}

async function buildArm(options: {
  readonly kernel: KernelDefinition;
  readonly workload: Workload;
  readonly configuration: Configuration;
  readonly limits: DeviceLimits;
}): Promise<Outcome<ArmVariant>> {
  const builder = createVariantBuilder(options);
  const variant = await builder.build(options.configuration);
  if (!variant.ok) return variant;
  const reference = await builder.reference();
  if (!reference.ok) return reference;
  return { ok: true, value: { variant: variant.value, reference: reference.value } };
}

function sameConfiguration(a: Configuration, b: Configuration): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

function isIn(
  kernel: KernelDefinition,
  workload: Workload,
  limits: DeviceLimits,
  configuration: Configuration,
) {
  const space = createKernelSpace(kernel, workload, limits);
  const point = space.point(configuration);
  return point !== null && space.isValid(point);
}

interface WorkloadComparison {
  readonly base: Revision | null;
  readonly head: Revision;
  readonly kernel: KernelDefinition;
  readonly workload: Workload;
  readonly family: string;
  readonly limits: DeviceLimits;
}

async function compareWorkload(options: WorkloadComparison): Promise<Comparison> {
  const { base, head, kernel, workload, family, limits } = options;
  const common = { kernel: kernel.name, workload: workload.name, definition: kernel };
  const configuration = shippedConfiguration({ revision: head, kernel, workload, family, limits });
  const headArm = await buildArm({ kernel, workload, configuration, limits });
  if (!headArm.ok) {
    return { ...common, status: 'broken-head', reason: `head does not build: ${headArm.failure.message}` };
  }
  const baseKernel = base?.manifest.kernels.find(({ name }) => name === kernel.name);
  const baseWorkload = baseKernel?.workloads.find(({ name }) => name === workload.name);
  if (base === null || baseKernel === undefined || baseWorkload === undefined) {
    const missing = baseKernel === undefined ? 'not' : 'this workload is not';
    const reason = base === null ? 'the base revision has no manifest' : `${missing} in the base revision`;
    return { ...common, status: 'new', head: headArm.value, reason };
  }
  const baseConfiguration = shippedConfiguration({
    revision: base,
    kernel: baseKernel,
    workload: baseWorkload,
    family,
    limits,
  });
  const baseArm = await buildArm({
    kernel: baseKernel,
    workload: baseWorkload,
    configuration: baseConfiguration,
    limits,
  });
  if (!baseArm.ok) {
    return {
      ...common,
      status: 'missing-baseline',
      reason: `base does not build: ${baseArm.failure.message}`,
    };
  }
  const codeOnly =
    !sameConfiguration(baseConfiguration, configuration) && isIn(kernel, workload, limits, baseConfiguration)
      ? await buildArm({ kernel, workload, configuration: baseConfiguration, limits })
      : null;
  const identity = headArm.value.variant.program?.identity;
  const identical = identity !== undefined && identity === baseArm.value.variant.program?.identity;
  return {
    ...common,
    status: identical ? 'identical' : 'changed',
    reason: identical ? 'same program, launch and workload as in base' : 'the program or its launch changed',
    base: baseArm.value,
    head: headArm.value,
    codeOnly: codeOnly?.ok ? codeOnly.value : null,
  };
}

/** What base has and head has not, in base's order. */
export function listRemoved(base: Revision, head: Revision): readonly Comparison[] {
  return base.manifest.kernels.flatMap((definition) => {
    const kept = head.manifest.kernels.find(({ name }) => name === definition.name);
    return definition.workloads
      .filter((workload) => !kept?.workloads.some(({ name }) => name === workload.name))
      .map(
        (workload): Comparison => ({
          kernel: definition.name,
          workload: workload.name,
          definition,
          status: 'removed',
          reason: kept === undefined ? 'not in head any more' : 'this workload is not in head any more',
        }),
      );
  });
}

/** Every kernel of head without its baseline, because base is there and cannot be read. */
export function listMissingBaseline(head: Revision, problem: string): readonly Comparison[] {
  return head.manifest.kernels.flatMap((definition) =>
    definition.workloads.map(
      (workload): Comparison => ({
        kernel: definition.name,
        workload: workload.name,
        definition,
        status: 'missing-baseline',
        reason: `base cannot be read: ${problem}`,
      }),
    ),
  );
}

/**
 * Builds and lines up head's kernels with base's, in head's order.
 * @param options.base null: the base revision has no manifest, so every kernel is new
 */
export async function compareKernels(options: {
  readonly base: Revision | null;
  readonly head: Revision;
  readonly family: string;
  readonly limits: DeviceLimits;
}): Promise<readonly Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const kernel of options.head.manifest.kernels) {
    for (const workload of kernel.workloads) {
      comparisons.push(await compareWorkload({ ...options, kernel, workload }));
    }
  }
  return comparisons;
}
