// Measures on a simulated GPU with the real sampling, measuring and judging code; everything is seeded and in virtual time.
// usage: node bench/run.mjs measure [--windows N] [--seeds N]
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { reportAdaptiveLengths } from './adaptive.ts';
import { reportBusyShares } from './busy.ts';
import { reportMinutes } from './minutes.ts';
import { reportResponses } from './responses.ts';
import { reportTraces } from './traces.ts';
import { reportVerdicts } from './verdicts.ts';
import { reportWindowSpread } from './windows.ts';

const { values } = parseArgs({
  options: {
    windows: { type: 'string', default: '200' },
    seeds: { type: 'string', default: '100' },
  },
});

await reportWindowSpread(Number(values.windows));
await reportAdaptiveLengths(Number(values.windows));
await reportBusyShares();
reportTraces(join(process.env.JOULEGATE_DATA ?? '../shared/data', 'power_traces'));
if (Number(values.seeds) > 0) {
  await reportResponses(Math.ceil(Number(values.seeds) / 2));
  await reportVerdicts(Number(values.seeds));
  await reportMinutes(Number(values.seeds));
}
