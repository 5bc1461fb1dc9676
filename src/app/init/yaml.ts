import type { Blank, DraftBuffer, DraftKernel, DraftWorkload } from './draft.ts';

const head = `# What Joulegate guards here. FILL IN marks what is empty: \`joulegate validate\` points at each such place until it is
# given. GUESS marks values that run and need not be what ships: with those of your application, what is measured is what ships.
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
  const anchors = new Set<string>();
  return kernels.map((kernel) => `${indented(kernelLines(kernel, anchors), 2)}\n`).join('\n');
}

function indented(lines: readonly string[], by: number): string {
  return lines.map((line) => (line === '' ? '' : ' '.repeat(by) + line)).join('\n');
}

/** `key: value # note`, `key: value # GUESS: note`, or `key: # FILL IN: note`. */
function field<T>(
  key: string,
  { value, note, isGuess }: Blank<T>,
  show: (value: T) => string = String,
): string {
  const remark = note === null ? null : note.replaceAll(/\s+/g, ' ');
  const marked = (word: string) => ` # ${word}${remark === null ? '' : `: ${remark}`}`;
  if (value === null) return `${key}${marked('FILL IN')}`;
  if (isGuess === true) return `${key} ${show(value)}${marked('GUESS')}`;
  return `${key} ${show(value)}${remark === null ? '' : ` # ${remark}`}`;
}

/** Numbers and expressions. */
function counted(value: number | string): string {
  return typeof value === 'number' || /^[\w ()*+/-]+$/.test(value) ? String(value) : JSON.stringify(value);
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

function workloadLines({ anchor, parameters }: DraftWorkload, known: Set<string>): string[] {
  const show = (value: number | boolean | string) =>
    typeof value === 'string' ? text(value) : String(value);
  if (anchor !== null && known.has(anchor)) return [`  workloads: *${anchor}`];
  if (anchor !== null) known.add(anchor);
  const head =
    anchor === null ? '  workloads:' : `  workloads: &${anchor} # once for all kernels of this file`;
  return [
    head,
    ...parameters.map((item, i) => `    ${i === 0 ? '-' : ' '} ${field(`${item.name}:`, item, show)}`),
  ];
}

function kernelLines(kernel: DraftKernel, anchors: Set<string>): string[] {
  const { tunables, passes } = kernel;
  const [only, ...more] = passes;
  const initial = tunables.map(({ name, initial: value }) => field(`${name}:`, { value, note: null }));
  return [
    `${kernel.name}:`,
    ...kernel.notes.map((note) => `  # ${note}`),
    `  source: ${text(kernel.source)}`,
    ...(more.length === 0 && only !== undefined ? [`  entry: ${text(only.entry)}`] : []),
    ...workloadLines(kernel.workload, anchors),
    ...(tunables.length === 0
      ? []
      : [
          '  tunables:',
          ...tunables.map(({ name, values }) => `    ${field(`${name}:`, values, list)}`),
          ...(kernel.constraints.length === 0
            ? []
            : [`  constraints: [${kernel.constraints.map(listed).join(', ')}]`]),
          '  default:',
          ...initial.map((line) => `    ${line}`),
        ]),
    '  buffers:',
    ...kernel.buffers.flatMap(bufferLines).map((line) => `    ${line}`),
    ...(more.length === 0
      ? ['  dispatch:', ...(only?.dispatch ?? []).map((count) => `    ${field('-', count, counted)}`)]
      : [
          '  passes:',
          ...passes.flatMap(({ entry, dispatch }) => [
            `    - entry: ${text(entry)}`,
            '      dispatch:',
            ...dispatch.map((count) => `        ${field('-', count, counted)}`),
          ]),
        ]),
  ];
}

/** An expression in a list of one line. */
function listed(expression: string): string {
  return /[,[\]{}#]/.test(expression) ? JSON.stringify(expression) : expression;
}

function bufferLines(buffer: DraftBuffer): string[] {
  return [
    `${buffer.name}:`,
    ...(buffer.group === 0 ? [] : [`  group: ${buffer.group}`]),
    `  binding: ${buffer.binding}`,
    ...(buffer.isUniform ? ['  kind: uniform'] : []),
    ...(buffer.type === null ? [] : [`  ${field('type:', buffer.type)}`]),
    ...(buffer.length === null ? [] : [`  ${field('length:', buffer.length, counted)}`]),
    ...(buffer.isScratch ? ['  scratch: true'] : []),
    ...(buffer.fill === null ? [] : [`  ${field('fill:', buffer.fill)}`]),
    ...(buffer.check === null ? [] : [`  check: ${buffer.check}`]),
    ...(buffer.values === null
      ? []
      : ['  values:', ...buffer.values.map((value) => `    ${field('-', value, counted)}`)]),
  ];
}
