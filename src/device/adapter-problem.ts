import { JoulegateError } from '../errors/index.ts';
import type { OpenResult } from './protocol.ts';

type OpenProblem = Extract<OpenResult, { ok: false }>;

/** What to do about an adapter that could not be opened. */
export function adapterNextStep({ problem, nextStep = null }: OpenProblem): string {
  if (nextStep !== null) return nextStep;
  switch (problem) {
    case 'no-dawn':
      return 'Install the npm package webgpu in the folder of Joulegate.';
    case 'no-adapter':
      return 'Install a Vulkan driver of your GPU, or mesa-vulkan-drivers for a software adapter; joulegate doctor shows what was found.';
    case 'adapter-not-found':
      return 'Give a part of the name of one of the adapters that are there.';
    case 'no-device':
      return 'Update the GPU driver; joulegate doctor shows what was found.';
  }
}

/** The problem as the user sees it. */
export function adapterError(result: OpenProblem): JoulegateError {
  const there = result.adapters.length > 0 ? ` (there are: ${result.adapters.join('; ')})` : '';
  return new JoulegateError(
    'could-not-measure',
    `No GPU adapter could be opened: ${result.message}${there}.`,
    {
      code: result.problem,
      nextStep: adapterNextStep(result),
    },
  );
}
