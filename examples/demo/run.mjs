// Runs Joulegate's main job on a small project, as a nightly job and a pull request would:
// retunes the base revision, hands its tuned state to the head revision, guards head against base,
// and checks that every verdict is the one it should be.
// usage: node examples/demo/run.mjs [--out DIR] [--device auto|gpu|software] [--quick]
import { spawn } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const cli = join(here, '..', '..', 'dist', 'cli.js');
const startedAt = performance.now();

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join(here, 'out') },
    device: { type: 'string', default: 'auto' },
    quick: { type: 'boolean', default: false },
  },
});
const out = resolve(values.out);
const marker = join(out, 'base', 'joulegate.yaml');

function say(text) {
  console.log(`\n\u25b6 ${text}`);
}

function shown(path) {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}

function stop(message, status = 1) {
  console.error(`\ndemo: ${message}`);
  process.exit(status);
}

/** Runs the built command line with its output passed through; resolves with its exit status. */
function joulegate(...args) {
  console.log(`$ joulegate ${args.map((arg) => (arg.startsWith(out) ? shown(arg) : arg)).join(' ')}\n`);
  return new Promise((done) => {
    const child = spawn(process.execPath, [cli, ...args], { stdio: 'inherit' });
    child.on('error', (error) => stop(`cannot start ${process.execPath}: ${error.message}`));
    child.on('exit', (status, signal) => done(status ?? (signal === 'SIGINT' ? 130 : 4)));
  });
}

/** Exit statuses that are no verdict: the command line has already said why. */
function mustBe(status, wanted, command) {
  if (status === wanted) return;
  if (status === 130) stop('interrupted', 130);
  const hint = status === 3 ? '; `node dist/cli.js doctor` says what is missing' : '';
  stop(`joulegate ${command} ended with status ${status}, not ${wanted}${hint}`, status === 3 ? 3 : 1);
}

function makeWorkFolder() {
  // Only a folder that this script made is ever deleted.
  if (existsSync(out) && !existsSync(marker)) stop(`${out} exists and is not a work folder of the demo`, 2);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  for (const revision of ['base', 'head']) {
    cpSync(join(here, revision), join(out, revision), { recursive: true });
  }
}

/** Prints what was expected and found; true if they agree for every kernel. */
function checkVerdicts(report, expected) {
  const rows = Object.entries(expected).map(([kernel, { verdicts, why }]) => {
    const found = report.kernels.find((entry) => entry.kernel === kernel)?.verdict ?? 'absent';
    return { kernel, found, right: verdicts.includes(found), wanted: verdicts[0], why };
  });
  const pad = (key) => Math.max(...rows.map((row) => row[key].length));
  const [kernelWidth, foundWidth] = [pad('kernel'), pad('found')];
  for (const { kernel, found, right, wanted, why } of rows) {
    const note = right ? why : `should be ${wanted}: ${why}`;
    console.log(
      `  ${right ? '\u2713' : '\u2717'} ${kernel.padEnd(kernelWidth)}  ${found.padEnd(foundWidth)}  ${note}`,
    );
  }
  return rows.every((row) => row.right);
}

if (!existsSync(cli)) stop('dist/cli.js is not there: run `npm run build` first', 2);
process.on('SIGINT', () => {}); // the command line ends by itself and keeps what it found

makeWorkFolder();
const manifest = (revision) => join(out, revision, 'joulegate.yaml');
const device = ['--device', values.device];
const short = values.quick ? ['--trials', '6', '--seconds', '2'] : [];

say('1/3  The base revision is retuned, as a nightly job does. The result is its tuned.json.');
const tuned = join(out, 'base', 'tuned.json');
const retuneReport = join(out, 'report', 'retune');
const retuned = await joulegate(
  'retune',
  '--manifest',
  manifest('base'),
  '--report',
  retuneReport,
  ...device,
  ...short,
);
mustBe(retuned, 0, 'retune');
if (!existsSync(tuned)) stop(`retune left no ${shown(tuned)}`);

say('2/3  The head revision is a pull request branched from it: it carries the same tuned.json.');
copyFileSync(tuned, join(out, 'head', 'tuned.json'));
console.log(`${shown(tuned)} -> ${shown(join(out, 'head', 'tuned.json'))}`);

say('3/3  Head is guarded against base. Two of its kernels do other work than before: one more, one less.');
const guardReport = join(out, 'report', 'guard');
const base = join(out, 'base');
const guarded = await joulegate(
  'guard',
  '--manifest',
  manifest('head'),
  '--base',
  base,
  '--report',
  guardReport,
  ...device,
);
mustBe(guarded, 1, 'guard');

say('Verdicts');
const report = JSON.parse(readFileSync(join(guardReport, 'report.json'), 'utf8'));
const right = checkVerdicts(report, JSON.parse(readFileSync(join(here, 'expected.json'), 'utf8')));
const seconds = Math.round((performance.now() - startedAt) / 1000);
console.log(`\nReports: ${shown(join(guardReport, 'report.md'))}, ${shown(join(retuneReport, 'report.md'))}`);
if (!right) stop('a verdict is not what it should be');
console.log(`guard exited 1, as it should: softmax regressed. Everything is as expected (${seconds} s).`);
