import { codeMarkdown } from './escape.ts';

/** Of a check run's summary GitHub takes 65,535 characters. */
const maxFailureLength = 60_000;
const maxFailureLines = 60;

/**
 * What stands where a report would, when a run ended before there was one. `message` may have several lines; those that
 * would make it longer than GitHub takes are counted.
 */
export function renderFailure(message: string): string {
  const lines = message.split('\n').filter((line) => line.trim() !== '');
  const shown = ['## ⚠️ Joulegate: no verdict'];
  let room = maxFailureLength;
  let left = lines.length;
  for (const line of lines.slice(0, maxFailureLines)) {
    const code = codeMarkdown(line, 300);
    room -= code.length + 2;
    if (room < 0) break;
    if (code !== '') shown.push(code);
    left--;
  }
  if (left > 0) shown.push(`${left} more ${left === 1 ? 'line is' : 'lines are'} in the log.`);
  return shown.join('\n\n');
}
