// What the cost model says of changes of programs, beside what they did on software adapters; both as recorded, so that nothing is
// measured unless asked.
// usage: node bench/run.mjs changes [--measure FILE [--turns N] [--configurations N] [--kernel NAME]] [--seeds N]
//        node bench/run.mjs changes --guard FILE [--kernel NAME] [--most N]
import { parseArgs } from 'node:util';
import { featureNames } from '../../src/kernel/index.ts';
import { fitWorkCosts } from '../../src/model/index.ts';
import { countAll } from './counted.ts';
import { costRowsOf, tellDirections } from './direction.ts';
import { guardChanges } from './guard.ts';
import { guardTable } from './guard-table.ts';
import { measureChanges } from './measure.ts';
import { loadRecordings } from './recording.ts';
import { ofCold, searchOthers } from './transfer.ts';

const { values } = parseArgs({
  options: {
    /** Measures what is missing in this recording instead. */
    measure: { type: 'string' },
    turns: { type: 'string', default: '14' },
    configurations: { type: 'string', default: '80' },
    kernel: { type: 'string' },
    /** Has the guard judge what this recording has no verdict for instead, at most so many. */
    guard: { type: 'string' },
    most: { type: 'string', default: '1000' },
    /** Seeds of the searches of each kernel with what the others taught; 0: none. */
    seeds: { type: 'string', default: '8' },
  },
});

const percent = (share: number) => `${(100 * share).toFixed(0)} %`;

if (values.guard !== undefined) {
  await guardChanges(values.guard, values.kernel, Number(values.most));
} else if (values.measure === undefined) {
  for (const recording of loadRecordings()) {
    const { rows, changes } = await countAll(recording);
    const { counts, directions, told } = tellDirections(rows, changes, recording.family);
    console.log(`## ${recording.device}, ${recording.date}\n`);
    console.log(
      `${rows.length} configurations, ${changes.length} changes: ${counts.beyond} beyond 10 % and twice their error (${percent(counts.slower)} slower), ${counts.quiet} under 3 %, ${counts.equal} with equal programs.\n`,
    );
    console.log(
      '| predictor | told of | direction right | always slower, of the same | of slower | of faster | quiet ones called | median error | equal ones told apart |',
    );
    console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |');
    for (const one of directions) {
      console.log(
        `| ${one.predictor} | ${percent(one.coverage)} | ${one.right.toFixed(2)} | ${one.slower.toFixed(2)} | ${one.slowerRight.toFixed(2)} | ${one.fasterRight.toFixed(2)} | ${percent(one.falseCalls)} | ${percent(one.medianError)} | ${one.unequal} |`,
      );
    }
    const costs = fitWorkCosts(costRowsOf(rows, recording.family), featureNames)?.costs ?? [];
    const addition = costs[0]?.nanoseconds ?? 1;
    console.log(
      `\nIn float additions (${addition.toPrecision(2)} ns of a launch): ${costs.map(({ what, nanoseconds }) => `${what} ${(nanoseconds / addition).toPrecision(2)}`).join(', ')}.\n`,
    );
    if ((recording.guarded ?? []).length > 0) console.log(guardTable(recording, changes, told));
    if (values.seeds === '0') continue;
    const results = await searchOthers(rows, recording, Number(values.seeds));
    console.log(
      '| kernel | configurations | cold | with what the others taught | of cold | inverted, of cold |\n| --- | --- | --- | --- | --- | --- |',
    );
    for (const { name, configurations, cold, cached, inverted } of results) {
      console.log(
        `| ${name} | ${configurations} | ${cold} | ${cached} | ${(cached / cold).toFixed(2)} | ${(inverted / cold).toFixed(2)} |`,
      );
    }
    console.log(`\nGeometric mean: ${ofCold(results).toFixed(2)} of cold.\n`);
  }
} else {
  await measureChanges({
    ...{ path: values.measure, turns: Number(values.turns), configurations: Number(values.configurations) },
    only: values.kernel,
  });
}
process.exit(0);
