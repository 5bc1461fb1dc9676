import type { Call, NetworkSummary } from '../../graph/index.ts';
import { cleanLine } from '../../report/index.ts';

/** A network as it goes into a manifest. */
export interface DraftNetwork {
  readonly name: string;
  readonly summary: NetworkSummary;
}

/** A kernel with the workloads that networks call; what it is compared by is the call as JSON. */
export interface DraftKernel {
  readonly name: string;
  readonly operator: string;
  readonly calls: readonly Call[];
}

/** Most workloads of a kernel that a manifest takes. */
const maxWorkloads = 64;

export function keyOf(call: Call): string {
  return JSON.stringify(call);
}

/** One kernel per operator, or several where it has more workloads than one takes. Those of all networks together. */
export function draftKernels(prefix: string, networks: readonly DraftNetwork[]): readonly DraftKernel[] {
  const operators = new Map<string, Map<string, Call>>();
  for (const { summary } of networks) {
    for (const { call } of summary.calls) {
      const calls = operators.get(call.operator) ?? new Map<string, Call>();
      operators.set(call.operator, calls.set(keyOf(call), call));
    }
  }
  return [...operators].flatMap(([operator, byKey]) => {
    const calls = [...byKey.values()];
    return Array.from({ length: Math.ceil(calls.length / maxWorkloads) }, (_, part) => ({
      name: `${prefix}-${operator}${part === 0 ? '' : `-${part + 1}`}`,
      operator,
      calls: calls.slice(part * maxWorkloads, (part + 1) * maxWorkloads),
    }));
  });
}

/** A percentage as a manifest takes it, never more than it is. */
export function percentOf(share: number): string {
  return `${(Math.floor(Math.min(1, share + 1e-12) * 1000) / 10).toFixed(1)}%`;
}

/** What a comment says of calls. */
function weightOf({ times, from, macs, bytes }: NetworkSummary['calls'][number]): string {
  return `${times} x ${from.join(', ')}: ${percentOf(macs)} of MACs, ${percentOf(bytes)} of bytes`;
}

/** Lines below `kernels:`. */
export function kernelLines(
  kernels: readonly DraftKernel[],
  networks: readonly DraftNetwork[],
): readonly string[] {
  const weights = new Map<string, string[]>();
  for (const { name, summary } of networks) {
    for (const called of summary.calls) {
      const key = keyOf(called.call);
      const whose = networks.length === 1 ? '' : `${name}: `;
      weights.set(key, [...(weights.get(key) ?? []), whose + weightOf(called)]);
    }
  }
  return kernels.flatMap(({ name, operator, calls }) => [
    `  ${name}:`,
    `    operator: ${operator}`,
    '    workloads:',
    ...calls.map((call) => {
      const parameters = Object.entries(call.parameters).map(([key, value]) => `${key}: ${value}`);
      return `      - { ${parameters.join(', ')} } # ${cleanLine((weights.get(keyOf(call)) ?? []).join('; '), 200)}`;
    }),
  ]);
}

/**
 * Lines below `networks:`.
 * @param workloads names of workloads, by kernel and in the order of its calls
 */
export function networkLines(
  networks: readonly DraftNetwork[],
  kernels: readonly DraftKernel[],
  workloads: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  return networks.flatMap(({ name, summary }) => {
    const times = new Map(summary.calls.map((called) => [keyOf(called.call), called.times]));
    const { covers, macs } = summary;
    return [
      `  ${name}:`,
      ...leftOutLines(summary),
      '    calls:',
      ...kernels.flatMap((kernel) => {
        const called = kernel.calls.flatMap((call, at) => {
          const number = times.get(keyOf(call));
          return number === undefined ? [] : [{ number, workload: workloads.get(kernel.name)?.[at] ?? '' }];
        });
        if (called.length === 0) return [];
        if (kernel.calls.length === 1) return [`      ${kernel.name}: ${called[0]?.number}`];
        return [
          `      ${kernel.name}:`,
          ...called.map(({ number, workload }) => `        ${JSON.stringify(workload)}: ${number}`),
        ];
      }),
      `    covers: { ${macs === 0 ? '' : `macs: ${percentOf(covers.macs)}, `}bytes: ${percentOf(covers.bytes)} }`,
    ];
  });
}

/** Most kinds of work that a comment names. */
const maxNamed = 12;

/** What the calls leave out, as comments. */
function leftOutLines({ leftOut, notCounted }: NetworkSummary): string[] {
  const lines = leftOut
    .slice(0, maxNamed)
    .map(
      ({ operator, reason, times, macs, bytes }) =>
        `    # not covered: ${times} x ${operator} (${percentOf(macs)} of MACs, ${percentOf(bytes)} of bytes): ${reason}`,
    );
  return [
    ...lines,
    ...(leftOut.length > maxNamed ? [`    # not covered: and ${leftOut.length - maxNamed} more`] : []),
    ...(notCounted > 0
      ? [`    # not counted in any share: ${notCounted} operators whose shapes are not known`]
      : []),
  ];
}

/** What a new manifest begins with. */
export function headOf(source: string, command: string): string {
  return `# Kernels and networks of ${cleanLine(source, 200)}, written by \`joulegate import ${command}\`. Each kernel is an operator of the
# library with the sizes that the file asks for; what it computes with is made up, and layouts are the operator's own.
version: 1
objective: { minimize: energy, latency-slack: 3% }
gate:
  energy: { margin: 3% }
  latency: { margin: 5% }
`;
}
