// Measures on a simulated GPU with the real sampling, measuring and judging code; everything is seeded and in virtual time.
// usage: node bench/run.mjs measure [--windows N] [--seeds N]
import { parseArgs } from 'node:util';
import { reportAdaptiveLengths } from './adaptive.ts';
import { reportBusyShares } from './busy.ts';
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
if (Number(values.seeds) > 0) await reportVerdicts(Number(values.seeds));
