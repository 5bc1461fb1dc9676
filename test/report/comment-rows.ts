import {
  type CommentOptions,
  type GuardReport,
  type ReportOrigin,
  rowOfReport,
} from '../../src/report/index.ts';

/** Where the comments of these tests are. */
export const place: CommentOptions = {
  manifest: 'joulegate.yaml',
  repositoryUrl: 'https://github.com/octo/kernels',
  sourcePath: 'blob',
};

export const origin: ReportOrigin = {
  workflow: 'Joulegate',
  job: 'guard',
  leg: null,
  head: 'a'.repeat(40),
  run: 42,
  attempt: 1,
  artifact: null,
  folder: '',
  notes: [],
};

/** What a leg says of a report. */
export function rowOf(report: GuardReport, changes: Partial<ReportOrigin> = {}) {
  return rowOfReport(report, { ...origin, ...changes });
}
