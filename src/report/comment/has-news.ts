import { isInterrupted, isQuiet, loosenedNote, wasReplaced } from '../notes/index.ts';
import type { Report } from '../types.ts';

/** Whether a report tells of a change, or of none because the run was stopped: anything but kernels that are identical or unchanged. */
export function hasNews(report: Report): boolean {
  if (isInterrupted(report)) return true;
  if (report.kind === 'retune') {
    return report.kernels.some((kernel) => wasReplaced(report, kernel) || kernel.configuration === null);
  }
  if (report.kind === 'diff') return report.kernels.some(({ status }) => status !== 'identical');
  if (report.verdict === 'failed' || report.verdict === 'could-not-measure') return true;
  if (loosenedNote(report) !== null) return true;
  return report.verdict === 'interrupted' || report.kernels.some((kernel) => !isQuiet(kernel));
}
