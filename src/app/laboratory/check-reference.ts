import { JoulegateError } from '../../errors/index.ts';
import { createVariantBuilder, type VariantFailure, variantIdentity } from '../../kernel/index.ts';
import type { KernelDefinition, Workload } from '../../manifest/index.ts';
import type { Laboratory } from './laboratory.ts';
import { RepeatCheck } from './repeat-check.ts';

/** What is wrong with a kernel itself: none of its configurations can be told right or wrong, and others go on without it. */
const faultsOfKernel = new Set(['reference-failed', 'does-not-repeat']);

export function isKernelFault(error: unknown): error is JoulegateError {
  return error instanceof JoulegateError && faultsOfKernel.has(error.code);
}

function doesNotRepeat(kernel: string, workload: string, { message }: VariantFailure): JoulegateError {
  return new JoulegateError(
    'bad-input',
    `The reference of kernel ${kernel} does not repeat itself with ${workload}: ${message}.`,
    {
      code: 'does-not-repeat',
      nextStep:
        'Have it compute the same whenever it is launched; outputs whose order does not matter say so with `check: { as: ... }`.',
    },
  );
}

function doesNotRun(
  what: string,
  { kernel, workload }: CheckReferenceTask,
  failure: VariantFailure,
): JoulegateError {
  return new JoulegateError(
    'bad-input',
    `${what} of kernel ${kernel.name} does not run with ${workload.name}: ${failure.message}`,
    {
      code: 'reference-failed',
      nextStep: 'Start it by hand as `run` has it, type `run 1`, and see; then correct it.',
    },
  );
}

interface CheckReferenceTask {
  readonly laboratory: Pick<Laboratory, 'device' | 'info' | 'openDevice' | 'clock' | 'print'>;
  readonly kernel: KernelDefinition;
  readonly workload: Workload;
}

/**
 * Makes sure, before anything is compared with it, that a kernel's reference repeats itself, and that the default of a program
 * answers at all: waiting in vain for each configuration would take hours. What else fails is told where it is measured.
 * @throws JoulegateError bad-input (`does-not-repeat`, `reference-failed`)
 */
export async function checkReference(task: CheckReferenceTask): Promise<void> {
  const { laboratory, kernel, workload } = task;
  const { device, info } = laboratory;
  const { limits, features } = info;
  const builder = createVariantBuilder({ kernel, workload, limits, features, print: laboratory.print });
  const reference = await builder.reference();
  if (!reference.ok) return;
  const check = new RepeatCheck(laboratory);
  try {
    const repeats = await check.of(reference.value);
    if (repeats.ok && repeats.value !== null) throw doesNotRepeat(kernel.name, workload.name, repeats.value);
    // What a WGSL kernel fails with is told of each configuration, by its place.
    if (!repeats.ok && reference.value.command !== undefined)
      throw doesNotRun('The reference', task, repeats.failure);
  } finally {
    await check.close();
  }
  const shipped = await builder.build(kernel.defaults);
  if (!shipped.ok || shipped.value.command === undefined) return;
  const prepared = await device.prepare(shipped.value);
  if (prepared.ok || prepared.failure.kind !== 'timeout') return;
  const isReference = variantIdentity(shipped.value) === variantIdentity(reference.value);
  throw doesNotRun(isReference ? 'The reference' : 'The default configuration', task, prepared.failure);
}
