// Measures on a simulated GPU with the real sampling, measuring and judging code; everything is seeded and in virtual time, but
// for the last tries of `rest`.
// usage: node bench/run.mjs measure [PART ...] [--count N]
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { reportAdaptiveLengths } from './adaptive.ts';
import { reportBusyShares } from './busy.ts';
import { reportEqualKernels } from './equal.ts';
import { reportMinutes } from './minutes.ts';
import { reportResponses } from './responses.ts';
import { reportBoardsAtRest } from './rest.ts';
import { readTraces } from './trace.ts';
import { reportTraces } from './traces.ts';
import { reportVerdicts } from './verdicts.ts';
import { reportWindowSpread } from './windows.ts';

const folder = join(process.env.JOULEGATE_DATA ?? '../shared/data', 'power_traces');
const traces = readTraces(folder);
if (traces.length === 0) console.log(`No recorded traces: there are none in ${folder}.`);

/** What can be reported, and how often each is tried unless `--count` says. */
const parts: Readonly<
  Record<string, readonly [count: number, report: (count: number) => void | Promise<void>]>
> = {
  windows: [200, reportWindowSpread],
  adaptive: [200, reportAdaptiveLengths],
  busy: [1, reportBusyShares],
  traces: [1, () => reportTraces(traces)],
  rest: [200, (count) => reportBoardsAtRest(traces, count)],
  responses: [50, reportResponses],
  equal: [200, reportEqualKernels],
  verdicts: [100, reportVerdicts],
  minutes: [20, reportMinutes],
};

const { values, positionals } = parseArgs({ options: { count: { type: 'string' } }, allowPositionals: true });
const names = positionals.length > 0 ? positionals : Object.keys(parts);
for (const name of names) {
  const part = parts[name];
  if (part === undefined) throw new Error(`no part '${name}': name one of ${Object.keys(parts).join(', ')}`);
  await part[1](Number(values.count ?? part[0]));
}
