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
