import {
  formatConfiguration,
  formatConfigurationChange,
  formatCount,
  formatDuration,
  formatInteger,
} from '../format.ts';
import type { RetunedKernel, RetuneReport } from '../types.ts';
import { isInterrupted, isReplaced } from './facts.ts';
import { resetText } from './window.ts';

const endings: Record<RetunedKernel['stopped'], string> = {
  trials: 'trial budget spent',
  seconds: 'time budget spent',
  converged: 'no more improvement',
  exhausted: 'whole space tried',
  interrupted: 'interrupted',
};

/** What became of a kernel's configuration. */
export type ConfigurationOutcome =
  | 'none-works'
  | 'nothing-to-tune'
  | 'so-far'
  | 'kept'
  | 'first'
  | 'replaced';

/** `so-far`: the best when the run was interrupted, compared with nothing. `first`: there was none before. */
export function configurationOutcome(report: RetuneReport, kernel: RetunedKernel): ConfigurationOutcome {
  const { configuration, previousConfiguration: previous } = kernel;
  if (configuration === null) return 'none-works';
  if (!isReplaced(kernel)) return Object.keys(configuration).length === 0 ? 'nothing-to-tune' : 'kept';
  if (isInterrupted(report)) return 'so-far';
  return previous === null ? 'first' : 'replaced';
}

/** What changed in the configuration; empty if there is none that works. */
export function configurationNote(report: RetuneReport, kernel: RetunedKernel): string {
  const { configuration, previousConfiguration: previous } = kernel;
  const now = formatConfiguration(configuration ?? {});
  switch (configurationOutcome(report, kernel)) {
    case 'none-works':
      return '';
    case 'nothing-to-tune':
      return 'nothing to tune';
    case 'so-far':
      return `best so far ${now}`;
    case 'kept':
      return `keeps ${now}`;
    case 'first':
      return `now ${now}`;
    case 'replaced':
      return formatConfigurationChange(previous ?? {}, configuration ?? {});
  }
}

/** How the search went: `64 trials of 1,024 configurations, 18 measured for energy, 58 s, trial budget spent, seed 7`. */
export function searchNote(kernel: RetunedKernel): string {
  const { spaceSize } = kernel;
  const size = formatCount(spaceSize.value, 'configuration');
  const parts = [
    `${formatCount(kernel.trials, 'trial')} of ${spaceSize.exact ? size : `at least ${size}`}`,
    `${formatInteger(kernel.energyMeasurements)} measured for energy`,
    `${formatDuration(kernel.seconds)}, ${endings[kernel.stopped]}`,
    `seed ${kernel.seed}`,
    ...(kernel.reset === undefined ? [] : [resetText([kernel.reset])]),
  ];
  return parts.join(', ');
}
