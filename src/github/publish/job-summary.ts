import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { type Report, renderMarkdown } from '../../report/index.ts';
import type { Outcome } from '../outcome.ts';
import { errorLine } from '../plain-line.ts';
import type { Runner } from '../run/index.ts';

/** GitHub refuses a step's summary of more than a mebibyte as a whole. A code unit takes three bytes of UTF-8 at most. */
const maxLength = Math.floor((1024 * 1024) / 3);

/** Appends Markdown, of at most a mebibyte, to the job's summary. */
export function appendJobSummary(
  runner: Pick<Runner, 'summaryPath'>,
  text: string,
): Outcome<'written' | 'unavailable'> {
  if (runner.summaryPath === null) {
    return { status: 'unavailable', message: 'No job summary: this runner has none.' };
  }
  try {
    appendFileSync(runner.summaryPath, text);
    return { status: 'written', message: 'The job summary has the report.' };
  } catch (error) {
    return { status: 'failed', message: `The job summary could not be written: ${errorLine(error)}` };
  }
}

/**
 * Appends a report to the job's summary.
 * @param earlier what was appended of the same run before, and is replaced; nothing unless given
 */
export function writeJobSummary(
  runner: Pick<Runner, 'summaryPath'>,
  report: Report,
  earlier?: Report,
): Outcome<'written' | 'unavailable'> {
  if (earlier !== undefined) cutOff(runner, renderMarkdown(earlier, { maxLength }));
  return appendJobSummary(runner, renderMarkdown(report, { maxLength }));
}

/** Where the summary does not end with it, all of it stays. */
function cutOff({ summaryPath }: Pick<Runner, 'summaryPath'>, end: string): void {
  if (summaryPath === null) return;
  const text = readFileSync(summaryPath, 'utf8');
  if (text.endsWith(end)) writeFileSync(summaryPath, text.slice(0, text.length - end.length));
}
