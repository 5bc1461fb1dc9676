// What a trial of a program costs, and how near to the best a search of it ends: the OpenCL matrix product of examples/programs,
// searched through the bundle with many configurations in one process (`configure`) and with a process for each.
// usage: node bench/run.mjs programs [--runs N] [--trials N] [--rounds N]
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '10' },
    trials: { type: 'string', default: '40' },
    rounds: { type: 'string', default: '9' },
  },
});
const [runs, trials, rounds] = [values.runs, values.trials, values.rounds].map(Number) as [
  number,
  number,
  number,
];
const folder = mkdtempSync(join(tmpdir(), 'joulegate-programs-'));
const launches = 10;
const compiler = 'g++';
const program = './sgemm';

type Configuration = Readonly<Record<string, number | boolean>>;

interface Found {
  readonly configuration: Configuration;
  readonly latencyMs: number;
}

/** What the report says of the one workload. */
interface Search {
  readonly trials: number;
  readonly seconds: number;
  readonly spent: Readonly<Record<string, number>>;
  readonly compared: readonly { readonly configuration: Configuration; readonly latencyMs: number | null }[];
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** Without what programs that are not configured do not answer: each configuration is a process of its own. */
function project(name: string, configures: boolean): string {
  const path = join(folder, name);
  cpSync(resolve('examples/programs'), path, { recursive: true });
  if (!configures) {
    const header = join(path, 'joulegate.h');
    const text = readFileSync(header, 'utf8');
    const without = text.replace('prepare_ ? "ready configure" : "ready"', '"ready"');
    if (without === text) throw new Error('joulegate.h answers in other words now');
    writeFileSync(header, without);
  }
  // The search is what is timed here, not how its best is compared with the default.
  const manifest = join(path, 'joulegate.yaml');
  writeFileSync(
    manifest,
    readFileSync(manifest, 'utf8').replaceAll(/judge-seconds: \d+/g, 'judge-seconds: 5'),
  );
  execFileSync('git', ['init', '--quiet'], { cwd: path });
  return path;
}

function search(path: string, seed: number): Search {
  for (const left of ['.joulegate', 'tuned.json']) rmSync(join(path, left), { recursive: true, force: true });
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [
      ...[resolve('dist/cli.js'), 'retune', '--kernel', 'sgemm', '--allow-commands', '--json'],
      ...['--trials', String(trials), '--seconds', '600', '--seed', String(seed)],
    ],
    { cwd: path, encoding: 'utf8', maxBuffer: 1e9 },
  );
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout).kernels[0];
}

function best({ compared }: Search): Found {
  const measured = compared.flatMap(({ configuration, latencyMs }) =>
    latencyMs === null ? [] : [{ configuration, latencyMs }],
  );
  const [first = { configuration: {}, latencyMs: Number.POSITIVE_INFINITY }] = [...measured].sort(
    (a, b) => a.latencyMs - b.latencyMs,
  );
  return first;
}

/** Milliseconds of a launch, in a process of its own. */
function latencyOf(path: string, configuration: Configuration): number {
  const values = Object.entries(configuration).map(([name, value]) => `${name}=${value}`);
  const input = `run 2\nrun ${launches}\n`;
  const { stdout } = spawnSync(program, ['N=256', ...values], { cwd: path, input, encoding: 'utf8' });
  const times = [...stdout.matchAll(/time ([\d.]+)/g)].map(([, ms]) => Number(ms));
  return (times[1] ?? Number.NaN) / launches;
}

try {
  const found: Found[] = [];
  const flags = ['-O2', '-o', 'sgemm', 'sgemm.cpp', '-lOpenCL'];
  const rows: string[] = [];
  let path = '';
  for (const [name, configures] of [
    ['one process', true],
    ['a process each', false],
  ] as const) {
    path = project(configures ? 'configured' : 'fresh', configures);
    // Fills PoCL's cache, of which later runs find what they have in common.
    search(path, 1);
    const searches = Array.from({ length: runs }, (_, seed) => search(path, seed + 1));
    found.push(...searches.map(best));
    const each = (kind: string) => median(searches.map(({ spent, trials }) => (spent[kind] ?? 0) / trials));
    const perTrial = searches.map(({ seconds, trials }) => seconds / trials).sort((a, b) => a - b);
    rows.push(
      `${name}: ${median(perTrial).toFixed(2)} s a trial (${perTrial[0]?.toFixed(2)} to ${perTrial.at(-1)?.toFixed(2)}), of it ` +
        ['compile', 'check', 'latency'].map((kind) => `${kind} ${each(kind).toFixed(2)}`).join(', '),
    );
  }
  execFileSync(compiler, flags, { cwd: path });
  // Turn by turn: what the machine does meanwhile hits all alike.
  const turns = Array.from({ length: rounds }, () =>
    found.map(({ configuration }) => latencyOf(path, configuration)),
  );
  const latencies = found.map((_, i) => median(turns.map((turn) => turn[i] ?? Number.NaN)));
  const least = Math.min(...latencies);
  console.log(`${runs} runs of ${trials} trials each`);
  for (const row of rows) console.log(row);
  for (const [i, name] of ['one process', 'a process each'].entries()) {
    const own = latencies.slice(i * runs, (i + 1) * runs);
    const near = own.filter((latency) => latency <= least * 1.05).length;
    console.log(
      `${name}: within 5 % of the best of all in ${near} of ${runs}; ${own.map((ms) => (ms / least).toFixed(2)).join(' ')}`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
