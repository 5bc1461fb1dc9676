// Plays the judge on networks of kernels whose noise and truth are known.
// usage: npm run bench:networks -- [--runs N] [--only TEXT] [--out FILE]
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createRandom } from '../../src/stats/index.ts';
import { noiseModels } from '../judge/noise.ts';
import { measureNetworks } from './bars.ts';
import { networkTable } from './table.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    only: { type: 'string', default: '' },
    out: { type: 'string' },
  },
});

const runs = Number(values.runs);
const models = noiseModels.filter(({ name }) => values.only.split('|').some((text) => name.includes(text)));
const bars = models.flatMap((model) => {
  console.error(`${model.name} ...`);
  return measureNetworks(model, runs, createRandom(23).fork(model.name));
});
const text = `${runs} runs of everything. 40 kernels, margins 3 % of energy and 5 % of latency; a network of all of them, margins 0.5 % of both unless said. Shares in percent; the bars are in the first row.\n\n${networkTable(bars)}`;
console.log(text);
if (values.out !== undefined) {
  writeFileSync(`${values.out}.json`, `${JSON.stringify({ runs, bars }, null, 1)}\n`);
  writeFileSync(
    `${values.out}.md`,
    `# Networks on simulated noise\n\n\`npm run bench:networks -- --runs ${runs} --out ${values.out}\`\n\n${text}\n`,
  );
}
