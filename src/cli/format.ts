import type { NetworkSummary } from '../app/index.ts';
import type { NamedExtension, VariantFailure } from '../kernel/index.ts';

/** `1 kernel`, `2 kernels`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** `kernels/a.wgsl:3:1: `, or nothing. */
export function failurePlace({ file, line, column }: VariantFailure): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  return place === '' ? '' : `${place}: `;
}

/** `kernels/a.wgsl:1:8: softmax enables f16 (feature shader-f16)`. */
export function needText({
  kernel,
  file,
  line,
  column,
  extension,
  feature,
}: NamedExtension & { kernel: string }): string {
  const needs = feature === null ? '' : ` (feature ${feature})`;
  return `${file}:${line}:${column}: ${kernel} enables ${extension}${needs}`;
}

/** What is to be said of launches that change what they read. */
export function changingText(changed: {
  readonly buffers: readonly string[];
  readonly betweenLaunches: 'reset' | 'keep';
}): string {
  const names = changed.buffers.map((name) => `\`${name}\``).join(', ');
  return changed.betweenLaunches === 'reset'
    ? `launches change ${names}: each starts from the described contents (between-launches: reset)`
    : `launches change ${names}: each goes on from what the last one left, and only the first has the described contents (between-launches: keep)`;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}

/** `network decoder: 2 kernels, 3 workloads; 48 launches of kernels, 64 dispatches per inference; ...` */
export function networkText({
  network,
  kernels,
  workloads,
  calls,
  dispatches,
  covers,
  margins,
}: NetworkSummary): string {
  const number = (one: number) => one.toLocaleString('en', { maximumFractionDigits: 2 });
  const launched = `${number(calls)} launches of kernels, ${dispatches === null ? 'an unknown number of' : number(dispatches)} dispatches per inference`;
  const shares = [
    ...(covers.macs === null ? [] : [`${percent(covers.macs)} of its MACs`]),
    ...(covers.bytes === null ? [] : [`${percent(covers.bytes)} of its bytes`]),
  ];
  const covered = shares.length === 0 ? '' : `; covers ${shares.join(', ')}`;
  const gate = `margins ${percent(margins.energy)} of energy, ${percent(margins.latency)} of latency`;
  return `network ${network}: ${count(kernels, 'kernel')}, ${count(workloads, 'workload')}; ${launched}${covered}; ${gate}`;
}

export function formatJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Rows as aligned columns; the columns named in `right` are numbers. */
export function columns(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          right.includes(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** What a recording holds. */
export function recordingText(summary: {
  readonly out: string;
  readonly configurations: number;
  readonly kernel: string;
  readonly device: string;
  readonly failures: number;
  readonly energyMeasurements: number;
}): string {
  const { out, configurations, kernel, device, failures, energyMeasurements } = summary;
  return `${out}: ${count(configurations, 'configuration')} of ${kernel} on ${device}, ${count(failures, 'failure')}, ${energyMeasurements} with energy\n`;
}
