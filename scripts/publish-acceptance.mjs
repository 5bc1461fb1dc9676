// Puts what an acceptance run found where it is committed: recordings below examples/recordings/<device family>/, the
// ledger and its summary below bench/results/. docs/evidence.md is made from them by scripts/docs.mjs.
// usage: node scripts/publish-acceptance.mjs DIR
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [from] = process.argv.slice(2);
const ledgerPath = join(from ?? '', 'acceptance.json');
if (from === undefined || !existsSync(ledgerPath)) {
  console.error('usage: node scripts/publish-acceptance.mjs DIR, the --out of `npm run gpu:acceptance`');
  process.exit(2);
}
const ledger = JSON.parse(readFileSync(ledgerPath, 'utf8'));
const device = ledger.steps.sensor?.noise?.data?.device;
if (device === undefined) {
  console.error('publish-acceptance: its step sensor/noise is not done, so nobody knows which device it was');
  process.exit(2);
}
if (ledger.size !== 'full' || device.software) {
  console.error('publish-acceptance: a tiny run, or one on a software adapter, is no evidence');
  process.exit(2);
}
const results = join('bench', 'results');
mkdirSync(results, { recursive: true });
copyFileSync(ledgerPath, join(results, `acceptance-${device.family}.json`));
copyFileSync(join(from, 'acceptance.md'), join(results, `acceptance-${device.family}.md`));
const recordings = join('examples', 'recordings', device.family);
for (const name of existsSync(join(from, 'recordings')) ? readdirSync(join(from, 'recordings')) : []) {
  if (!name.endsWith('.json.gz')) continue;
  mkdirSync(recordings, { recursive: true });
  copyFileSync(join(from, 'recordings', name), join(recordings, name));
}
console.log(`published ${device.family}; now run \`node scripts/docs.mjs\` and commit`);
