import type { Blank, DraftKernel, DraftParameter } from './draft.ts';

/** Values that most kernels run with, by how many a workload asks for: powers of two, and buffers of a few MiB. */
function sizeFor(asked: number): number {
  if (asked === 1) return 4096;
  return asked <= 3 ? 256 : 64;
}

/** Kernels with a value for every size that they ask for, marked as a guess; what is no size stays empty. */
export function withSizes(kernels: readonly DraftKernel[]): readonly DraftKernel[] {
  return kernels.map((kernel) => {
    const { parameters } = kernel.workload;
    const size = sizeFor(parameters.filter(({ value }) => value === null).length);
    const given = <T extends DraftParameter>(blank: T): T =>
      blank.value === null ? { ...blank, value: size, isGuess: true } : blank;
    return { ...kernel, workload: { ...kernel.workload, parameters: parameters.map(given) } };
  });
}

/** Whether nothing of a kernel is left to be filled in. */
export function isComplete({ workload, tunables, buffers, passes }: DraftKernel): boolean {
  const blanks: readonly (Blank<unknown> | null)[] = [
    ...workload.parameters,
    ...tunables.map(({ values }) => values),
    ...buffers.flatMap(({ type, length, fill, values }) => [type, length, fill, ...(values ?? [])]),
    ...passes.flatMap(({ dispatch }) => dispatch),
  ];
  return blanks.every((blank) => blank === null || blank.value !== null);
}
