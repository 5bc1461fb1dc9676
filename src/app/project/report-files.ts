import { join } from 'node:path';
import { ExitCode, JoulegateError } from '../../errors/index.ts';
import { renderHtml, renderMarkdown } from '../../report/index.ts';
import { makeFolder, type Report, writeFileAtomic, writeReport } from '../../store/index.ts';
import type { Host } from '../host.ts';
import { optionalNow } from '../optional.ts';
import { withoutLocalPaths } from './local-paths.ts';
import { absolutePath } from './open-manifest.ts';

/**
 * Makes the folder that a report will go to, before anything is measured: a run of an hour must not end on a typo.
 * @throws JoulegateError bad-input if it cannot be made
 */
export function prepareReportFolder(host: Host, folder: string | undefined): void {
  if (folder === undefined) return;
  try {
    makeFolder(absolutePath(host, folder));
  } catch (error) {
    if (error instanceof JoulegateError) throw error;
    throw new JoulegateError('bad-input', `The folder ${folder} for the report cannot be made.`, {
      code: 'cannot-write',
      nextStep: 'Give --report a folder, or one that may be made.',
      cause: error,
    });
  }
}

/** Where a report goes. */
export interface ReportPlace {
  /** Folder for report.json, report.md and report.html; none unless given. */
  readonly report?: string;
  /**
   * Called with why the report could not be written. Whoever gives it shows the report elsewhere too, so that the exit
   * status stays that of the verdict.
   */
  readonly onReportFault?: (message: string) => void;
}

/**
 * Writes `report.json`, `report.md` and `report.html`, and returns what is in them: the report without paths of this machine. What
 * was measured is not lost with a disk that is full: the report comes back all the same, with a warning, and passes no more unless
 * somebody hears of the fault.
 */
export function writeReportFiles<R extends Report>(host: Host, place: ReportPlace, result: R): R {
  const { report: folder, onReportFault } = place;
  const report = withoutLocalPaths(host, result);
  if (folder === undefined) return report;
  const path = absolutePath(host, folder);
  const faults: string[] = [];
  const warn = (text: string) => void faults.push(withoutLocalPaths(host, text));
  const write = (name: string, work: (file: string) => void) =>
    optionalNow({ cost: `there is no ${name}`, otherwise: false, warn }, () => {
      work(join(path, name));
      return true;
    });
  // Each by itself: figures that cannot be drawn must not cost the data.
  const hasData = write('report.json', (file) => writeReport(file, report));
  write('report.md', (file) => writeFileAtomic(file, renderMarkdown(report)));
  write('report.html', (file) => writeFileAtomic(file, renderHtml(report)));
  if (faults.length === 0) return report;
  onReportFault?.(faults.join(' '));
  const isSaid = hasData || onReportFault !== undefined || report.exitCode !== ExitCode.passed;
  const told = withoutLocalPaths(host, faults);
  const warnings = [...report.warnings.filter((warning) => !told.includes(warning)), ...told];
  return { ...report, exitCode: isSaid ? report.exitCode : ExitCode.badInput, warnings };
}
