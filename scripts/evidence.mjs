// Writes docs/evidence.md, and the evidence in README.md between its two markers, from the acceptance runs that are
// committed in bench/results/. Nothing else may state a figure of a GPU.
// usage: node scripts/evidence.mjs [--check]      --check fails if a page is not what the results give
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const results = join('bench', 'results');
const begin = '<!-- evidence: written by scripts/evidence.mjs -->';
const end = '<!-- end of evidence -->';

const runs = (existsSync(results) ? readdirSync(results) : [])
  .filter((name) => /^acceptance-.*\.json$/.test(name))
  .sort()
  .map((name) => ({
    ledger: JSON.parse(readFileSync(join(results, name), 'utf8')),
    summary: readFileSync(join(results, name.replace(/json$/, 'md')), 'utf8'),
  }));

function percent(part) {
  return `${(part * 100).toFixed(2)} %`;
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** What a run shows, in a sentence or two. */
function headline({ steps }) {
  const { device } = steps.sensor.noise.data;
  const compared = (steps.retuning?.['side by side']?.data?.kernels ?? []).filter(({ energy }) => energy);
  const date = steps.sensor.noise.at.slice(0, 10);
  const where = `${device.description}, driver ${device.driver || 'unknown'}, ${date}`;
  if (compared.length === 0) return `- ${where}: measured, but nothing was compared side by side yet.`;
  const saved = compared.map(({ energy }) => -energy.estimate);
  const best = compared.reduce((a, b) => (a.energy.estimate <= b.energy.estimate ? a : b));
  const interval = `[${percent(-best.energy.high)}, ${percent(-best.energy.low)}]`;
  const latency = best.latency === null ? '' : ` at ${percent(best.latency.estimate)} latency`;
  return `- ${where}: tuned for energy against tuned for latency within 3 %, ${compared.length} kernels: median ${percent(median(saved))} energy saved, most ${percent(-best.energy.estimate)} ${interval}${latency} (${best.kernel}).`;
}

const none =
  'No run on a GPU with an energy sensor has been committed yet, so there is no figure of one here. What is stated elsewhere was measured on software adapters, in simulations, or on recordings that others published, and says so.';
const lines = runs.length === 0 ? none : runs.map(({ ledger }) => headline(ledger)).join('\n');

const page = `# Evidence

<!-- Written by scripts/evidence.mjs. -->

What was measured with real sensors, by \`npm run gpu:acceptance\` ([how](../bench/acceptance/README.md)).

${lines}
${runs.map(({ summary }) => `\n${summary.replaceAll(/^#/gm, '##').trim()}\n`).join('')}`;

const readme = readFileSync('README.md', 'utf8');
const [before, rest] = readme.split(begin);
const after = rest?.split(end)[1];
if (after === undefined) throw new Error(`README.md needs the markers ${begin} and ${end}`);

const pages = {
  'docs/evidence.md': page,
  'README.md': `${before}${begin}\n\n${lines}\n\n${end}${after}`,
};
for (const [path, text] of Object.entries(pages)) {
  if (!values.check) writeFileSync(path, text);
  else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
    console.error(`${path} is not what bench/results/ gives: run node scripts/evidence.mjs`);
    process.exitCode = 1;
  }
}
