import { createVariantBuilder, type PrintSource, usesSubgroups, type Variant } from '../../kernel/index.ts';
import { createKernelSpace, type KernelDefinition } from '../../manifest/index.ts';
import { type Device, pinnedSubgroups, type SubgroupWay, subgroupRemark } from '../../measure/index.ts';

/** A variant that is right where it runs, and what it was compared with. */
export interface SubgroupSubject {
  readonly kernel: KernelDefinition;
  readonly variant: Variant;
  readonly reference: Variant;
}

/** Where it runs, and what prints its program. */
export interface SubgroupBench {
  readonly device: Device;
  readonly print: PrintSource | undefined;
}

/** Opens the same adapter with more in its environment. */
export type OpenWith = (environment: Readonly<Record<string, string>>) => Promise<Device>;

/**
 * Sizes of subgroups that Mesa's lavapipe has by the width of the vectors that it computes with, in 32-bit lanes
 * (`LP_NATIVE_VECTOR_WIDTH`, docs.mesa3d.org, "Environment Variables"). Wider ones need a CPU that has them.
 */
const lavapipeSizes = [4, 8];
const lavapipeFamily = 'mesa-llvmpipe';
const laneBits = 32;

function lavapipeWay(
  subject: SubgroupSubject,
  size: number,
  ...[openWith, print]: [OpenWith, PrintSource | undefined]
): SubgroupWay {
  const { kernel, variant } = subject;
  const workload = kernel.workloads.find(({ name }) => name === variant.workload);
  return {
    size,
    async compare() {
      if (workload === undefined) return null;
      const device = await openWith({
        LP_NATIVE_VECTOR_WIDTH: `${size * laneBits}`,
        // Mesa's cache holds code of the other width under the same key.
        MESA_SHADER_CACHE_DISABLE: 'true',
      });
      try {
        const { limits, features } = device.info;
        const space = createKernelSpace(kernel, workload, limits);
        const point = space.point(variant.configuration);
        // Constraints may say that a configuration is not for subgroups of this size.
        if (limits.subgroup_min !== size || point === null || !space.isValid(point)) return null;
        const builder = createVariantBuilder({ kernel, workload, limits, features, print });
        const [built, reference] = [await builder.build(variant.configuration), await builder.reference()];
        if (!built.ok) return built;
        if (!reference.ok) return reference;
        const prepared = await device.prepare(built.value);
        return prepared.ok ? await device.verify(built.value, reference.value) : prepared;
      } finally {
        await device.close();
      }
    },
  };
}

/** Every size that can be tried on the adapter of `device`; its own is among them if there is another. */
function waysOf(
  subject: SubgroupSubject,
  { device, print }: SubgroupBench,
  openWith: OpenWith,
): readonly SubgroupWay[] {
  const { variant, reference } = subject;
  const { family, limits } = device.info;
  if (family !== lavapipeFamily) return pinnedSubgroups(device, variant, reference);
  const own = limits.subgroup_min;
  return [...new Set([...lavapipeSizes, own])]
    .sort((a, b) => a - b)
    .map((size) =>
      size === own
        ? { size, compare: () => device.verify(variant, reference) }
        : lavapipeWay(subject, size, openWith, print),
    );
}

/**
 * Tries a program that uses subgroups at every size that the adapter offers.
 * @returns what is to be said of one whose results are only right at some, a clause; null if there is nothing
 */
export async function checkSubgroups(
  subject: SubgroupSubject,
  bench: SubgroupBench,
  openWith: OpenWith,
): Promise<string | null> {
  const { program } = subject.variant;
  if (program === null || !usesSubgroups(program)) return null;
  return subgroupRemark(waysOf(subject, bench, openWith));
}
