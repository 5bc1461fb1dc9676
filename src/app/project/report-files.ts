import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ExitCode, JoulegateError } from '../../errors/index.ts';
import { renderHtml, renderMarkdown } from '../../report/index.ts';
import { type Report, writeFileAtomic, writeReport } from '../../store/index.ts';
import type { Host } from '../host.ts';
import { withoutLocalPaths } from './local-paths.ts';
import { absolutePath } from './open-manifest.ts';

/**
 * Makes the folder that a report will go to, before anything is measured: a run of an hour must not end on a typo.
 * @throws JoulegateError bad-input if it cannot be made
 */
export function prepareReportFolder(host: Host, folder: string | undefined): void {
  if (folder === undefined) return;
  try {
    mkdirSync(absolutePath(host, folder), { recursive: true });
  } catch (error) {
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
 * Writes `report.json`, `report.md` and `report.html`, and returns what is in them: the report without paths of this machine. What was measured is not lost with a disk that is full: the report comes back
 * all the same, with a warning, and passes no more unless somebody hears of the fault.
 */
export function writeReportFiles<R extends Report>(host: Host, place: ReportPlace, result: R): R {
  const { report: folder, onReportFault } = place;
  const report = withoutLocalPaths(host, result);
  if (folder === undefined) return report;
  const path = absolutePath(host, folder);
  try {
    writeReport(join(path, 'report.json'), report);
    writeFileAtomic(join(path, 'report.md'), renderMarkdown(report));
    writeFileAtomic(join(path, 'report.html'), renderHtml(report));
    return report;
  } catch (error) {
    if (!(error instanceof JoulegateError)) throw error;
    onReportFault?.(error.message);
    const isSaid = onReportFault !== undefined || report.exitCode !== ExitCode.passed;
    const message = withoutLocalPaths(host, error.message);
    const warnings = [...report.warnings.filter((warning) => warning !== message), message];
    return { ...report, exitCode: isSaid ? report.exitCode : error.exitCode, warnings };
  }
}
