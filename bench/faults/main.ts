// Does every fault many times to the built command line and prints what went against its promises. Slow by nature.
// usage: node bench/run.mjs faults [--each N] [--seed N] [--only NAME]
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createRandom } from '../../src/stats/index.ts';
import { faults, inject } from '../../test/support/faults.ts';
import { removeStandIns } from '../../test/support/nvml-stand-in/library.ts';

const { values } = parseArgs({
  options: {
    each: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
  },
});
const random = createRandom(Number(values.seed));
const cli = resolve('dist/cli.js');
let wrong = 0;
console.log('| fault | runs | as promised | seconds a run |\n| --- | --- | --- | --- |');
for (const [name, fault] of Object.entries(faults).filter(([name]) => name.includes(values.only))) {
  const startMs = performance.now();
  const broken: string[] = [];
  for (let i = 0; i < Number(values.each); i++)
    broken.push(...(await inject(fault, random, cli)).slice(0, 1));
  const seconds = (performance.now() - startMs) / 1000 / Number(values.each);
  console.log(
    `| ${name} | ${values.each} | ${Number(values.each) - broken.length} | ${seconds.toFixed(1)} |`,
  );
  for (const fault of broken) console.error(`${name}: ${fault}`);
  wrong += broken.length;
}
removeStandIns();
process.exitCode = wrong === 0 ? 0 : 1;
