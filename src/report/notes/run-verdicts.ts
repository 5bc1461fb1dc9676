import type { GuardReport } from '../types.ts';

/** Every verdict of a run: its title, and its colour, which is yellow where the gates decided nothing for sure. */
export const runVerdicts: Readonly<
  Record<GuardReport['verdict'], { readonly title: string; readonly colour: 'green' | 'red' | 'yellow' }>
> = {
  passed: { title: 'passed', colour: 'green' },
  failed: { title: 'failed', colour: 'red' },
  partial: { title: 'passed in part', colour: 'yellow' },
  'nothing-gated': { title: 'nothing gated', colour: 'yellow' },
  environment: { title: 'environment moved', colour: 'yellow' },
  'could-not-measure': { title: 'could not measure', colour: 'yellow' },
  interrupted: { title: 'interrupted', colour: 'yellow' },
};
