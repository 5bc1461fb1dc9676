import { byAttention } from '../../manifest/index.ts';
import type { ReportGuard } from '../../schema/index.ts';

/** As many kernels and workloads as a report may list. */
const maxRows = 32_000;

/** A report with room for its rows: what is left out was judged and counted all the same, and a warning says how much. */
export function fitRows(report: ReportGuard): ReportGuard {
  const excess = report.kernels.length - maxRows;
  if (excess <= 0) return report;
  const leaving = new Set(
    report.kernels
      .map(({ verdict }, at) => ({ at, verdict }))
      .sort((a, b) => byAttention(b.verdict, a.verdict) || b.at - a.at)
      .slice(0, excess)
      .map(({ at }) => at),
  );
  const warning = `${excess} kernels with workloads, identical or unchanged ones first, are judged and counted and not listed: a report has room for ${maxRows}.`;
  return {
    ...report,
    kernels: report.kernels.filter((_, at) => !leaving.has(at)),
    warnings: [warning, ...report.warnings].slice(0, 1000),
  };
}
