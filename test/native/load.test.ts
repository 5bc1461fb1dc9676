import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { builtPins, loadKoffi, loadWebgpu, nativeSearch, readNativeHost } from '../../src/native/index.ts';
import { goodParts, host, pinsOf, project, put, putPackages, putParts, temporaryFolder } from './folder.ts';

const options = { pins: pinsOf(goodParts), host };
const modulesFolder = join(import.meta.dirname, '..', '..', 'node_modules');

describe('Dawn is loaded from', () => {
  it('the folder beside the bundle before anything else', async () => {
    const { root, bundled, search } = project(temporaryFolder());
    putParts(bundled);
    putPackages(root);
    expect((await loadWebgpu(search, options)).create([])).toBe('folder');
  });

  it('an installed package if nothing is beside the bundle, also from a folder above', async () => {
    const { root, search } = project();
    putPackages(root);
    expect((await loadWebgpu(search, options)).create([])).toBe('package');
  });

  it('the supplied folder if nothing else is there', async () => {
    const supplied = temporaryFolder();
    putParts(supplied);
    const { search } = project(supplied);
    expect((await loadWebgpu(search, options)).create([])).toBe('folder');
  });

  it('the next place if one is not complete', async () => {
    const { root, bundled, search } = project();
    putParts(bundled);
    rmSync(join(bundled, 'dawn.node'));
    putPackages(root);
    expect((await loadWebgpu(search, options)).create([])).toBe('package');
  });

  it('the next place if one does not load', async () => {
    const { root, bundled, search } = project();
    const broken = { ...goodParts, 'webgpu.mjs': 'throw new Error("libgone.so.1: cannot open")' };
    putParts(bundled, broken);
    putPackages(root);
    const loaded = await loadWebgpu(search, { pins: pinsOf(broken), host });
    expect(loaded.create([])).toBe('package');
  });
});

describe('a file that is not what was pinned', () => {
  it.each(['webgpu.mjs', 'dawn.node'])('is refused and nothing is loaded in its place: %s', async (name) => {
    const { root, bundled, search } = project();
    putParts(bundled, { ...goodParts, [name]: `${goodParts[name as 'dawn.node']} ` });
    putPackages(root);
    await expect(loadWebgpu(search, options)).rejects.toMatchObject({
      name: 'JoulegateError',
      kind: 'could-not-measure',
      code: 'native-part-altered',
      message: expect.stringMatching(/linux-x64.*has sha256 [0-9a-f]{64}, but .* made with [0-9a-f]{64}/),
    });
  });

  it('is refused in a supplied folder, too', async () => {
    const supplied = temporaryFolder();
    putParts(supplied, { ...goodParts, 'dawn.node': 'other' });
    await expect(loadWebgpu(project(supplied).search, options)).rejects.toMatchObject({
      code: 'native-part-altered',
    });
  });

  it('does not matter to the other package', async () => {
    const { bundled, search } = project();
    putParts(bundled, { ...goodParts, 'koffi.node': 'other' });
    expect((await loadWebgpu(search, options)).create([])).toBe('folder');
    await expect(loadKoffi(search, options)).rejects.toMatchObject({ code: 'native-part-altered' });
  });

  it('is everything, if nothing is pinned', async () => {
    const { bundled, search } = project();
    putParts(bundled);
    const pins = { packages: options.pins.packages, platforms: {} };
    await expect(loadWebgpu(search, { pins, host })).rejects.toMatchObject({
      code: 'no-native-part',
      message: expect.stringContaining('nothing is pinned for this platform'),
    });
  });
});

describe('if no place is any good, the error', () => {
  it('names each with its reason, and what to install', async () => {
    const supplied = temporaryFolder();
    const { root, bundled, search } = project(supplied);
    await expect(loadWebgpu(search, options)).rejects.toMatchObject({
      kind: 'could-not-measure',
      code: 'no-native-part',
      message:
        'The native part of webgpu for linux-x64 could not be loaded. Tried ' +
        `${bundled}: it is not there; ` +
        `node_modules from ${join(root, 'dist')} upwards: the npm package webgpu is not installed; ` +
        `${supplied}: it has no webgpu.mjs.`,
      nextStep: "Run `npm install webgpu@0.6.2 koffi@3.3.4` in Joulegate's folder or one above it.",
    });
  });

  it('tells a package without a binary for this platform from one that is not there', async () => {
    const { root, search } = project();
    putPackages(root);
    rmSync(join(root, 'node_modules', 'webgpu', 'dist'), { recursive: true });
    rmSync(join(root, 'node_modules', '@koromix'), { recursive: true });
    const noBinary = (name: string) => ({
      message: expect.stringMatching(
        `npm package ${name} in .*${join('node_modules', name)} has no binary for linux-x64`,
      ),
    });
    await expect(loadWebgpu(search, options)).rejects.toMatchObject(noBinary('webgpu'));
    await expect(loadKoffi(search, options)).rejects.toMatchObject(noBinary('koffi'));
  });

  it("gives the loader's own reason in one line", async () => {
    const { bundled, search } = project();
    putParts(bundled);
    await expect(loadKoffi(search, options)).rejects.toMatchObject({
      message: expect.stringMatching(/^[^\n]*koffi\.node: [^\n]+$/),
    });
  });
});

describe('koffi is loaded from', () => {
  it('an installed package', async () => {
    const { root, search } = project();
    putPackages(root);
    expect((await loadKoffi(search, options)).version).toBe('package');
  });

  it('its binary alone beside the bundle, and works', async (test) => {
    const here = readNativeHost();
    const name = `${here.platform}-${here.arch}`;
    const pinned = builtPins.platforms[name];
    if (pinned === undefined) return test.skip(`nothing is pinned for ${name}`);
    const { root, search } = project();
    const bundled = join(root, 'dist', 'native', name);
    mkdirSync(bundled, { recursive: true });
    cpSync(
      join(modulesFolder, '@koromix', `koffi-${name}`, name.replace('-', '_'), 'koffi.node'),
      join(bundled, 'koffi.node'),
    );
    cpSync(join(modulesFolder, 'koffi', 'LICENSE.txt'), join(bundled, 'LICENSE-koffi.txt'));
    const koffi = await loadKoffi(search);
    expect(koffi.version).toBe(builtPins.packages.koffi);
    expect(koffi.sizeof('int64_t')).toBe(8);
  });
});

describe('where a bundle looks', () => {
  it('includes the folder that JOULEGATE_NATIVE names, made absolute', () => {
    expect(nativeSearch('/opt/dist/cli.js', {}).suppliedFolder).toBeNull();
    expect(nativeSearch('/opt/dist/cli.js', { JOULEGATE_NATIVE: '' }).suppliedFolder).toBeNull();
    expect(nativeSearch('/opt/dist/cli.js', { JOULEGATE_NATIVE: 'parts' }).suppliedFolder).toBe(
      join(process.cwd(), 'parts'),
    );
  });

  it('is not led astray by a file in place of the folder', async () => {
    const { root, search } = project();
    put(join(root, 'dist', 'native'), 'a file');
    putPackages(root);
    expect((await loadWebgpu(search, options)).create([])).toBe('package');
  });
});
