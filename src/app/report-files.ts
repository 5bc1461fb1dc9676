import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { renderMarkdown } from '../report/index.ts';
import { type Report, writeFileAtomic, writeReport } from '../store/index.ts';

/** Writes `report.json` and `report.md` into a folder, which is made if need be. */
export function writeReportFiles(folder: string, report: Report): void {
  mkdirSync(folder, { recursive: true });
  writeReport(join(folder, 'report.json'), report);
  writeFileAtomic(join(folder, 'report.md'), renderMarkdown(report));
}
