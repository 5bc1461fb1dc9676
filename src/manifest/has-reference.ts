import type { KernelDefinition } from './types.ts';

type Judged = Pick<KernelDefinition, 'buffers' | 'reference' | 'command'>;

/** Whether a program of its own says what a kernel has to compute; otherwise its default configuration does. */
export function hasReference({ reference, command }: Pick<Judged, 'reference' | 'command'>): boolean {
  return reference !== null || (command?.reference ?? null) !== null;
}

/** Whether a kernel's results are compared with nothing but its own: a fault that its default has is not found. */
export function isSelfJudged(kernel: Judged): boolean {
  const isCompared = kernel.command !== undefined || kernel.buffers.some(({ check }) => check !== null);
  return isCompared && !hasReference(kernel);
}
