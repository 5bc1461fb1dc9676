import { failuresText, isReplaced } from './facts.ts';
import { formatConfiguration, formatConfigurationChange, formatCount, formatDuration } from './format.ts';
import type { RetunedKernel } from './types.ts';

/** Which configuration it is now, and what it was. */
export function configurationNote(kernel: RetunedKernel): string {
  const { configuration, previousConfiguration: previous } = kernel;
  if (configuration === null) return 'no configuration works';
  if (!isReplaced(kernel)) return `keeps ${formatConfiguration(configuration)}`;
  if (previous === null) return `now ${formatConfiguration(configuration)}`;
  return formatConfigurationChange(previous, configuration);
}

/** How the search went: `64 trials, 18 measured for energy, of 1,024 configurations, in 58 s (trials)`. */
export function searchNote(kernel: RetunedKernel): string {
  const { spaceSize } = kernel;
  const size = formatCount(spaceSize.value, 'configuration');
  const failures = failuresText(kernel);
  const parts = [
    `${formatCount(kernel.trials, 'trial')} of ${spaceSize.exact ? size : `at least ${size}`}`,
    `${kernel.energyMeasurements.toLocaleString('en-US')} measured for energy`,
    `${formatDuration(kernel.seconds)}, ended by: ${kernel.stopped}`,
    `seed ${kernel.seed}`,
  ];
  return failures === '' ? parts.join(', ') : `${parts.join(', ')}; failed: ${failures}`;
}
