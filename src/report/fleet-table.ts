import { escapeMarkdown } from './escape-markdown.ts';
import { kernelVerdictText } from './facts.ts';
import { formatChange } from './format.ts';
import { type MarkdownLimits, subjectCell, table } from './markdown-parts.ts';
import type { GuardKernel, GuardReport } from './types.ts';

/** GitHub cuts wide tables; the others are in the JSON report. */
const maxDevices = 12;

/** The kernel's own name, without the device that it was measured on. */
function plainName({ kernel, on }: GuardKernel): string {
  const suffix = on === undefined ? '' : ` on ${on}`;
  return suffix !== '' && kernel.endsWith(suffix) ? kernel.slice(0, -suffix.length) : kernel;
}

function cell(kernel: GuardKernel | undefined, mark: (kernel: GuardKernel) => string): string {
  if (kernel === undefined) return '–';
  // The interval is in the notes below the table.
  const change = (ratio: GuardKernel['energyRatio'], what: string) =>
    ratio === null ? [] : [`${what} ${formatChange(ratio.estimate)}`];
  const figures = [...change(kernel.energyRatio, 'energy'), ...change(kernel.latencyRatio, 'latency')];
  return [`${mark(kernel)} ${kernelVerdictText(kernel)}`, ...figures].join('<br>').replaceAll(' ', '\u00a0');
}

/** One row per kernel and workload, one column per device. `kernels` are in the order that rows are to have. */
export function fleetTable(
  report: GuardReport,
  kernels: readonly GuardKernel[],
  options: { readonly limits: MarkdownLimits; readonly mark: (kernel: GuardKernel) => string },
): string {
  const devices = (report.devices ?? []).slice(0, maxDevices);
  const rows = new Map<string, Map<string, GuardKernel>>();
  for (const kernel of kernels) {
    const key = JSON.stringify([plainName(kernel), kernel.workload]);
    const row = rows.get(key) ?? new Map<string, GuardKernel>();
    row.set(kernel.on ?? '', kernel);
    rows.set(key, row);
  }
  return table({
    titles: ['kernel', ...devices.map(({ label }) => escapeMarkdown(label, 60))],
    rightAligned: [],
    rows: [...rows.values()].map((row) => {
      const [first] = row.values() as unknown as [GuardKernel];
      const name = subjectCell({ kernel: plainName(first), workload: first.workload });
      return [
        name + (first.sentinel ? ' (sentinel)' : ''),
        ...devices.map(({ label }) => cell(row.get(label), options.mark)),
      ];
    }),
    maxRows: options.limits.maxRows,
  });
}
