import { formatRatio } from '../format.ts';
import { cleanLine } from '../text.ts';
import type { GuardKernel, GuardReport } from '../types.ts';

/** Kernels of which retuning head found a better configuration. */
export function advisedKernels(report: GuardReport): readonly GuardKernel[] {
  return report.suggestion == null ? [] : report.kernels.filter(({ retuned }) => retuned != null);
}

function configurationText(configuration: GuardKernel['configuration']['head']): string {
  return cleanLine(JSON.stringify(configuration ?? {}), 1000);
}

/** What the suggestion changes in the tuned state, one hunk per kernel and workload, as clean lines of a diff. */
export function suggestionDiff(report: GuardReport, maxKernels: number): readonly string[] {
  const { suggestion } = report;
  const advised = advisedKernels(report);
  if (suggestion == null || advised.length === 0) return [];
  const path = cleanLine(suggestion.path, 300);
  const family = report.device?.family ?? '';
  const hunks = advised
    .slice(0, maxKernels)
    .flatMap(({ kernel, workload, configuration, retuned }) => [
      cleanLine(`@@ ${kernel} ${workload} ${family} @@`, 500),
      `-"configuration": ${configurationText(configuration.head)}`,
      `+"configuration": ${configurationText(retuned?.configuration ?? null)}`,
    ]);
  return [`--- ${path}`, `+++ ${path}`, ...hunks];
}

/** What the suggestion is and where the whole of it is, as a clean line. */
export function suggestionNote(report: GuardReport): string {
  const { suggestion } = report;
  const path = cleanLine(suggestion?.path ?? '', 300);
  const whole =
    suggestion?.file == null
      ? 'Run `joulegate retune` to get the whole file.'
      : `The whole file is ${cleanLine(suggestion.file, 300)} beside the report.`;
  return `Retuned head is better with this in ${path}. It is advice: the verdict is on what ships. ${whole}`;
}

/** What a retuned kernel would give, as a clean line; null without advice. */
export function retunedNote(kernel: GuardKernel): string | null {
  const { retuned } = kernel;
  if (retuned == null) return null;
  const energy = kernel.estimated ? 'energy (estimated)' : 'energy';
  const gains = (ratios: Pick<typeof retuned, 'energyRatio' | 'latencyRatio'>) =>
    [
      ratios.energyRatio === null ? null : `${energy} ${formatRatio(ratios.energyRatio)}`,
      ratios.latencyRatio === null ? null : `latency ${formatRatio(ratios.latencyRatio)}`,
    ]
      .filter((gain) => gain !== null)
      .join(', ');
  const overHead = retuned.overHead === undefined ? '' : gains(retuned.overHead);
  return `retuning head would give ${gains(retuned) || 'another configuration'} against base${overHead === '' ? '' : `, ${overHead} against head`}`;
}
