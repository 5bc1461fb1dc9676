// Which files make up the native parts of a platform, and how to get hold of them. Used by native.mjs and release.mjs.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');
export const pinsPath = join(root, 'src', 'native', 'pins.json');
/** Platforms that both packages have binaries for. */
export const platforms = [
  'darwin-arm64',
  'darwin-x64',
  'linux-arm64',
  'linux-x64',
  'win32-arm64',
  'win32-x64',
];
export const thisPlatform = `${process.platform}-${process.arch}`;

const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;

export function sha256(contents) {
  return createHash('sha256').update(contents).digest('hex');
}

/** Versions of the packages that carry the native parts, as locked. */
export function packageVersions() {
  return { webgpu: lock['node_modules/webgpu'].version, koffi: lock['node_modules/koffi'].version };
}

/** What src/native/pins.json says; empty if it is not there. */
export function readPins() {
  return existsSync(pinsPath) ? JSON.parse(readFileSync(pinsPath, 'utf8')) : { packages: {}, platforms: {} };
}

/** Where the package for `platform` is installed, or null; npm installs koffi's for its own platform only. */
export function installedKoffi(platform) {
  const folder = join(root, 'node_modules', '@koromix', `koffi-${platform}`);
  return existsSync(folder) ? folder : null;
}

/** Gets koffi's package for a foreign platform with npm, checked against the integrity in package-lock.json. */
export function fetchKoffi(platform) {
  const name = `@koromix/koffi-${platform}`;
  const locked = lock[`node_modules/${name}`];
  const folder = mkdtempSync(join(tmpdir(), 'joulegate-native-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const packed = execFileSync(
    process.platform === 'win32' ? 'npm.cmd' : 'npm',
    ['pack', `${name}@${locked.version}`, '--json', '--ignore-scripts', '--pack-destination', folder],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], shell: process.platform === 'win32' },
  );
  const archive = join(folder, JSON.parse(packed)[0].filename);
  const integrity = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  if (integrity !== locked.integrity) {
    throw new Error(`${name}@${locked.version} is not what package-lock.json locks: ${integrity}`);
  }
  execFileSync('tar', ['-xzf', archive, '-C', folder]);
  return join(folder, 'package');
}

/** webgpu's own index.js, which also mends GPUDevice.destroy; only where its binary is found changes. */
function webgpuModule() {
  const source = readFileSync(join(root, 'node_modules', 'webgpu', 'index.js'), 'utf8');
  const line = /^const dawnNodePath = .*$/gm;
  if (source.match(line)?.length !== 1) {
    throw new Error('index.js of webgpu no longer has exactly one `const dawnNodePath = ...` line');
  }
  return Buffer.from(source.replace(line, "const dawnNodePath = join(__dirname, 'dawn.node');"));
}

/**
 * Every file of a platform's native parts, licences included, by name.
 * @returns {Record<string, { package: 'webgpu' | 'koffi', contents: Buffer }>}
 */
export function nativeFiles(platform, koffiFolder) {
  const files = {};
  const add = (owner, name, contents) => {
    files[name] = { package: owner, contents };
  };
  const webgpu = join(root, 'node_modules', 'webgpu');
  add('webgpu', 'webgpu.mjs', webgpuModule());
  const dawn = join(webgpu, 'dist', platform.startsWith('darwin') ? 'darwin-universal' : platform);
  for (const name of readdirSync(dawn)) add('webgpu', name, readFileSync(join(dawn, name)));
  add('webgpu', 'LICENSE-webgpu.md', readFileSync(join(webgpu, 'LICENSE.md')));
  const binary = join(koffiFolder, platform.replace('-', '_'), 'koffi.node');
  add('koffi', 'koffi.node', readFileSync(binary));
  add('koffi', 'LICENSE-koffi.txt', readFileSync(join(root, 'node_modules', 'koffi', 'LICENSE.txt')));
  return Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Where `contents` differ from what is pinned for the platform; empty if they do not. */
export function pinFaults(platform, files) {
  const pins = readPins().platforms[platform] ?? {};
  const names = [...new Set([...Object.keys(pins), ...Object.keys(files)])].sort();
  return names.flatMap((name) => {
    if (pins[name] === undefined) return [`${platform}/${name} is not pinned`];
    if (files[name] === undefined) return [`${platform}/${name} is pinned, but missing`];
    const hash = sha256(files[name].contents);
    return hash === pins[name].sha256
      ? []
      : [`${platform}/${name} has sha256 ${hash}, not ${pins[name].sha256}`];
  });
}

/** Writes the files of a platform below `out`, and says what they are. */
export function writeNative(platform, files, out) {
  const folder = join(out, platform);
  mkdirSync(folder, { recursive: true });
  for (const [name, { contents }] of Object.entries(files)) {
    writeFileSync(join(folder, name), contents);
    console.log(`${sha256(contents)} ${String(contents.length).padStart(9)} ${join(folder, name)}`);
  }
}
