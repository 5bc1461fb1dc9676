import type { Blank, DraftBuffer, DraftKernel } from './draft.ts';

const head = `# What Joulegate guards here. Values marked FILL IN are empty: \`joulegate validate\` points at each until it is given.
version: 1
objective: { minimize: energy, latency-slack: 3% }
gate:
  energy: { margin: 3% }
  latency: { margin: 5% }
kernels:
`;

/** A manifest of these kernels. */
export function draftManifest(kernels: readonly DraftKernel[]): string {
  return head + draftKernels(kernels);
}

/** The entries alone, to be put below `kernels:`. */
export function draftKernels(kernels: readonly DraftKernel[]): string {
  return kernels.map((kernel) => `${indented(kernelLines(kernel), 2)}\n`).join('\n');
}

function indented(lines: readonly string[], by: number): string {
  return lines.map((line) => (line === '' ? '' : ' '.repeat(by) + line)).join('\n');
}

/** `key: value # note`, or `key: # FILL IN: note`. */
function field<T>(key: string, { value, note }: Blank<T>, show: (value: T) => string = String): string {
  const remark = note === null ? null : note.replaceAll(/\s+/g, ' ');
  if (value === null) return `${key} # FILL IN${remark === null ? '' : `: ${remark}`}`;
  return `${key} ${show(value)}${remark === null ? '' : ` # ${remark}`}`;
}

/** Plain where YAML takes it as the text it is, else in double quotes. */
function text(value: string): string {
  return /^[A-Za-z_][\w./-]*$/.test(value) && !/^(?:true|false|null)$/i.test(value)
    ? value
    : JSON.stringify(value);
}

function list(values: readonly (number | boolean | string)[]): string {
  return `[${values.map((value) => (typeof value === 'string' ? text(value) : String(value))).join(', ')}]`;
}

function kernelLines(kernel: DraftKernel): string[] {
  const { tunables } = kernel;
  const initial = tunables.map(({ name, initial: value }) => field(`${name}:`, { value, note: null }));
  return [
    `${kernel.name}:`,
    ...kernel.notes.map((note) => `  # ${note}`),
    `  source: ${text(kernel.source)}`,
    `  entry: ${text(kernel.entry)}`,
    '  workloads:',
    ...kernel.workload.map(
      (item, i) =>
        `    ${i === 0 ? '-' : ' '} ${field(`${item.name}:`, item, (value) => (typeof value === 'string' ? text(value) : String(value)))}`,
    ),
    ...(tunables.length === 0
      ? []
      : [
          '  tunables:',
          ...tunables.map(({ name, values }) => `    ${field(`${name}:`, values, list)}`),
          ...(kernel.constraints.length === 0 ? [] : [`  constraints: [${kernel.constraints.join(', ')}]`]),
          '  default:',
          ...initial.map((line) => `    ${line}`),
        ]),
    '  buffers:',
    ...kernel.buffers.flatMap(bufferLines).map((line) => `    ${line}`),
    '  dispatch:',
    ...kernel.dispatch.map((count) => `    ${field('-', count)}`),
  ];
}

function bufferLines(buffer: DraftBuffer): string[] {
  return [
    `${buffer.name}:`,
    ...(buffer.group === 0 ? [] : [`  group: ${buffer.group}`]),
    `  binding: ${buffer.binding}`,
    ...(buffer.values === null ? [] : ['  kind: uniform']),
    ...(buffer.type === null ? [] : [`  ${field('type:', buffer.type)}`]),
    ...(buffer.length === null ? [] : [`  ${field('length:', buffer.length)}`]),
    ...(buffer.fill === null ? [] : [`  ${field('fill:', buffer.fill)}`]),
    ...(buffer.check === null ? [] : [`  check: ${buffer.check}`]),
    ...(buffer.values === null
      ? []
      : ['  values:', ...buffer.values.map((value) => `    ${field('-', value)}`)]),
  ];
}
