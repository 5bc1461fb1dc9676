import { formatChange, formatCount } from '../format.ts';
import { kernelVerdictText } from '../notes/index.ts';
import type { GuardKernel, GuardReport } from '../types.ts';
import { escapeMarkdown } from './escape.ts';
import { type MarkdownLimits, subjectCell, table } from './parts.ts';

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

/** What stands in one row of the table: a kernel and workload on all devices. */
function rowOf(kernel: GuardKernel): string {
  return JSON.stringify([plainName(kernel), kernel.workload]);
}

/** Those of `kernels` in whose rows there is nothing to see: a row is shown whole or not at all. */
export function kernelsOfQuietRows(
  kernels: readonly GuardKernel[],
  isQuiet: (kernel: GuardKernel) => boolean,
): readonly GuardKernel[] {
  const loud = new Set(kernels.filter((kernel) => !isQuiet(kernel)).map(rowOf));
  return kernels.filter((kernel) => !loud.has(rowOf(kernel)));
}

type FleetDevice = NonNullable<GuardReport['devices']>[number];

/** The columns there is room for, in the report's order: those on which something fails come first. */
function columnsOf({ devices = [], kernels }: GuardReport): readonly FleetDevice[] {
  const failing = new Set(kernels.filter(({ fails }) => fails).map(({ on }) => on));
  const ranked = [
    ...devices.filter(({ label }) => failing.has(label)),
    ...devices.filter(({ label }) => !failing.has(label)),
  ].slice(0, maxDevices);
  return devices.filter((device) => ranked.includes(device));
}

/** One row per kernel and workload, one column per device. `kernels` are in the order that rows are to have. */
export function fleetTable(
  report: GuardReport,
  kernels: readonly GuardKernel[],
  options: { readonly limits: MarkdownLimits; readonly mark: (kernel: GuardKernel) => string },
): string {
  const devices = columnsOf(report);
  const rest = (report.devices ?? []).length - devices.length;
  const rows = new Map<string, Map<string, GuardKernel>>();
  for (const kernel of kernels) {
    const row = rows.get(rowOf(kernel)) ?? new Map<string, GuardKernel>();
    row.set(kernel.on ?? '', kernel);
    rows.set(rowOf(kernel), row);
  }
  const shown = table({
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
  if (shown === '' || rest === 0) return shown;
  return `${shown}\n\n${formatCount(rest, 'more device')} not shown here; the JSON report has them.`;
}
