// Shows on a machine with a GPU what Joulegate claims: see README.md beside this file.
// usage: npm run gpu:acceptance -- --out DIR [--minutes N] [--steps a,b] [--tiny] [--device gpu|software] [--meter NAME]
import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Step } from './context.ts';
import { LedgerFile } from './ledger.ts';
import { runSteps } from './run-steps.ts';
import { fullSizes, tinySizes } from './sizes.ts';
import { correctness } from './steps/correctness.ts';
import { guard } from './steps/guard.ts';
import { rates } from './steps/rates.ts';
import { recordings } from './steps/recordings.ts';
import { retuning } from './steps/retuning.ts';
import { sensor } from './steps/sensor.ts';
import { summarise } from './summary.ts';

const allSteps: readonly Step[] = [sensor, correctness, recordings, retuning, guard, rates];
const startMs = performance.now();

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    minutes: { type: 'string', default: '60' },
    steps: { type: 'string', default: allSteps.map(({ name }) => name).join(',') },
    tiny: { type: 'boolean', default: false },
    device: { type: 'string', default: 'gpu' },
    meter: { type: 'string', default: 'auto' },
  },
});

function refuse(message: string): never {
  console.error(`gpu:acceptance: ${message}`);
  process.exit(2);
}

if (values.out === undefined) refuse('needs --out DIR, which a later call goes on in');
const minutes = Number(values.minutes);
if (!(minutes > 0)) refuse(`--minutes is "${values.minutes}", but must be a number above 0`);
const steps = values.steps.split(',').map((name) => {
  const step = allSteps.find((one) => one.name === name.trim());
  return step ?? refuse(`there is no step "${name}": ${allSteps.map((one) => one.name).join(', ')}`);
});
const out = resolve(values.out);
const { version } = JSON.parse(await readFile('package.json', 'utf8'));
const sizes = values.tiny ? tinySizes : fullSizes;
const file = new LedgerFile(out, {
  tool: `joulegate ${version}`,
  node: process.versions.node,
  size: sizes.name,
});
const writeSummary = () => writeFileSync(join(out, 'acceptance.md'), summarise(file.ledger, allSteps));
const left = await runSteps(steps, {
  file,
  out,
  sizes,
  deadlineMs: startMs + minutes * 60_000,
  laboratory: ['--device', values.device, '--meter', values.meter],
  say: (line) => console.error(line),
  onUnit: writeSummary,
});
writeSummary();
console.log(summarise(file.ledger, allSteps));
if (left.length > 0) {
  console.log(`Left for the next call with the same --out: ${left.join(', ')}.`);
  process.exitCode = 1;
}
