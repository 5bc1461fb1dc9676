import { type Report, validateReport } from '../schema/index.ts';
import { type FileFormat, readFileOf, writeFileOf } from './file-format.ts';

const format: FileFormat<Report> = {
  title: 'a report',
  schema: 'joulegate-report',
  version: 1,
  maxBytes: 128 * 1024 * 1024,
  expandedLevels: 3,
  validate: validateReport,
  findFault: (report) => {
    const names = new Set<string>();
    for (const { kernel, workload } of report.kernels) {
      const name = JSON.stringify([kernel, workload]);
      if (names.has(name)) return `kernel "${kernel}", workload "${workload}" is there twice`;
      names.add(name);
    }
    return null;
  },
};

/** @throws JoulegateError (bad-input) naming the file and what is wrong. */
export function readReport(path: string): Report {
  return readFileOf(format, path);
}

/** Writes atomically. @throws JoulegateError (bad-input, `cannot-write`). */
export function writeReport(path: string, report: Report): void {
  writeFileOf(format, path, report);
}
