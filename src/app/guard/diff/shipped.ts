import {
  createVariantBuilder,
  type Outcome,
  type Variant,
  type VariantBuilder,
} from '../../../kernel/index.ts';
import { type KernelDefinition, noLimits, type Workload } from '../../../manifest/index.ts';
import { type Configuration, configurationId } from '../../../space/index.ts';
import { shippedConfiguration } from '../../project/index.ts';
import type { Revision } from '../revision.ts';

/** Every device that no tuned state names: it gets the default. */
export const anyOther = '*';

/** Device families that a tuned state names for a kernel and workload. */
export function familiesOf({ tuned }: Revision, kernel: string, workload: string): readonly string[] {
  return (tuned?.entries ?? [])
    .filter((entry) => entry.kernel === kernel && entry.workload.name === workload)
    .map(({ family }) => family);
}

/** What one revision ships of a kernel and workload, each configuration built once. */
export class Shipped {
  readonly kernel: KernelDefinition;
  readonly #revision: Revision;
  readonly #workload: Workload;
  readonly #builder: VariantBuilder;
  readonly #built = new Map<string, Promise<Outcome<Variant>>>();

  constructor(revision: Revision, kernel: KernelDefinition, workload: Workload) {
    this.kernel = kernel;
    this.#revision = revision;
    this.#workload = workload;
    // No limit of any device forbids anything here.
    this.#builder = createVariantBuilder({ kernel, workload, limits: noLimits });
  }

  /** What ships to a device family, and why its tuned configuration does not; null if it does, or if there is none. */
  configuration(family: string): { readonly configuration: Configuration; readonly problem: string | null } {
    const { kernel } = this;
    const workload = this.#workload;
    return shippedConfiguration({ tuned: this.#revision.tuned, kernel, workload, family, limits: noLimits });
  }

  build(configuration: Configuration): Promise<Outcome<Variant>> {
    const id = configurationId(configuration, this.kernel.tunables);
    const known = this.#built.get(id);
    if (known !== undefined) return known;
    const built = this.#builder.build(configuration);
    this.#built.set(id, built);
    return built;
  }

  reference(): Promise<Outcome<Variant>> {
    return this.#builder.reference();
  }
}
