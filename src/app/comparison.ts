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
    | { readonly status: 'new' | 'removed' | 'missing-baseline' | 'broken-head' }
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

async function compareWorkload(options: {
  readonly base: Revision;
  readonly head: Revision;
  readonly baseKernel: KernelDefinition;
  readonly headKernel: KernelDefinition;
  readonly workload: Workload;
  readonly family: string;
  readonly limits: DeviceLimits;
}): Promise<Comparison> {
  const { base, head, baseKernel, headKernel, workload, family, limits } = options;
  const common = { kernel: headKernel.name, workload: workload.name, definition: headKernel };
  const baseWorkload = baseKernel.workloads.find((candidate) => candidate.name === workload.name);
  if (baseWorkload === undefined) {
    return { ...common, status: 'new', reason: 'this workload is not in the base revision' };
  }
  const baseConfiguration = shippedConfiguration({
    revision: base,
    kernel: baseKernel,
    workload: baseWorkload,
    family,
    limits,
  });
  const headConfiguration = shippedConfiguration({
    revision: head,
    kernel: headKernel,
    workload,
    family,
    limits,
  });
  const headArm = await buildArm({ kernel: headKernel, workload, configuration: headConfiguration, limits });
  if (!headArm.ok) {
    return { ...common, status: 'broken-head', reason: `head does not build: ${headArm.failure.message}` };
  }
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
    !sameConfiguration(baseConfiguration, headConfiguration) &&
    isIn(headKernel, workload, limits, baseConfiguration)
      ? await buildArm({ kernel: headKernel, workload, configuration: baseConfiguration, limits })
      : null;
  const identical =
    baseArm.value.variant.program?.identity === headArm.value.variant.program?.identity &&
    baseArm.value.variant.program !== null;
  return {
    ...common,
    status: identical ? 'identical' : 'changed',
    reason: identical ? 'same program, launch and workload as in base' : 'the program or its launch changed',
    base: baseArm.value,
    head: headArm.value,
    codeOnly: codeOnly?.ok ? codeOnly.value : null,
  };
}

/**
 * Lines up head's kernels with base's, in head's order, then what head removed.
 * @param options.base null: the base revision has no manifest, so every kernel is new; or it has one that cannot be
 * read, then `baseProblem` says why and every kernel's baseline is missing.
 */
export async function compareRevisions(options: {
  readonly base: Revision | null;
  readonly baseProblem: string | null;
  readonly head: Revision;
  readonly family: string;
  readonly limits: DeviceLimits;
}): Promise<readonly Comparison[]> {
  const { base, baseProblem, head, family, limits } = options;
  const comparisons: Comparison[] = [];
  for (const headKernel of head.manifest.kernels) {
    const baseKernel = base?.manifest.kernels.find((kernel) => kernel.name === headKernel.name);
    for (const workload of headKernel.workloads) {
      if (base === null || baseKernel === undefined) {
        const common = { kernel: headKernel.name, workload: workload.name, definition: headKernel };
        comparisons.push(
          baseProblem === null
            ? {
                ...common,
                status: 'new',
                reason: base === null ? 'the base revision has no manifest' : 'not in the base revision',
              }
            : { ...common, status: 'missing-baseline', reason: `base cannot be read: ${baseProblem}` },
        );
        continue;
      }
      comparisons.push(
        await compareWorkload({ base, head, baseKernel, headKernel, workload, family, limits }),
      );
    }
  }
  for (const baseKernel of base?.manifest.kernels ?? []) {
    const headKernel = head.manifest.kernels.find((kernel) => kernel.name === baseKernel.name);
    for (const workload of baseKernel.workloads) {
      if (headKernel?.workloads.some((candidate) => candidate.name === workload.name)) continue;
      comparisons.push({
        kernel: baseKernel.name,
        workload: workload.name,
        definition: baseKernel,
        status: 'removed',
        reason: headKernel === undefined ? 'not in head any more' : 'this workload is not in head any more',
      });
    }
  }
  return comparisons;
}
