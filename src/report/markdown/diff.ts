import {
  byStatus,
  diffCountsText,
  diffNotes,
  diffStatuses,
  diffTitle,
  notMeasuredText,
  placeText,
} from '../notes/index.ts';
import type { DiffKernel, DiffReport } from '../types.ts';
import { codeMarkdown, escapeMarkdown } from './escape.ts';
import { details, factList, type MarkdownLimits, warningList } from './parts.ts';

function item(kernel: DiffKernel): string {
  const { mark, text } = diffStatuses[kernel.status];
  const place = placeText(kernel);
  const where = place === null ? '' : ` in ${codeMarkdown(place)}`;
  const subject = `**${codeMarkdown(kernel.kernel, 100)}** ${codeMarkdown(kernel.workload, 150)}`;
  const notes = diffNotes(kernel).map((note) => `  - ${escapeMarkdown(note)}`);
  return [`- ${mark} ${subject} ${text}${where}`, ...notes].join('\n');
}

function items(kernels: readonly DiffKernel[], limits: MarkdownLimits): string {
  const shown = kernels.slice(0, limits.maxNotes).map(item);
  const rest = kernels.length - shown.length;
  return [...shown, ...(rest > 0 ? [`- and ${rest} more`] : [])].join('\n');
}

/** Blocks of a report on programs, to be separated by blank lines; empty ones are left out by the caller. */
export function diffBlocks(report: DiffReport, limits: MarkdownLimits): string[] {
  const ordered = byStatus(report.kernels);
  const identical = ordered.filter(({ status }) => status === 'identical');
  const names = identical
    .slice(0, limits.maxRows)
    .map(({ kernel, workload }) => `- ${codeMarkdown(kernel, 100)} ${codeMarkdown(workload, 150)}`);
  const rest = identical.length - names.length;
  return [
    `## ℹ️ Joulegate: ${diffTitle}`,
    `**${diffCountsText(report)}.** ${escapeMarkdown(`${report.reason} ${notMeasuredText}`, 1000)}`,
    items(
      ordered.filter(({ status }) => status !== 'identical'),
      limits,
    ),
    details(
      `${identical.length} identical`,
      [...names, ...(rest > 0 ? [`- and ${rest} more`] : [])].join('\n'),
    ),
    warningList(report, limits),
    factList(report),
  ];
}
