import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { builtPins, readNativeHost } from '../../src/native/index.ts';
import { temporaryFolder } from './folder.ts';

const root = join(import.meta.dirname, '..', '..');
const { platform, arch } = readNativeHost();
const here = `${platform}-${arch}`;

function script(name: string, ...args: string[]): string {
  return execFileSync(process.execPath, [join(root, 'scripts', name), ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

describe('the pins', () => {
  it('are of the packages that are locked', () => {
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { version: string }>;
    };
    for (const [name, version] of Object.entries(builtPins.packages)) {
      expect(packages[`node_modules/${name}`]?.version, name).toBe(version);
    }
  });

  it('cover both packages, their licences and every platform that Dawn is built for', () => {
    expect(Object.keys(builtPins.platforms)).toEqual([
      'darwin-arm64',
      'darwin-x64',
      'linux-arm64',
      'linux-x64',
      'win32-arm64',
      'win32-x64',
    ]);
    for (const files of Object.values(builtPins.platforms)) {
      expect(files).toMatchObject({
        'webgpu.mjs': { package: 'webgpu' },
        'dawn.node': { package: 'webgpu' },
        'LICENSE-webgpu.md': { package: 'webgpu' },
        'koffi.node': { package: 'koffi' },
        'LICENSE-koffi.txt': { package: 'koffi' },
      });
      for (const { sha256, bytes } of Object.values(files)) {
        expect(sha256).toMatch(/^[0-9a-f]{64}$/);
        expect(bytes).toBeGreaterThan(0);
      }
    }
    expect(builtPins.platforms['win32-x64']).toHaveProperty(['dxcompiler.dll']);
  });

  it('are of what is installed', () => {
    script('native.mjs', '--check');
  });
});

describe('the files of a platform', () => {
  it('are collected with their hashes said', () => {
    const out = temporaryFolder();
    const said = script('native.mjs', '--out', out);
    for (const [name, { sha256, bytes }] of Object.entries(builtPins.platforms[here] ?? {})) {
      expect(said).toContain(`${sha256} ${String(bytes).padStart(9)} ${join(out, here, name)}`);
    }
  });

  it('are known for no other platform', () => {
    expect(() => script('native.mjs', '--platform', 'linux-mips')).toThrow(
      /nothing for linux-mips; there is darwin-arm64, /,
    );
  });
});

describe('a release', () => {
  it('is only made of the version that package.json states', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(script('release.mjs', 'version', `release-${version}`).trim()).toBe(version);
    expect(() => script('release.mjs', 'version', 'release-99.0.0')).toThrow(/not that of the tag/);
  });

  it('has no assets from a folder that does not hold them', () => {
    expect(() => script('release.mjs', 'verify', '--from', temporaryFolder())).toThrow(/ENOENT/);
  });
});
