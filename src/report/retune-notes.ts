import { failuresText, isReplaced } from './facts.ts';
import {
  formatConfiguration,
  formatConfigurationChange,
  formatCount,
  formatDuration,
  formatInteger,
} from './format.ts';
import type { RetunedKernel } from './types.ts';

const endings: Record<RetunedKernel['stopped'], string> = {
  trials: 'trial budget spent',
  seconds: 'time budget spent',
  converged: 'no more improvement',
  exhausted: 'whole space tried',
  interrupted: 'interrupted',
};

/** What changed in the configuration; empty if there is none that works. */
export function configurationNote(kernel: RetunedKernel): string {
  const { configuration, previousConfiguration: previous } = kernel;
  if (configuration === null) return '';
  if (!isReplaced(kernel)) return `keeps ${formatConfiguration(configuration)}`;
  if (previous === null) return `now ${formatConfiguration(configuration)}`;
  return formatConfigurationChange(previous, configuration);
}

/** How the search went: `64 trials, 18 measured for energy, of 1,024 configurations, 58 s, trial budget spent, seed 7; failed: compile 2`. */
export function searchNote(kernel: RetunedKernel): string {
  const { spaceSize } = kernel;
  const size = formatCount(spaceSize.value, 'configuration');
  const failures = failuresText(kernel);
  const parts = [
    `${formatCount(kernel.trials, 'trial')} of ${spaceSize.exact ? size : `at least ${size}`}`,
    `${formatInteger(kernel.energyMeasurements)} measured for energy`,
    `${formatDuration(kernel.seconds)}, ${endings[kernel.stopped]}`,
    `seed ${kernel.seed}`,
  ];
  return failures === '' ? parts.join(', ') : `${parts.join(', ')}; failed: ${failures}`;
}
