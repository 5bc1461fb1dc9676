import { wasReplaced } from '../notes/index.ts';
import type { RetunedKernel, RetuneReport } from '../types.ts';
import { codeMarkdown } from './escape.ts';

/** Kernels with a chart; the page has all. */
const maxCharts = 3;
const maxPoints = 24;
/** A curve of fewer values shows no course. */
const leastPoints = 5;

const joules = [
  [1, 'J'],
  [1e-3, 'mJ'],
  [1e-6, 'µJ'],
] as const;

interface Scaled {
  readonly unit: string;
  readonly values: readonly number[];
}

/** In a unit that leaves numbers people can read; three significant digits. */
function scaled(objective: RetunedKernel['objective'], values: readonly number[]): Scaled {
  const largest = Math.max(...values);
  const [size, unit] =
    objective === 'energy'
      ? (joules.find(([size]) => largest >= size) ?? joules[2])
      : ([1, objective === 'latency' ? 'ms' : 'J s'] as const);
  return { unit, values: values.map((value) => Number((value / size).toPrecision(3))) };
}

/** The best so far over the trials, as a Mermaid chart, which GitHub draws; elsewhere it is a readable list. Empty: nothing to show. */
function chart({ convergence, objective, trials }: RetunedKernel): string {
  const step = trials / Math.max(1, convergence.length);
  const known = convergence.flatMap((value, at) =>
    value === null ? [] : [{ trial: Math.round((at + 1) * step), value }],
  );
  const every = Math.max(1, Math.ceil(known.length / maxPoints));
  const shown = known.filter((_, at) => (known.length - 1 - at) % every === 0);
  const [first, last] = [shown[0], shown.at(-1)];
  if (first === undefined || last === undefined || shown.length < leastPoints) return '';
  const { unit, values } = scaled(
    objective,
    shown.map(({ value }) => value),
  );
  return [
    '```mermaid',
    'xychart-beta',
    `    x-axis "trials" ${first.trial} --> ${last.trial}`,
    `    y-axis "best ${objective}, ${unit}"`,
    `    line [${values.join(', ')}]`,
    '```',
  ].join('\n');
}

/** How the searches went whose result replaced something. */
export function searchCharts(report: RetuneReport): string {
  return report.kernels
    .filter((kernel) => wasReplaced(report, kernel))
    .map((kernel) => ({ kernel, drawn: chart(kernel) }))
    .filter(({ drawn }) => drawn !== '')
    .slice(0, maxCharts)
    .map(
      ({ kernel: { kernel, workload }, drawn }) =>
        `${codeMarkdown(kernel, 100)} ${codeMarkdown(workload, 150)}\n\n${drawn}`,
    )
    .join('\n\n');
}
