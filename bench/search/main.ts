// Replays recorded spaces and compares the search with peer tuners.
// usage: npm run bench:search -- [--seeds N] [--trials N] [--only TEXT] [--data FOLDER]
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { reportEnergySearch } from './energy.ts';
import { reportScores } from './scores.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '5' },
    trials: { type: 'string', default: '400' },
    only: { type: 'string', default: '' },
    data: { type: 'string', default: process.env.JOULEGATE_DATA ?? '../shared/data' },
  },
});

const options = {
  data: values.data,
  seeds: Number(values.seeds),
  trials: Number(values.trials),
  only: values.only,
  peers: JSON.parse(readFileSync(join(values.data, 'peers.json'), 'utf8')),
};
await reportScores(options);
await reportEnergySearch(options);
