import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DriverChoice, findDriver, openWebgpuDevice } from '../../src/device/index.ts';
import { JoulegateError } from '../../src/errors/index.ts';
import { childrenRunning } from '../support/processes.ts';
import { copy, variantOf } from './programs.ts';

/** What a stand-in for the GPU process answers to `open`. */
const info = {
  backend: 'webgpu',
  family: 'acme-one',
  vendor: 'acme',
  architecture: '',
  device: 'one',
  description: 'Acme One',
  driver: '1.0',
  software: false,
  features: [],
  limits: {},
  timestamps: true,
};

const driver: DriverChoice = {
  source: 'system',
  description: 'none',
  environment: { PATH: process.env.PATH ?? '' },
};

/** Defines `answer(request)`, which `handler` is the body of, and answers every request with what it returns. */
function standIn(handler: string): string {
  return `
    const info = ${JSON.stringify(info)};
    const opened = { ok: true, info };
    async function answer(request) { ${handler} }
    process.on('message', async ({ id, request }) => {
      if (request.kind === 'close') process.exit(0);
      process.send({ id, begun: true });
      process.send({ id, response: await answer(request) });
    });
    process.on('disconnect', () => process.exit(0));`;
}

let folder = '';
let script = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joulegate-process-'));
  script = join(folder, 'worker.mjs');
});

afterEach(() => {
  expect(childrenRunning(script)).toEqual([]);
  rmSync(folder, { recursive: true, force: true });
});

function open(text: string, deadlines = {}) {
  writeFileSync(script, text);
  return openWebgpuDevice({ workerPath: script, driver, deadlines });
}

async function errorOf(promise: Promise<unknown>): Promise<JoulegateError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof JoulegateError) return error;
    throw error;
  }
  throw new Error('it succeeded');
}

describe('the GPU process', () => {
  it('is tried three times, then cannot be measured with; its last words are passed on', async () => {
    const error = await errorOf(
      open(`import { appendFileSync } from 'node:fs';
        appendFileSync(${JSON.stringify(join(folder, 'starts'))}, 'x');
        console.error('libvulkan is in a bad mood'); process.exit(9);`),
    );
    expect(error.kind).toBe('could-not-measure');
    expect(error.code).toBe('gpu-process-failed');
    expect(error.message).toBe(
      'The GPU process did not start, 3 times: it ended with status 9; it last said:\nlibvulkan is in a bad mood',
    );
  });

  it('is given up if it does not answer', async () => {
    const error = await errorOf(open('setInterval(() => {}, 1000);', { openMs: 100 }));
    expect(error.message).toMatch(/did not start, 3 times: no answer within 0.1 s/);
  });

  it('says which file is missing', async () => {
    const error = await errorOf(openWebgpuDevice({ workerPath: join(folder, 'missing.mjs'), driver }));
    expect(error.message).toMatch(/missing\.mjs/);
  });

  it('passes on why there is no adapter, without trying again', async () => {
    const error = await errorOf(
      open(
        standIn(
          `return { ok: false, problem: 'adapter-not-found', message: 'no such adapter', adapters: ['Acme One', 'Acme Two'] };`,
        ),
      ),
    );
    expect(error.kind).toBe('could-not-measure');
    expect(error.code).toBe('adapter-not-found');
    expect(error.message).toBe(
      'No GPU adapter could be opened: no such adapter (there are: Acme One; Acme Two).',
    );
  });

  it('keeps what it prints out of our own output and hands it to the log', async () => {
    writeFileSync(script, `console.log('out'); console.error('err'); ${standIn('return opened;')}`);
    let log = '';
    const device = await openWebgpuDevice({
      workerPath: script,
      driver,
      onLog: (text) => {
        log += text;
      },
    });
    await device.close();
    expect(log.split('\n').sort()).toEqual(['', 'err', 'out']);
  });

  it('gets exactly the environment of the driver', async () => {
    const device = await open(
      standIn(`return { ok: true, info: { ...info, description: Object.keys(process.env).join(' ') } };`),
    );
    await device.close();
    expect(device.info.description.split(' ').filter((name) => !name.startsWith('NODE_CHANNEL'))).toEqual([
      'PATH',
    ]);
  });

  it('is replaced after it lost its device, and the next variant is not blamed', async () => {
    const marker = JSON.stringify(join(folder, 'lost'));
    const device = await open(
      `import { existsSync, writeFileSync } from 'node:fs'; ${standIn(`
      if (request.kind === 'open') return opened;
      if (existsSync(${marker})) return { ok: true, value: null };
      writeFileSync(${marker}, '');
      setTimeout(() => process.exit(70), 200);
      return { ok: false, failure: { kind: 'device-lost', message: 'the device was lost: unplugged', at: null } };`)}`,
    );
    expect(await device.prepare(copy)).toEqual({
      ok: false,
      failure: { kind: 'device-lost', message: 'the device was lost: unplugged' },
    });
    expect(await device.prepare(copy)).toEqual({ ok: true, value: null });
    await device.close();
  });

  it('compiles ahead what is expected; what that does is not blamed on what is measured meanwhile', async () => {
    const log = JSON.stringify(join(folder, 'expected'));
    const device = await open(`
      import { appendFileSync } from 'node:fs';
      process.on('message', (message) => {
        if (!('expect' in message)) return;
        appendFileSync(${log}, message.expect.identity + ' ');
        if (message.expect.identity === 'deadly') process.exit(1);
        process.send({ expected: message.expect.identity });
      });
      process.on('message', (message) => {
        if ('request' in message && message.request.kind === 'run') setTimeout(() => {
          process.send({ id: message.id, response: { ok: true, value: [] } });
        }, 300);
      });
      ${standIn('return request.kind === "open" ? opened : new Promise(() => {});').replace(
        'async ({ id, request }) => {',
        'async ({ id, request }) => {\n if (request === undefined) return;',
      )}`);
    const run = async (expected: string) => {
      const running = device.run(copy, 100);
      await new Promise((resolve) => setTimeout(resolve, 50));
      device.expect?.(variantOf(expected, 'o[i] = a[i];'));
      return running;
    };
    expect(await run('harmless')).toMatchObject({ ok: true });
    expect(await run('deadly')).toMatchObject({ ok: true });
    // It is prepared like any other, but never ahead again.
    expect(await run('deadly')).toMatchObject({ ok: true });
    await device.close();
    expect(readFileSync(join(folder, 'expected'), 'utf8')).toBe('harmless deadly ');
  });

  it('must come back with the same adapter', async () => {
    const marker = JSON.stringify(join(folder, 'restarted'));
    const device = await open(
      `import { existsSync, writeFileSync } from 'node:fs'; ${standIn(`
      if (request.kind !== 'open') process.exit(1);
      if (existsSync(${marker})) return { ok: true, info: { ...info, family: 'mesa-llvmpipe' } };
      writeFileSync(${marker}, '');
      return opened;`)}`,
    );
    expect(await device.prepare(copy)).toMatchObject({ ok: false, failure: { kind: 'crash' } });
    const error = await errorOf(device.prepare(copy));
    expect(error.code).toBe('adapter-changed');
    expect(error.message).toBe('The adapter acme-one is gone; after a restart there was mesa-llvmpipe.');
    await device.close();
  });

  it('is killed if it will not close', async () => {
    const device = await open(`
      const info = ${JSON.stringify(info)};
      process.on('SIGTERM', () => {});
      process.on('message', ({ id, request }) => request.kind === 'open' && process.send({ id, response: { ok: true, info } }));`);
    await device.close();
  });
});

describe('the environment of the GPU process', () => {
  it('has what drivers read, and no secrets', async () => {
    writeFileSync(
      script,
      standIn(
        `return { ok: false, problem: 'no-adapter', message: Object.keys(process.env).sort().join(' '), adapters: [] };`,
      ),
    );
    const environment = {
      PATH: process.env.PATH,
      HOME: folder,
      VK_DRIVER_FILES: '/none',
      VK_SECRET_TOKEN: 'x',
      XDG_RUNTIME_DIR: folder,
      NVIDIA_VISIBLE_DEVICES: 'all',
      MESA_LOADER_DRIVER_OVERRIDE: 'x',
      LP_NUM_THREADS: '1',
      GITHUB_TOKEN: 'x',
      ACTIONS_RUNTIME_TOKEN: 'x',
      AWS_SECRET_ACCESS_KEY: 'x',
      NODE_OPTIONS: '--inspect',
      UNSET: undefined,
    };
    const error = await errorOf(findDriver({ workerPath: script, environment, cacheFolder: folder }));
    const seen = /VK_DRIVER_FILES=\/none: (.*)\.$/.exec(error.message)?.[1] ?? '';
    expect(seen.split(' ').filter((name) => !name.startsWith('NODE_CHANNEL'))).toEqual([
      'HOME',
      'LP_NUM_THREADS',
      'MESA_LOADER_DRIVER_OVERRIDE',
      'NVIDIA_VISIBLE_DEVICES',
      'PATH',
      'VK_DRIVER_FILES',
      'XDG_RUNTIME_DIR',
    ]);
  });
});
