import { formatConfiguration } from '../format.ts';
import { cleanLine } from '../text.ts';
import type { RetunedKernel } from '../types.ts';

type FailureExample = RetunedKernel['failureExamples'][number];

/** `kernels/a.wgsl:12: struct member zz not found (WG=64)`. */
function exampleText(example: FailureExample): string {
  const { file, line } = example;
  const place = file === null ? '' : cleanLine(line === null ? file : `${file}:${line}`, 200);
  const configuration = cleanLine(formatConfiguration(example.configuration), 300);
  // Lines that are shown of a program need lines of their own.
  const message = example.message.replace(/\n +\d+ \|[\s\S]*$/, '');
  const what = [place, cleanLine(message, 400)].filter((part) => part !== '').join(': ');
  return configuration === '' ? what : `${what} (${configuration})`;
}

/**
 * How many configurations failed and why, most frequent kind first, as clean lines: one for every kind with an example,
 * `failed: compile 2, e.g. kernels/a.wgsl:12: struct member zz not found (WG=64)`, and one for all kinds without.
 */
export function failureNotes(kernel: RetunedKernel): readonly string[] {
  const kinds = Object.entries(kernel.failures).sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const notes: string[] = [];
  const others: string[] = [];
  for (const [kind, count] of kinds) {
    const text = cleanLine(`${kind} ${count}`, 120);
    const example = kernel.failureExamples.find((one) => one.kind === kind);
    if (example === undefined) others.push(text);
    else notes.push(`failed: ${text}, e.g. ${exampleText(example)}`);
  }
  return others.length === 0 ? notes : [...notes, `failed: ${others.join(', ')}`];
}
