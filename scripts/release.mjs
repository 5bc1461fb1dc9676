// Makes and checks the files of a release. Needs no installed packages for `verify` and `place`: the job that may write
// to the repository runs no one else's code.
// usage: node scripts/release.mjs version TAG            fails unless TAG is release-<version of package.json>; prints the version
//        node scripts/release.mjs assets --from DIR --out DIR   compresses native parts of all platforms, writes SHA256SUMS
//        node scripts/release.mjs verify --from DIR      fails unless assets are those that src/native/pins.json pins
//        node scripts/release.mjs workflows --repository OWNER/NAME --commit SHA --out DIR   examples/workflows, filled in
//        node scripts/release.mjs place --from DIR --platform NAME [--out DIR]   unpacks one platform (dist/native)
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import { pinFaults, readPins, root, sha256, writeNative } from './native-files.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    from: { type: 'string' },
    out: { type: 'string' },
    platform: { type: 'string' },
    repository: { type: 'string' },
    commit: { type: 'string' },
  },
});
const [command, tag] = positionals;
const pins = readPins();

function fail(message) {
  console.error(message);
  process.exit(1);
}

function needed(name) {
  return values[name] ?? fail(`--${name} is needed`);
}

/** As the action asks for them. */
const assetName = (platform, name) => `native-${platform}-${name}.gz`;

function checkVersion() {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  if (tag !== `release-${version}`)
    fail(`package.json has version ${version}, which is not that of the tag ${tag}`);
  console.log(version);
}

function makeAssets() {
  const [from, out] = [needed('from'), needed('out')];
  mkdirSync(out, { recursive: true });
  const sums = [];
  for (const [platform, pinned] of Object.entries(pins.platforms)) {
    for (const name of Object.keys(pinned)) {
      const asset = gzipSync(readFileSync(join(from, platform, name)), { level: 9 });
      writeFileSync(join(out, assetName(platform, name)), asset);
      sums.push(`${sha256(asset)}  ${assetName(platform, name)}\n`);
    }
  }
  writeFileSync(join(out, 'SHA256SUMS'), sums.sort().join(''));
}

function unpacked(from, platform) {
  const entries = Object.entries(pins.platforms[platform] ?? fail(`nothing is pinned for ${platform}`));
  return Object.fromEntries(
    entries.map(([name, { package: owner, bytes }]) => {
      const asset = readFileSync(join(from, assetName(platform, name)));
      return [name, { package: owner, contents: gunzipSync(asset, { maxOutputLength: bytes }) }];
    }),
  );
}

function verify(from, platforms) {
  const faults = platforms.flatMap((platform) => pinFaults(platform, unpacked(from, platform)));
  if (faults.length > 0) fail(faults.join('\n'));
}

function verifyAll() {
  const from = needed('from');
  const platforms = Object.keys(pins.platforms);
  const expected = platforms.flatMap((platform) =>
    Object.keys(pins.platforms[platform]).map((name) => assetName(platform, name)),
  );
  const extra = readdirSync(from).filter((name) => name !== 'SHA256SUMS' && !expected.includes(name));
  if (extra.length > 0) fail(`not of this release: ${extra.join(', ')}`);
  const sums = expected.map((name) => `${sha256(readFileSync(join(from, name)))}  ${name}\n`);
  if (readFileSync(join(from, 'SHA256SUMS'), 'utf8') !== sums.sort().join(''))
    fail('SHA256SUMS is not of these files');
  verify(from, platforms);
  console.log(`${expected.length} assets are what is pinned`);
}

function place() {
  const [from, platform] = [needed('from'), needed('platform')];
  verify(from, [platform]);
  writeNative(platform, unpacked(from, platform), values.out ?? join(root, 'dist', 'native'));
}

/** A commit cannot hold its own hash: what users copy is filled in once the release has one. */
function fillWorkflows() {
  const [repository, commit, out] = [needed('repository'), needed('commit'), needed('out')];
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository) || !/^[0-9a-f]{40}$/.test(commit)) {
    fail('--repository takes owner/name, --commit a full hash');
  }
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const folder = join(root, 'examples', 'workflows');
  mkdirSync(out, { recursive: true });
  for (const name of readdirSync(folder)) {
    const text = readFileSync(join(folder, name), 'utf8');
    const uses = `${repository}@${commit} # v${version}`;
    writeFileSync(join(out, name), text.replace(/\bOWNER\/joulegate@COMMIT # v[\d.]+/g, uses));
  }
}

const commands = {
  version: checkVersion,
  assets: makeAssets,
  verify: verifyAll,
  place,
  workflows: fillWorkflows,
};
(commands[command] ?? (() => fail(`commands: ${Object.keys(commands).join(', ')}`)))();
