// Collects the native parts that the bundles need at run time, so that dist/ runs without node_modules, and pins them.
// usage: node scripts/native.mjs [--platform NAME | --all] [--out DIR] [--fetch]   writes DIR/NAME/ (dist/native, this platform)
//        node scripts/native.mjs --pin        writes src/native/pins.json for all platforms
//        node scripts/native.mjs --check      fails if the pins are not of what is locked and installed
// koffi's package for a foreign platform is not installed: --fetch gets it with npm, checked against package-lock.json.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  fetchKoffi,
  installedKoffi,
  nativeFiles,
  packageVersions,
  pinFaults,
  pinsPath,
  platforms,
  readPins,
  root,
  sha256,
  thisPlatform,
  writeNative,
} from './native-files.mjs';

const { values } = parseArgs({
  options: {
    platform: { type: 'string', default: thisPlatform },
    all: { type: 'boolean', default: false },
    out: { type: 'string', default: join(root, 'dist', 'native') },
    fetch: { type: 'boolean', default: false },
    pin: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
  },
});

function fail(message) {
  console.error(message);
  process.exit(1);
}

function filesOf(platform, fetch) {
  const koffi = installedKoffi(platform) ?? (fetch ? fetchKoffi(platform) : null);
  if (koffi === null) fail(`koffi for ${platform} is not installed here; --fetch gets it with npm.`);
  return nativeFiles(platform, koffi);
}

function pin() {
  const pinned = {};
  for (const platform of platforms) {
    const entries = Object.entries(filesOf(platform, true));
    pinned[platform] = Object.fromEntries(
      entries.map(([name, { package: owner, contents }]) => [
        name,
        { package: owner, bytes: contents.length, sha256: sha256(contents) },
      ]),
    );
  }
  const pins = { packages: packageVersions(), platforms: pinned };
  writeFileSync(pinsPath, `${JSON.stringify(pins, null, 2)}\n`);
}

function check() {
  const [pinned, locked] = [JSON.stringify(readPins().packages), JSON.stringify(packageVersions())];
  const versions = pinned === locked ? [] : [`pinned are ${pinned}, but locked are ${locked}`];
  const here = platforms.filter((platform) => installedKoffi(platform) !== null);
  const faults = [...versions, ...here.flatMap((platform) => pinFaults(platform, filesOf(platform, false)))];
  if (faults.length > 0) fail(`${faults.join('\n')}\nIf that is meant: node scripts/native.mjs --pin`);
}

if (values.pin) pin();
else if (values.check) check();
else {
  for (const platform of values.all ? platforms : [values.platform]) {
    if (!platforms.includes(platform))
      fail(`There is nothing for ${platform}; there is ${platforms.join(', ')}.`);
    const files = filesOf(platform, values.fetch);
    const faults = pinFaults(platform, files);
    if (faults.length > 0) fail(`Not what is pinned:\n${faults.join('\n')}`);
    writeNative(platform, files, values.out);
  }
}
