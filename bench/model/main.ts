// How well the cost model predicts, beside scikit-learn, and what it carries over from one search to the next.
// usage: npm run bench:model -- [--part accuracy|power|transfer]... [--splits N] [--seeds N] [--case TEXT]
//        [--python COMMAND] [--data FOLDER] [--out FILE]
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { compareAccuracy } from './accuracy.ts';
import { transferCases } from './cases.ts';
import { loadDataSets } from './data-sets.ts';
import { powerAccuracy } from './power.ts';
import { ScikitLearn } from './scikit-learn.ts';
import { accuracyTable, powerTable, transferTable } from './tables.ts';
import { compareTransfer } from './transfer.ts';

const { values } = parseArgs({
  options: {
    splits: { type: 'string', default: '5' },
    seeds: { type: 'string', default: '10' },
    /** Only transfers whose name contains this. */
    case: { type: 'string', default: '' },
    part: { type: 'string', multiple: true },
    python: { type: 'string' },
    data: { type: 'string', default: process.env.JOULEGATE_DATA ?? '../shared/data' },
    out: { type: 'string' },
  },
});
const splits = Number(values.splits);
const wants = (part: string) => values.part === undefined || values.part.includes(part);
if (!existsSync(values.data)) {
  process.stderr.write(`${values.data} does not exist: only what needs no recordings of others is run.\n`);
}
const needsData = existsSync(values.data) && (wants('accuracy') || wants('power'));
const dataSets = needsData ? loadDataSets(values.data) : [];

const pythons = values.python === undefined ? ['python3', '/usr/bin/python3'] : [values.python];
const scikit = wants('accuracy') ? await ScikitLearn.open(pythons) : null;
const accuracy = [];
if (wants('accuracy')) {
  for (const dataSet of dataSets) {
    accuracy.push(...(await compareAccuracy(dataSet, scikit, splits)));
    process.stderr.write(`${dataSet.name}\n`);
  }
}
scikit?.close();
const [powerSet] = dataSets;
const power = wants('power') && powerSet !== undefined ? powerAccuracy(powerSet, [50, 100, 400], splits) : [];

const transfer = [];
if (wants('transfer')) {
  for (const transferCase of await transferCases(existsSync(values.data) ? values.data : null)) {
    if (!transferCase.name.includes(values.case)) continue;
    const result = await compareTransfer(transferCase, Number(values.seeds));
    transfer.push(result);
    process.stderr.write(`${JSON.stringify(result)}\n`);
  }
}

if (accuracy.length > 0) {
  console.log(`${accuracyTable(accuracy)}\n`);
  if (scikit === null) {
    console.log('No Python here has scikit-learn: its figures are in bench/results/model.md.\n');
  }
}
if (power.length > 0) console.log(`${powerTable(power)}\n`);
if (transfer.length > 0) console.log(`${transferTable(transfer)}\n`);

if (values.out !== undefined) {
  const report = {
    date: new Date().toISOString().slice(0, 10),
    command: `npm run bench:model -- ${process.argv.slice(2).join(' ')}`.trim(),
    machine: `${process.platform}-${process.arch}, ${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown'}, Node ${process.version}`,
    scikitLearn: scikit?.version ?? null,
    accuracy,
    power,
    transfer,
  };
  mkdirSync(dirname(values.out), { recursive: true });
  writeFileSync(values.out, `${JSON.stringify(report, null, 2)}\n`);
}
