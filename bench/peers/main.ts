// What tuning an operator is worth, and whether it is then slower than what runs beside it on the web: the best configuration found,
// the default, the median valid one, ONNX Runtime Web and TensorFlow.js on one device in one process, turn by turn.
// usage: npm run bench:peers -- [--operators NAME,...] [--operator NAME --sizes JSON] [--adapter default|swiftshader] [--trials N]
//        [--seconds N] [--sample N] [--turns N] [--seed N] [--peers FOLDER] [--out FILE]
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { listAdapters, openWebgpuDevice } from '../../src/device/index.ts';
import { bufferContents, type Program } from '../../src/kernel/index.ts';
import { median } from '../../src/stats/index.ts';
import { casesOf, type OperatorCase, titleOf } from './cases.ts';
import { type Contender, launchesPerRun, timeLaunch } from './contender.ts';
import { openSharedDevice } from './device.ts';
import { graphOf } from './graphs.ts';
import { installPeers } from './install.ts';
import { openOnnxRuntime } from './onnx-runtime.ts';
import { ourContender } from './ours.ts';
import { openTensorflow } from './tensorflow.ts';
import { type Tuned, tune } from './tune.ts';

// Dawn keeps threads that a plain exit would wait for.
process.on('uncaughtException', (error) => {
  console.error(error);
  process.kill(process.pid, 'SIGKILL');
});

const { values } = parseArgs({
  options: {
    operators: { type: 'string', default: '' },
    operator: { type: 'string' },
    sizes: { type: 'string', default: '{}' },
    adapter: { type: 'string', default: 'default' },
    trials: { type: 'string', default: '60' },
    seconds: { type: 'string', default: '120' },
    sample: { type: 'string', default: '9' },
    turns: { type: 'string', default: '7' },
    seed: { type: 'string', default: '1' },
    peers: { type: 'string', default: 'node_modules/.cache/joulegate-bench/peers' },
    out: { type: 'string' },
  },
});
const cases: readonly OperatorCase[] =
  values.operator === undefined
    ? casesOf(values.operators.split(',').filter((name) => name !== ''))
    : [{ operator: values.operator, sizes: JSON.parse(values.sizes) }];
installPeers(values.peers);

// The GPU process knows nothing of operators, so the built one will do.
const workerPath = resolve('dist/worker.js');
const cacheFolder = resolve('node_modules/.cache/joulegate-bench/drivers');
const adapters = await listAdapters({ workerPath, environment: process.env, cacheFolder });
const driver = adapters.find(
  ({ source, driver: found }) =>
    found !== null && (source === 'swiftshader') === (values.adapter === 'swiftshader'),
)?.driver;
if (driver == null) throw new Error(`no adapter ${values.adapter}`);
Object.assign(process.env, driver.environment);
const shared = await openSharedDevice();
const { device } = shared;
const onnxRuntime = await openOnnxRuntime(values.peers, device);
const tensorflow = await openTensorflow(values.peers, shared);

/** Times over the tuned configuration's, turn by turn: their median and range. */
interface Ratio {
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}
interface Result extends Omit<Tuned, 'programs'> {
  readonly case: string;
  readonly tunedMs: number;
  readonly over: Readonly<Record<string, Ratio>>;
  /** Largest difference of a peer's result from ours over the largest number. */
  readonly difference: Readonly<Record<string, number>>;
}

function difference(mine: Float32Array, other: Float32Array): number {
  let [largest, apart] = [0, 0];
  for (let i = 0; i < other.length; i++) {
    largest = Math.max(largest, Math.abs(other[i] as number));
    apart = Math.max(apart, Math.abs((mine[i] as number) - (other[i] as number)));
  }
  return apart / largest;
}

async function contendersOf({ operator, sizes }: OperatorCase, programs: Tuned['programs']) {
  const contenders: Record<string, Contender> = {};
  for (const [name, program] of Object.entries(programs) as [string, Program][])
    contenders[name] = ourContender(device, program);
  const contents = (name: string) => {
    const binding = programs.default.buffers.find((buffer) => buffer.name === name);
    if (binding === undefined) throw new Error(`there is no buffer ${name}`);
    return bufferContents(binding);
  };
  const graph = graphOf(operator, sizes, contents);
  if (graph !== null) contenders['ONNX Runtime'] = await onnxRuntime(graph);
  const other = tensorflow(operator, sizes, contents);
  if (other !== null) contenders['TensorFlow.js'] = other;
  return contenders;
}

/** Every turn launches all of them for about as long, one after the other: on a shared machine moments differ more than variants. */
async function compare(
  contenders: Readonly<Record<string, Contender>>,
): Promise<Pick<Result, 'tunedMs' | 'over' | 'difference'>> {
  const names = Object.keys(contenders);
  const runs = new Map<string, number>();
  const differences: Record<string, number> = {};
  const mine = new Map<string, Float32Array | null>();
  for (const [name, contender] of Object.entries(contenders)) {
    await timeLaunch(device, contender, 1);
    mine.set(name, await contender.result());
    const once = (await timeLaunch(device, contender, 1)) * launchesPerRun;
    runs.set(name, Math.max(1, Math.min(50, Math.round(60 / once))));
  }
  const best = mine.get('best');
  for (const name of names) {
    const other = mine.get(name);
    if (best != null && other != null && name !== 'best') differences[name] = difference(best, other);
  }
  const turns: Record<string, number>[] = [];
  for (let turn = 0; turn < Number(values.turns); turn++) {
    const times: Record<string, number> = {};
    for (const [name, contender] of Object.entries(contenders))
      times[name] = await timeLaunch(device, contender, runs.get(name) ?? 1);
    turns.push(times);
  }
  const over: Record<string, Ratio> = {};
  for (const name of names) {
    const ratios = turns.map((times) => (times[name] as number) / (times.best as number));
    if (name !== 'best')
      over[name] = { ratio: median(ratios), low: Math.min(...ratios), high: Math.max(...ratios) };
  }
  return { tunedMs: median(turns.map((times) => times.best as number)), over, difference: differences };
}

const results: Result[] = [];
const tuning = await openWebgpuDevice({ workerPath, driver });
for (const one of cases) {
  const title = titleOf(one);
  const { programs, ...tuned } = await tune(tuning, one, {
    ...{ trials: Number(values.trials), seconds: Number(values.seconds) },
    ...{ sample: Number(values.sample), seed: Number(values.seed) },
  });
  const contenders = await contendersOf(one, programs);
  const compared = await compare(contenders);
  for (const contender of Object.values(contenders)) await contender.close();
  results.push({ case: title, ...tuned, ...compared });
  const ratios = Object.entries(compared.over).map(([name, { ratio }]) => `${name} ${ratio.toFixed(2)}`);
  console.error(`${title}: ${ratios.join(', ')}; ${tuned.best}; ${JSON.stringify(compared.difference)}`);
}
await tuning.close();

const columns = ['default', 'median', 'ONNX Runtime', 'TensorFlow.js'];
const cell = (ratio: Ratio | undefined) =>
  ratio === undefined ? '-' : `${ratio.ratio.toFixed(2)} [${ratio.low.toFixed(2)}, ${ratio.high.toFixed(2)}]`;
const rows = results.map((result) =>
  [
    result.case,
    result.configurations.toLocaleString('en'),
    result.trials,
    result.tunedMs.toFixed(3),
    ...columns.map((name) => cell(result.over[name])),
  ].join(' | '),
);
const against = results.flatMap(({ over }) => over['ONNX Runtime']?.ratio ?? []);
const geometric = Math.exp(against.reduce((sum, ratio) => sum + Math.log(ratio), 0) / against.length);
const text = [
  `On ${tuning.info.description}. Times of others over that of the configuration found: the median of ${values.turns} turns, and its range; above 1 what was found is faster.`,
  '',
  `| case | valid configurations | trials | tuned, ms | ${columns.join(' | ')} |`,
  `| ${'--- | '.repeat(columns.length + 4).trim()}`,
  ...rows.map((row) => `| ${row} |`),
  '',
  `ONNX Runtime over ours: geometric mean ${geometric.toFixed(2)}, least ${Math.min(...against).toFixed(2)}.`,
  '',
].join('\n');
console.log(text);
if (values.out !== undefined) {
  const command = `npm run bench:peers -- ${process.argv.slice(2).join(' ')}`.replace(
    /--peers \S+/,
    '--peers FOLDER',
  );
  const date = new Date().toISOString().slice(0, 10);
  writeFileSync(
    `${values.out}.md`,
    `# Operators beside their peers\n\n${date}, \`${command.trim()}\`\n\n${text}`,
  );
  writeFileSync(
    `${values.out}.json`,
    `${JSON.stringify({ date, command: command.trim(), device: tuning.info.description, results }, null, 2)}\n`,
  );
}
process.kill(process.pid, 'SIGKILL');
