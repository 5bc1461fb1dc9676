// Plays the judge on simulated and recorded noise, beside the rules of other tools.
// usage: npm run bench:judge -- [--runs N] [--only TEXT] [--data FOLDER] [--out FILE]
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { measureBars } from './bars.ts';
import { measureDetection } from './detection.ts';
import { noiseModels } from './noise.ts';
import { peerRules } from './peers.ts';
import { recordedModels } from './recorded.ts';
import { barTable, detectionTables, modelTable, ruleTable, untouchedText } from './tables.ts';
import { guardUntouched } from './untouched.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '2000' },
    only: { type: 'string', default: '' },
    data: { type: 'string', default: process.env.JOULEGATE_DATA ?? '../shared/data' },
    out: { type: 'string' },
  },
});

const runs = Number(values.runs);
const recorded = recordedModels(values.data);
for (const path of recorded.missing) console.error(`not there, so not measured: ${values.data}/${path}`);
const models = [...noiseModels, ...recorded.models].filter(({ name }) =>
  values.only.split('|').some((text) => name.includes(text)),
);
const bars = [];
const detection = [];
for (const model of models) {
  console.error(`${model.name} ...`);
  bars.push(measureBars(model, runs));
  detection.push(...measureDetection(model, runs));
}
const untouched = await guardUntouched();
const text = [
  `${runs} runs of everything. Margins: energy 3 %, latency 5 %. Shares in percent; the bars are in the first row, what misses its own is bold.`,
  barTable(bars),
  untouchedText(untouched),
  ...detectionTables(detection),
  modelTable(models),
  ruleTable(peerRules),
].join('\n\n');
console.log(text);
if (values.out !== undefined) {
  const described = models.map(({ name, parameters }) => ({ name, parameters }));
  const result = { runs, missing: recorded.missing, models: described, bars, untouched, detection };
  writeFileSync(`${values.out}.json`, `${JSON.stringify(result, null, 1)}\n`);
  writeFileSync(`${values.out}.md`, `# The judge on simulated and recorded noise\n\n${text}\n`);
}
