import {
  createVariantBuilder,
  type Outcome,
  type PrintSource,
  type Variant,
  type VariantBuilderOptions,
  type VariantFailure,
  variantIdentity,
} from '../../kernel/index.ts';
import {
  alignClock,
  clockOf,
  type DeviceLimits,
  type KernelDefinition,
  type Workload,
} from '../../manifest/index.ts';
import type { Configuration } from '../../space/index.ts';
import { fitsSpace, shippedConfiguration } from '../project/index.ts';
import { isUntouched, type Revision, untouchedReason } from './revision.ts';

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
  /** What the user should know about it whatever comes of it; null if nothing. */
  readonly warning: string | null;
}

/** What is to be done about one kernel and workload. */
export type Comparison = ComparisonBase &
  (
    | { readonly status: 'untouched' | 'removed' | 'missing-baseline' }
    | { readonly status: 'broken-head'; readonly failure: VariantFailure }
    | { readonly status: 'new'; readonly head: ArmVariant }
    | {
        readonly status: 'identical' | 'changed';
        readonly base: ArmVariant;
        readonly head: ArmVariant;
        /** Head's sources at base's configuration; null where that is head's own or not valid there. */
        readonly codeOnly: ArmVariant | null;
      }
  );

async function buildArm(
  options: VariantBuilderOptions & { readonly configuration: Configuration },
): Promise<Outcome<ArmVariant>> {
  const builder = createVariantBuilder(options);
  const variant = await builder.build(options.configuration, { confirm: true });
  if (!variant.ok) return variant;
  const reference = await builder.reference();
  if (!reference.ok) return reference;
  return { ok: true, value: { variant: variant.value, reference: reference.value } };
}

function sameConfiguration(a: Configuration, b: Configuration): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

interface WorkloadComparison {
  readonly base: Revision | null;
  readonly head: Revision;
  readonly kernel: KernelDefinition;
  readonly workload: Workload;
  readonly family: string;
  readonly limits: DeviceLimits;
  readonly features: readonly string[];
  readonly print: PrintSource | undefined;
}

async function compareWorkload(options: WorkloadComparison): Promise<Comparison> {
  const { base, head, kernel, workload, family, limits, features, print } = options;
  const { configuration, problem } = shippedConfiguration({
    tuned: head.tuned,
    kernel,
    workload,
    family,
    limits,
  });
  const common = { kernel: kernel.name, workload: workload.name, definition: kernel, warning: problem };
  const headArm = await buildArm({ kernel, workload, configuration, limits, features, print });
  if (!headArm.ok) {
    const { kind, message } = headArm.failure;
    // What this device cannot run is no fault of a change that leaves it alone.
    if (kind === 'unsupported' && base !== null && isUntouched(base, head, kernel)) {
      return {
        ...common,
        status: 'untouched',
        reason: `${untouchedReason}; here it cannot run: ${message}`,
      };
    }
    const reason = `head does not build: ${headArm.failure.message}`;
    return { ...common, status: 'broken-head', reason, failure: headArm.failure };
  }
  const baseKernel = base?.manifest.kernels.find(({ name }) => name === kernel.name);
  const baseWorkload = baseKernel?.workloads.find(({ name }) => name === workload.name);
  if (base === null || baseKernel === undefined || baseWorkload === undefined) {
    const missing = baseKernel === undefined ? 'not' : 'this workload is not';
    const reason = base === null ? 'the base revision has no manifest' : `${missing} in the base revision`;
    return { ...common, status: 'new', head: headArm.value, reason };
  }
  const { configuration: baseConfiguration } = shippedConfiguration({
    tuned: base.tuned,
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
    features,
    print,
  });
  if (!baseArm.ok) {
    return {
      ...common,
      status: 'missing-baseline',
      reason: `base does not build: ${baseArm.failure.message}`,
    };
  }
  const aligned = alignClock(kernel, baseConfiguration);
  const codeOnly =
    !sameConfiguration(aligned, configuration) &&
    fitsSpace({ kernel, workload, limits, configuration: aligned })
      ? await buildArm({ kernel, workload, configuration: aligned, limits, features, print })
      : null;
  const identity = variantIdentity(headArm.value.variant);
  const sameProgram = identity !== null && identity === variantIdentity(baseArm.value.variant);
  // One program at two clocks is two things to compare.
  const identical = sameProgram && clockOf(configuration) === clockOf(baseConfiguration);
  return {
    ...common,
    status: identical ? 'identical' : 'changed',
    reason: identical
      ? 'same program, launch and workload as in base'
      : sameProgram
        ? 'the locked clock changed'
        : 'the program or its launch changed',
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
          warning: null,
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
        warning: null,
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
  readonly features: readonly string[];
  readonly print: PrintSource | undefined;
}): Promise<readonly Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const kernel of options.head.manifest.kernels) {
    for (const workload of kernel.workloads) {
      comparisons.push(await compareWorkload({ ...options, kernel, workload }));
    }
  }
  return comparisons;
}
