import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { NativeHost, NativePins, NativeSearch } from '../../src/native/index.ts';

/** A fresh folder, gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'joulegate-native-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function put(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

export const host: NativeHost = { platform: 'linux', arch: 'x64', glibc: '2.36' };

/** Stands in for Dawn: says where it was loaded from. */
export const fakeDawn = (name: string) =>
  `export const create = () => ${JSON.stringify(name)};\nexport const globals = {};\n`;

export const goodParts = {
  'webgpu.mjs': fakeDawn('folder'),
  'dawn.node': 'dawn',
  'koffi.node': 'koffi',
} as const;

/** Pins of these files for linux-x64. */
export function pinsOf(files: Readonly<Record<string, string>>): NativePins {
  const pinned = Object.entries(files).map(([name, text]) => {
    const owner: 'webgpu' | 'koffi' = name.includes('koffi') ? 'koffi' : 'webgpu';
    const sha256 = createHash('sha256').update(text).digest('hex');
    return [name, { package: owner, bytes: Buffer.byteLength(text), sha256 }] as const;
  });
  return {
    packages: { webgpu: '0.6.2', koffi: '3.3.4' },
    platforms: { 'linux-x64': Object.fromEntries(pinned) },
  };
}

export function putParts(folder: string, files: Readonly<Record<string, string>> = goodParts): void {
  for (const [name, text] of Object.entries(files)) put(join(folder, name), text);
}

/** Packages as npm installs them, with a binary for linux-x64. */
export function putPackages(folder: string): void {
  const modules = join(folder, 'node_modules');
  put(join(modules, 'webgpu', 'package.json'), '{"name":"webgpu","type":"module","main":"index.js"}');
  put(join(modules, 'webgpu', 'index.js'), fakeDawn('package'));
  put(join(modules, 'webgpu', 'dist', 'linux-x64', 'dawn.node'), 'dawn');
  put(join(modules, 'koffi', 'index.js'), 'exports.version = "package";');
  put(join(modules, '@koromix', 'koffi-linux-x64', 'index.js'), '');
}

/** A project with a bundle, and where that looks for native parts. */
export function project(supplied?: string): {
  readonly root: string;
  readonly bundled: string;
  readonly search: NativeSearch;
} {
  const root = temporaryFolder();
  const bundlePath = join(root, 'dist', 'worker.js');
  put(bundlePath, '');
  return {
    root,
    bundled: join(root, 'dist', 'native', 'linux-x64'),
    search: { bundlePath, suppliedFolder: supplied ?? null },
  };
}
