import { bestSoFar } from '../best-so-far.ts';
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
function chart(kernel: RetunedKernel): string {
  const { objective } = kernel;
  const { incumbent, points } = bestSoFar(kernel);
  const every = Math.max(1, Math.ceil((points.length - 1) / (maxPoints - 1)));
  // The first and the last are always among them.
  const shown = points.filter((_, at) => at === 0 || (points.length - 1 - at) % every === 0);
  const [first, last] = [shown[0], shown.at(-1)];
  if (first === undefined || last === undefined || shown.length < leastPoints) return '';
  const best = shown.map(({ value }) => value);
  const level = incumbent === null ? [] : shown.map(() => incumbent);
  const { unit, values } = scaled(objective, [...best, ...level]);
  return [
    '```mermaid',
    'xychart-beta',
    `    x-axis "trials" ${first.trial} --> ${last.trial}`,
    `    y-axis "best ${objective}, ${unit}"`,
    `    line [${values.slice(0, best.length).join(', ')}]`,
    ...(level.length === 0 ? [] : [`    line [${values.slice(best.length).join(', ')}]`]),
    '```',
    ...(level.length === 0 ? [] : ['', 'The level line is what shipped before.']),
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
