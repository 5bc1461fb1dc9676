import { appendFileSync } from 'node:fs';
import { type Report, renderMarkdown } from '../report/index.ts';
import type { Runner } from './environment.ts';
import type { Outcome } from './outcome.ts';
import { errorLine } from './plain-line.ts';

/** GitHub refuses a step's summary of more bytes as a whole. */
const maxBytes = 1024 * 1024;

/** Beyond this a summary is no summary; also far from the limit, so that one attempt nearly always does. */
const firstLength = 500_000;

/** The report in at most a mebibyte. Lengths are counted in code units, each of which may take three bytes. */
function withinLimit(report: Report): string {
  let length = firstLength;
  let text = renderMarkdown(report, { maxLength: length });
  while (Buffer.byteLength(text) > maxBytes) {
    length = Math.floor(length / 2);
    text = renderMarkdown(report, { maxLength: length });
  }
  return text;
}

/** Appends a report to the job's summary. */
export function writeJobSummary(
  runner: Pick<Runner, 'summaryPath'>,
  report: Report,
): Outcome<'written' | 'unavailable'> {
  if (runner.summaryPath === null) {
    return { status: 'unavailable', message: 'No job summary: this runner has none.' };
  }
  try {
    appendFileSync(runner.summaryPath, withinLimit(report));
    return { status: 'written', message: 'The job summary has the report.' };
  } catch (error) {
    return { status: 'failed', message: `The job summary could not be written: ${errorLine(error)}` };
  }
}
