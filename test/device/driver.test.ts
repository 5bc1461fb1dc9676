import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deviceFamily, findDriver, listAdapters, takenAdapter } from '../../src/device/index.ts';
import { JoulegateError } from '../../src/errors/index.ts';

const blockBytes = 512;
const fast = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };

interface Entry {
  readonly name: string;
  readonly contents?: string;
  readonly type?: string;
}

/** A ustar header and contents, as `tar --format=ustar` writes them. */
function tarEntry({ name, contents = '', type = '0' }: Entry): Buffer {
  const header = Buffer.alloc(blockBytes);
  header.write(name, 0);
  header.write('0000644\0', 100);
  header.write(`${contents.length.toString(8).padStart(11, '0')}\0`, 124);
  header.fill(' ', 148, 156);
  header.write(type, 156);
  header.write('ustar\x0000', 257);
  let sum = 0;
  for (const byte of header) sum += byte;
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const body = Buffer.alloc(Math.ceil(contents.length / blockBytes) * blockBytes);
  body.write(contents, 'latin1');
  return Buffer.concat([header, body]);
}

function tar(entries: readonly Entry[]): Buffer {
  return Buffer.concat([...entries.map(tarEntry), Buffer.alloc(2 * blockBytes)]);
}

const swiftshader: readonly Entry[] = [
  { name: './', type: '5' },
  { name: './libvk_swiftshader.so', contents: 'driver' },
  { name: './libvulkan.so.1', contents: 'loader' },
  { name: './vk_swiftshader_icd.json', contents: '{}' },
  { name: './libEGL.so', contents: 'not needed' },
];

/** Opens an adapter only where VK_DRIVER_FILES names a file with this word in its path. */
function gpuProcess(word: string): string {
  return `
    const found = (process.env.VK_DRIVER_FILES ?? '').includes(${JSON.stringify(word)});
    process.on('message', ({ id, request }) => {
      if (request.kind === 'close') process.exit(0);
      process.send({ id, response: found
        ? { ok: true, info: { family: 'stand-in', software: true } }
        : { ok: false, problem: 'no-adapter', message: 'nothing here', adapters: [] } });
    });`;
}

let folder = '';
let cacheFolder = '';
let workerPath = '';

/** Installs the npm package next to the GPU process's bundle. */
function installPackage(archive: Uint8Array): void {
  const root = join(folder, 'node_modules', '@sparticuz', 'chromium');
  mkdirSync(join(root, 'build', 'cjs'), { recursive: true });
  mkdirSync(join(root, 'bin'), { recursive: true });
  writeFileSync(
    join(root, 'package.json'),
    JSON.stringify({ name: '@sparticuz/chromium', main: './build/cjs/index.cjs' }),
  );
  writeFileSync(join(root, 'build', 'cjs', 'index.cjs'), '');
  writeFileSync(join(root, 'bin', 'swiftshader.tar.br'), brotliCompressSync(archive, fast));
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joulegate-driver-'));
  cacheFolder = join(folder, 'cache');
  workerPath = join(folder, 'worker.mjs');
  writeFileSync(workerPath, gpuProcess('swiftshader'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const find = (environment: Record<string, string> = {}) =>
  findDriver({ workerPath, environment: { PATH: process.env.PATH, ...environment }, cacheFolder });

async function errorOf(promise: Promise<unknown>): Promise<JoulegateError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof JoulegateError) return error;
    throw error;
  }
  throw new Error('it succeeded');
}

const onLinuxX64 = process.platform === 'linux' && process.arch === 'x64';

describe('finding a driver', () => {
  it("takes the environment's driver as it is", async () => {
    const driver = await find({ VK_DRIVER_FILES: '/opt/swiftshader.json' });
    expect(driver.source).toBe('environment');
    expect(driver.description).toBe('VK_DRIVER_FILES=/opt/swiftshader.json');
    expect(driver.environment.VK_DRIVER_FILES).toBe('/opt/swiftshader.json');
  });

  it('tries nothing else if the environment names a driver that does not work', async () => {
    installPackage(tar(swiftshader));
    const error = await errorOf(find({ VK_ICD_FILENAMES: '/opt/broken.json' }));
    expect(error.message).toBe(
      'No GPU adapter was found. Tried VK_ICD_FILENAMES=/opt/broken.json: nothing here.',
    );
  });

  it("takes the system's driver if there is one", async () => {
    writeFileSync(workerPath, gpuProcess(''));
    expect((await find()).source).toBe('system');
  });

  it.skipIf(!onLinuxX64)('says what was tried and how to get a software adapter', async () => {
    const error = await errorOf(find());
    expect(error.kind).toBe('could-not-measure');
    expect(error.message).toBe(
      "No GPU adapter was found. Tried the system's drivers: nothing here; SwiftShader, a software adapter: the npm package @sparticuz/chromium is not installed.",
    );
    expect(error.nextStep).toBe('npm install --save-dev @sparticuz/chromium');
  });
});

describe.skipIf(!onLinuxX64)('SwiftShader out of the npm package', () => {
  it('is unpacked where only this user can write, and only what is needed', async () => {
    installPackage(tar(swiftshader));
    const driver = await find({ LD_LIBRARY_PATH: '/usr/local/lib' });
    expect(driver.source).toBe('swiftshader');
    const [name] = readdirSync(cacheFolder);
    const unpacked = join(cacheFolder, name ?? '');
    expect(readdirSync(cacheFolder)).toHaveLength(1);
    expect(readdirSync(unpacked).sort()).toEqual([
      'libvk_swiftshader.so',
      'libvulkan.so.1',
      'vk_swiftshader_icd.json',
    ]);
    expect(readFileSync(join(unpacked, 'libvk_swiftshader.so'), 'utf8')).toBe('driver');
    expect(driver.environment.LD_LIBRARY_PATH).toBe(`${unpacked}:/usr/local/lib`);
    expect(driver.environment.VK_DRIVER_FILES).toBe(join(unpacked, 'vk_swiftshader_icd.json'));
  });

  it('is unpacked once, also by several at the same time', async () => {
    installPackage(tar(swiftshader));
    const drivers = await Promise.all([find(), find(), find()]);
    expect(new Set(drivers.map(({ environment }) => environment.VK_DRIVER_FILES)).size).toBe(1);
    expect(readdirSync(cacheFolder)).toHaveLength(1);
  });

  it('is not loaded from a folder that others can write to', async () => {
    installPackage(tar(swiftshader));
    await find();
    chmodSync(join(cacheFolder, readdirSync(cacheFolder)[0] ?? ''), 0o777);
    const error = await errorOf(find());
    expect(error.code).toBe('unsafe-cache-folder');
    expect(error.message).toMatch(/can be written by other users/);
  });

  it('is not loaded through a link that someone left in its place', async () => {
    installPackage(tar(swiftshader));
    await find();
    const path = join(cacheFolder, readdirSync(cacheFolder)[0] ?? '');
    rmSync(path, { recursive: true });
    symlinkSync(folder, path);
    expect((await errorOf(find())).message).toMatch(/is not a folder/);
  });

  const header = tarEntry({ name: 'libvulkan.so.1', contents: 'loader' });
  const spoilt = Buffer.from(header);
  spoilt[0] = 0x78;

  it.each<[string, Uint8Array, RegExp]>([
    ['has a wrong checksum', Buffer.concat([spoilt, Buffer.alloc(1024)]), /wrong checksum/],
    ['is cut off within a file', header.subarray(0, blockBytes), /'libvulkan.so.1' is cut off/],
    ['has no end', header, /no end/],
    ['holds a link', tar([{ name: 'libvulkan.so.1', type: '2' }]), /entry of type '2'/],
    ['lacks the driver', tar(swiftshader.slice(2)), /it has no libvk_swiftshader.so/],
    ['is far too large', Buffer.alloc(65 * 1024 * 1024), /cannot be unpacked: /],
  ])('is refused if its archive %s, and nothing is left behind', async (_, archive, message) => {
    installPackage(archive);
    const error = await errorOf(find());
    expect(error.code).toBe('bad-swiftshader-archive');
    expect(error.message).toMatch(message);
    expect(error.nextStep).toBe('Reinstall @sparticuz/chromium.');
    mkdirSync(cacheFolder, { recursive: true });
    expect(readdirSync(cacheFolder)).toEqual([]);
  });

  it('does not let names in its archive lead anywhere', async () => {
    const evil = [
      { name: '../../evil.so', contents: 'evil' },
      { name: '/tmp/evil.so', contents: 'evil' },
    ];
    installPackage(tar([...swiftshader, ...evil]));
    await find();
    expect(readdirSync(folder).sort()).toEqual(['cache', 'node_modules', 'worker.mjs']);
    expect(readdirSync(join(cacheFolder, readdirSync(cacheFolder)[0] ?? ''))).toHaveLength(3);
  });

  it('is listed beside the other ways to an adapter', async () => {
    installPackage(tar(swiftshader));
    const reports = await listAdapters({ workerPath, environment: {}, cacheFolder });
    expect(reports.map(({ source, result }) => [source, result.ok])).toEqual([
      ['system', false],
      ['swiftshader', true],
    ]);
    expect(reports[0]?.nextStep).toMatch(/Install a Vulkan driver/);
    expect(reports[1]?.nextStep).toBe(null);
  });

  it('costs no other way its place in the list if it throws', async () => {
    installPackage(tar(swiftshader.slice(2)));
    const reports = await listAdapters({ workerPath, environment: {}, cacheFolder });
    expect(reports.map(({ source, driver }) => [source, driver === null])).toEqual([
      ['system', false],
      ['swiftshader', true],
    ]);
    expect(reports[1]?.result).toMatchObject({
      ok: false,
      message: expect.stringMatching(/cannot be unpacked/),
    });
    expect(reports[1]?.nextStep).toBe('Reinstall @sparticuz/chromium.');
  });

  it('is what a run takes where it is the first that works, and the environment names no other', async () => {
    installPackage(tar(swiftshader));
    const list = (environment: Record<string, string>) =>
      listAdapters({ workerPath, environment, cacheFolder });
    const found = await list({});
    expect(takenAdapter(found, 'auto')).toBe(found[1]);
    expect(takenAdapter(found, 'software')).toBe(found[1]);
    const named = await list({ VK_DRIVER_FILES: '/nowhere.json' });
    expect(takenAdapter(named, 'auto')).toBe(null);
    expect(takenAdapter(named, 'software')).toBe(named[1]);
  });
});

describe('a device family', () => {
  it.each([
    ['mesa', 'llvmpipe-llvm-15-0-6-256-bits-', 'software', 'mesa-llvmpipe'],
    ['google', 'swiftshader-device-subzero-', 'swiftshader', 'google-swiftshader'],
    ['nvidia', 'nvidia-h200', 'hopper', 'nvidia-h200'],
    ['nvidia', 'nvidia-geforce-rtx-4090', 'lovelace', 'nvidia-geforce-rtx-4090'],
    ['amd', 'amd-radeon-rx-7900-xtx-radv-navi31-', 'rdna-3', 'amd-radeon-rx-7900-xtx'],
    ['intel', 'intel-r-arc-tm-a770-graphics-dg2-', 'xe-hpg', 'intel-arc-a770'],
    ['apple', 'apple-m2-pro', 'metal-3', 'apple-m2-pro'],
    ['nvidia', '', 'ampere', 'nvidia-ampere'],
    ['', '', '', 'unknown'],
    ['Ünïcode/../..', 'a b', '', 'n-code-a-b'],
  ])('of vendor %j, device %j is stable and safe in file names', (vendor, device, architecture, family) => {
    expect(deviceFamily({ vendor, device, architecture })).toBe(family);
  });
});
