import { JoulegateError } from '../errors/index.ts';
import type { Outcome, Variant, VariantBuilder } from '../kernel/index.ts';
import type { KernelDefinition, Workload } from '../manifest/index.ts';
import type { Device } from './ports.ts';

/** As much of a `VariantBuilder` as trials need; a recording has no more. */
export interface TrialBuilder extends Pick<VariantBuilder, 'build' | 'reference' | 'featuresOf'> {
  readonly kernel: Pick<KernelDefinition, 'name' | 'tunables'>;
  readonly workload: Pick<Workload, 'name'>;
}

/**
 * The reference variant, ready to be compared with.
 * @throws JoulegateError if it does not build or run: it is the user's word on what is right, and without it no
 *   configuration is right or wrong.
 */
export async function prepareReference(builder: TrialBuilder, device: Device): Promise<Variant> {
  const prepared = await buildAndPrepare(builder, device);
  if (prepared.ok) return prepared.value;
  const { kind, message, file, line } = prepared.failure;
  const place = file === undefined ? '' : ` (${file}${line === undefined ? '' : `:${line}`})`;
  throw new JoulegateError(
    kind === 'compile' || kind === 'validation' ? 'bad-input' : 'could-not-measure',
    `The reference of kernel ${builder.kernel.name} does not run with ${builder.workload.name}: ${message}${place}`,
    {
      code: 'reference-failed',
      nextStep:
        'Correct the reference program, or the default configuration if the kernel names no reference.',
    },
  );
}

async function buildAndPrepare(builder: TrialBuilder, device: Device): Promise<Outcome<Variant>> {
  const built = await builder.reference();
  if (!built.ok) return built;
  const prepared = await device.prepare(built.value);
  return prepared.ok ? built : prepared;
}
