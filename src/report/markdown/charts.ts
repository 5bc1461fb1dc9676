import { bestSoFar } from '../best-so-far.ts';
import { objectiveUnit } from '../format.ts';
import { wasReplaced } from '../notes/index.ts';
import type { RetunedKernel, RetuneReport } from '../types.ts';
import { codeMarkdown } from './escape.ts';

/** Kernels with a chart; the page has all. */
const maxCharts = 3;
const maxPoints = 24;
/** A curve of fewer values shows no course. */
const leastPoints = 5;

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
  const [unit, size] = objectiveUnit(objective, Math.max(...best, ...level));
  const values = [...best, ...level].map((value) => Number((value / size).toPrecision(3)));
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
