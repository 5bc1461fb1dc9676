// How long `joulegate diff` takes from start to end, and what it starts.
// usage: node bench/run.mjs diff [--kernels N] [--changed N] [--runs N]
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { manyKernels } from '../../test/support/many-kernels.ts';

const { values } = parseArgs({
  options: {
    kernels: { type: 'string', default: '40' },
    changed: { type: 'string', default: '40' },
    runs: { type: 'string', default: '9' },
  },
});
const [count, changed, runs] = [values.kernels, values.changed, values.runs].map(Number) as [
  number,
  number,
  number,
];
const folder = mkdtempSync(join(tmpdir(), 'joulegate-diff-'));
const started = join(folder, 'started');
const project = join(folder, 'project');

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  }
}

function git(...args: string[]): void {
  const identity = ['-c', 'user.name=bench', '-c', 'user.email=bench@example.invalid'];
  const { status, stderr } = spawnSync('git', [...identity, ...args], { cwd: project, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

/** One run of the bundle, as people run it. */
function secondsOf(hook: readonly string[]): number {
  const startMs = performance.now();
  const { status, stderr } = spawnSync(
    process.execPath,
    [...hook, resolve('dist/cli.js'), 'diff', '--base', 'HEAD', '--json'],
    { cwd: project, encoding: 'utf8', env: { ...process.env, WATCHED_PROCESSES: started }, maxBuffer: 1e9 },
  );
  if (status !== 0) throw new Error(stderr);
  return (performance.now() - startMs) / 1000;
}

try {
  write(manyKernels(count, 0));
  git('init', '--quiet');
  git('add', '--all');
  git('commit', '--quiet', '--message=base');
  write(manyKernels(count, changed));
  const seconds = Array.from({ length: runs }, () => secondsOf([])).sort((a, b) => a - b);
  writeFileSync(started, '');
  secondsOf(['--import', resolve('test/support/watched-processes.mjs')]);
  const processes = readFileSync(started, 'utf8').trim().split('\n');
  const [least = 0] = seconds;
  const median = seconds[seconds.length >> 1] ?? 0;
  console.log(`${count} kernels, ${changed} of them changed, ${runs} runs`);
  console.log(`from start to end: median ${median.toFixed(2)} s, least ${least.toFixed(2)} s`);
  console.log(`started: ${processes.length} (${[...new Set(processes)].join(', ')})`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
