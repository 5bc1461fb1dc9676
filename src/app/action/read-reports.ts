import { JoulegateError } from '../../errors/index.ts';
import type { CollectedReport, CollectFault } from '../../github/index.ts';
import type { Report, ReportDiff, ReportGuard, ReportRetune } from '../../schema/index.ts';
import { readReport } from '../../store/index.ts';

/** A report that was collected, checked. */
export interface ReadReport<R extends Report = Report> {
  readonly collected: CollectedReport;
  readonly report: R;
}

/** What could be read of what was collected. */
export interface ReadReports {
  readonly reports: readonly ReadReport[];
  readonly faults: readonly CollectFault[];
}

/** A report that cannot be read is a fault with its name, like one that did not come. */
export function readAll(collected: readonly CollectedReport[]): ReadReports {
  const reports: ReadReport[] = [];
  const faults: CollectFault[] = [];
  for (const one of collected) {
    try {
      reports.push({ collected: one, report: readReport(one.file) });
    } catch (error) {
      if (!(error instanceof JoulegateError)) throw error;
      // The path is that of a temporary folder: the name says more.
      const reason = error.message.replaceAll(one.file, 'its report.json');
      faults.push({ kind: 'corrupt', name: one.name, reason });
    }
  }
  return { reports, faults };
}

export function isGuard(read: ReadReport): read is ReadReport<ReportGuard> {
  return read.report.kind === 'guard';
}

export function isDiff(read: ReadReport): read is ReadReport<ReportDiff> {
  return read.report.kind === 'diff';
}

export function isRetune(read: ReadReport): read is ReadReport<ReportRetune> {
  return read.report.kind === 'retune';
}
