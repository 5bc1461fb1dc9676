// Replays recorded spaces: ours, ours with parts taken out, random search, plain genetic search, beside peer tuners.
// usage: npm run bench:search -- [--seeds N] [--ablation-seeds N] [--out FILE] [--curves FOLDER] [--part scores|energy|slack|time|transfer|portfolios]
//        [--data FOLDER] [RECORDING[:FIELD]...]
import { parseArgs } from 'node:util';
import { writeCurves } from './curves.ts';
import { compareEnergyRules, energyRecording, energySpaces } from './energy.ts';
import { ownTime } from './own-time.ts';
import { loadPeers } from './peers.ts';
import { leaveOneOut } from './portfolios.ts';
import { replayTrials } from './replay-trials.ts';
import { asMarkdown, writeReport } from './report.ts';
import { scoreSpace } from './scores.ts';
import { searchWithinSlack } from './slack.ts';
import { benchSpaces, loadRecording, spaceOf } from './spaces.ts';
import { compareTransfer } from './transfer.ts';

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

// Energy and latency of the same configurations are in one recording only.
const whole = positionals.length === 0;
const loadEnergy = () => {
  const { file } = spaceOf(energyRecording, values.data);
  return replayTrials(loadRecording(file, { time: 'time', energy: 'ps_energy' }), true);
};
const energy = whole && wants('energy') ? await compareEnergyRules(energySpaces(values.data), seeds) : [];
const slack = whole && wants('slack') ? await searchWithinSlack(loadEnergy(), seeds) : [];
const time = whole && wants('time') ? await ownTime() : [];
const transfer = whole && wants('transfer') ? await compareTransfer(values.data, seeds) : [];
const portfolios = whole && wants('portfolios') ? leaveOneOut(values.data) : [];

const spaces = Object.fromEntries(scored.map(({ result }) => [result.name, result.scores]));
const figures = { spaces, energy, slack, ownTime: time, transfer, portfolios };
console.log(asMarkdown(figures));
if (values.curves !== undefined) writeCurves(values.curves, values.data, scored);
if (values.out !== undefined) writeReport(values.out, figures);
