// Replays recorded spaces: ours, ours with parts taken out, random search, plain genetic search, beside peer tuners.
// usage: npm run bench:search -- [--seeds N] [--ablation-seeds N] [--out FILE] [--curves FOLDER] [--part scores|energy|slack|time]
//        [--data FOLDER] [RECORDING[:FIELD]...]
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { writeCurves } from './curves.ts';
import { compareEnergyRules, energyRecording } from './energy.ts';
import { ownTime } from './own-time.ts';
import { loadPeers } from './peers.ts';
import { replayTrials } from './replay-trials.ts';
import { scoreSpace } from './scores.ts';
import { searchWithinSlack } from './slack.ts';
import { benchSpaces, loadRecording, spaceOf, tuningSpaces } from './spaces.ts';
import { energyTable, meanTable, scoreTable, slackTable } from './tables.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '5' },
    'ablation-seeds': { type: 'string' },
    out: { type: 'string' },
    curves: { type: 'string' },
    part: { type: 'string', multiple: true },
    data: { type: 'string', default: process.env.JOULEGATE_DATA ?? '../shared/data' },
  },
});

const seeds = Number(values.seeds);
const ablationSeeds = Number(values['ablation-seeds'] ?? values.seeds);
const peers = loadPeers(values.data);
const wants = (part: string) => values.part === undefined || values.part.includes(part);
const progress = (text: string) => process.stderr.write(`${text}\n`);

const scored = [];
if (wants('scores')) {
  for (const benchSpace of benchSpaces(positionals, values.data)) {
    const result = await scoreSpace(benchSpace, { seeds, ablationSeeds, peers });
    scored.push({ benchSpace, result });
    progress(
      `${result.name} ${result.scores.ours.score} ${JSON.stringify(result.scores.ours.percentOfOptimum)}`,
    );
  }
}
const results = scored.map(({ result }) => result);

// Energy and latency of the same configurations are in one recording only.
const whole = positionals.length === 0;
const loadEnergy = () => {
  const { file } = spaceOf(energyRecording, values.data);
  return replayTrials(loadRecording(file, { time: 'time', energy: 'ps_energy' }), true);
};
const energy = whole && wants('energy') ? await compareEnergyRules(loadEnergy(), seeds) : [];
const slack = whole && wants('slack') ? await searchWithinSlack(loadEnergy(), seeds) : [];
const time = whole && wants('time') ? await ownTime() : [];

if (results.length > 0) console.log(`${scoreTable(results)}\n\n${meanTable(results)}\n`);
if (energy.length > 0) console.log(`${energyTable(energy)}\n`);
if (slack.length > 0) console.log(`${slackTable(slack)}\n`);
for (const { objective, points, trials, millisecondsPerTrial } of time) {
  console.log(
    `${objective}: ${millisecondsPerTrial} ms of its own a trial, ${trials} trials of ${points} points`,
  );
}

if (values.curves !== undefined) writeCurves(values.curves, values.data, scored);
if (values.out !== undefined) {
  const report = {
    date: new Date().toISOString().slice(0, 10),
    command: `npm run bench:search -- ${process.argv.slice(2).join(' ')}`.trim(),
    machine: `${process.platform}-${process.arch}, ${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown'}, Node ${process.version}`,
    seeds,
    tunedOn: tuningSpaces,
    spaces: Object.fromEntries(results.map(({ name, scores }) => [name, scores])),
    energy,
    slack,
    ownTime: time,
  };
  mkdirSync(dirname(values.out), { recursive: true });
  writeFileSync(values.out, `${JSON.stringify(report, null, 2)}\n`);
}
