// What tuning the paper's operators is worth on this machine's adapter: the best one found against the default and the median
// valid configuration, side by side in one run; beside TensorFlow.js where a folder has its packages.
// usage: npm run bench:operators -- [--operator NAME --sizes JSON] [--sample N] [--trials N] [--seconds N] [--seed N]
//        [--tfjs FOLDER] [--out FILE]
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { findDriver, openWebgpuDevice } from '../../src/device/index.ts';
import { createVariantBuilder, type Variant } from '../../src/kernel/index.ts';
import { createTrials, type Device, measureLatency, measureOptions } from '../../src/measure/index.ts';
import { runSearch } from '../../src/search/index.ts';
import { type Configuration, configurationId } from '../../src/space/index.ts';
import { createRandom, median } from '../../src/stats/index.ts';
import { defineCase, type OperatorCase, paperCases } from './cases.ts';
import { comparePeer, openPeer, type PeerResult } from './peer.ts';

const { values } = parseArgs({
  options: {
    operator: { type: 'string' },
    sizes: { type: 'string', default: '{}' },
    sample: { type: 'string', default: '15' },
    trials: { type: 'string', default: '96' },
    seconds: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    tfjs: { type: 'string' },
    out: { type: 'string' },
  },
});
const cases: readonly OperatorCase[] =
  values.operator === undefined
    ? paperCases
    : [{ title: values.operator, operator: values.operator, sizes: JSON.parse(values.sizes) }];

// The GPU process knows nothing of operators, so the built one will do.
const workerPath = resolve('dist/worker.js');
const cacheFolder = resolve('node_modules/.cache/joulegate-bench/drivers');
const driver = await findDriver({ workerPath, environment: process.env, cacheFolder });
const clock = { nowMs: () => performance.now() };
const turns = 7;

interface Worth {
  readonly case: string;
  readonly configurations: number;
  readonly trials: number;
  readonly best: string;
  /** Time of the default over the best one's. */
  readonly overDefault: number;
  /** Time of the median valid configuration over the best one's. */
  readonly overMedian: number;
  readonly peer: PeerResult | null;
}

/** Medians of ratios to the first variant, all of them timed in turns: on a shared machine moments differ more than variants. */
async function sideBySide(device: Device, variants: readonly Variant[]): Promise<readonly number[]> {
  const { time } = measureOptions({ device: device.info, meter: null, purpose: 'search' });
  const ratios: number[][] = variants.map(() => []);
  for (let turn = 0; turn < turns; turn++) {
    const timed: (number | null)[] = [];
    for (const variant of variants) {
      const outcome = await measureLatency({ device, variant, options: time });
      timed.push(outcome.ok ? outcome.value.medianMs : null);
    }
    const [first] = timed;
    timed.forEach((latencyMs, i) => {
      if (latencyMs !== null && first != null) ratios[i]?.push(latencyMs / first);
    });
  }
  return ratios.map(median);
}

async function measureWorth(device: Device, one: OperatorCase): Promise<{ worth: Worth; best: Variant }> {
  // What TensorFlow.js asks its device for.
  const common = values.tfjs === undefined ? {} : { has_subgroups: false, has_f16: false };
  const limits = { ...device.info.limits, ...common };
  const { kernel, workload, space } = defineCase(one, limits);
  const builder = createVariantBuilder({ kernel, workload, limits });
  const options = measureOptions({ device: device.info, meter: null, purpose: 'search' });
  const trials = createTrials({ device, meter: null, builder, options, clock });
  const random = createRandom(Number(values.seed));

  const sampled: { readonly configuration: Configuration; readonly latencyMs: number }[] = [];
  for (const point of space.sample(random, Number(values.sample))) {
    const configuration = space.configuration(point);
    const outcome = await trials.latency(configuration);
    if (outcome.ok) sampled.push({ configuration, latencyMs: outcome.value.medianMs });
  }
  const middle = [...sampled].sort((a, b) => a.latencyMs - b.latencyMs)[Math.floor(sampled.length / 2)];
  const result = await runSearch({
    ...{
      space,
      trials,
      objective: { minimize: 'latency' },
      start: [kernel.defaults],
      costModel: null,
      clock,
    },
    budget: { trials: Number(values.trials), seconds: Number(values.seconds) },
    seed: Number(values.seed),
  });
  if (result.best === null || middle === undefined) throw new Error(`${one.title}: nothing worked`);
  const wanted = [result.best.configuration, kernel.defaults, middle.configuration];
  const built = await Promise.all(wanted.map((configuration) => builder.build(configuration)));
  const variants = built.map((outcome) => {
    if (!outcome.ok) throw new Error('a variant that was timed cannot be built');
    return outcome.value;
  });
  const [, overDefault = Number.NaN, overMedian = Number.NaN] = await sideBySide(device, variants);
  const worth = {
    ...{ case: one.title, configurations: space.count(2_000_000).value, trials: result.measurements.length },
    ...{
      best: configurationId(result.best.configuration, kernel.tunables),
      overDefault,
      overMedian,
      peer: null,
    },
  };
  return { worth, best: variants[0] as Variant };
}

const results: Worth[] = [];
const device = await openWebgpuDevice({ workerPath, driver });
const { description } = device.info;
const found: Variant[] = [];
try {
  for (const one of cases) {
    const { worth, best } = await measureWorth(device, one);
    results.push(worth);
    found.push(best);
    console.error(
      `${one.title}: ${worth.overDefault.toFixed(2)} of the default, ${worth.overMedian.toFixed(2)} of the median`,
    );
  }
} finally {
  await device.close();
}
if (values.tfjs !== undefined) {
  const peer = await openPeer(values.tfjs);
  for (const [at, { operator, sizes }] of cases.entries()) {
    const program = found[at]?.program ?? null;
    const worth = results[at];
    if (program === null || worth === undefined) continue;
    results[at] = { ...worth, peer: await comparePeer(peer, { operator, sizes, program }) };
  }
}

const rows = results.map(({ peer, ...worth }) =>
  [
    worth.case,
    worth.configurations.toLocaleString('en'),
    worth.trials,
    worth.overDefault.toFixed(2),
    worth.overMedian.toFixed(2),
    peer === null
      ? '-'
      : `${peer.ratio.toFixed(2)} (${peer.oursMs.toFixed(2)} against ${peer.theirsMs.toFixed(2)} ms)`,
  ].join(' | '),
);
const text = [
  `On ${description}; times over that of the best configuration found.`,
  '',
  `| case | valid configurations | trials | default | median | ${results[0]?.peer?.peer ?? 'peer'} |`,
  '| --- | --- | --- | --- | --- | --- |',
  ...rows.map((row) => `| ${row} |`),
  '',
].join('\n');
console.log(text);
if (values.out !== undefined) {
  const command = `npm run bench:operators -- ${process.argv.slice(2).join(' ')}`.replace(
    /--tfjs \S+/,
    '--tfjs FOLDER',
  );
  const date = new Date().toISOString().slice(0, 10);
  writeFileSync(
    `${values.out}.md`,
    `# Operators: what tuning is worth\n\n${date}, \`${command.trim()}\`\n\n${text}`,
  );
  writeFileSync(
    `${values.out}.json`,
    `${JSON.stringify({ date, command: command.trim(), device: description, results }, null, 2)}\n`,
  );
}
process.exit(0);
