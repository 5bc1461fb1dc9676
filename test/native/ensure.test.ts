import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  type EnsureTask,
  ensureNative,
  loadWebgpu,
  nativeRelease,
  nativeSearch,
} from '../../src/native/index.ts';
import { goodParts, host, pinsOf, project, putPackages, putParts, temporaryFolder } from './folder.ts';

const pins = pinsOf(goodParts);

interface Server {
  readonly url: string;
  readonly requests: { readonly path: string; readonly authorization: string | undefined }[];
}

/** Serves these files as GitHub serves release assets: by a redirect to another address. */
async function releaseServer(files: Readonly<Record<string, Uint8Array>>): Promise<Server> {
  const requests: Server['requests'] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    requests.push({ path, authorization: request.headers.authorization });
    const name = path.split('/').at(-1) ?? '';
    const file = files[name];
    if (file === undefined) response.writeHead(404).end();
    else if (path.startsWith('/storage/')) response.writeHead(200).end(file);
    else response.writeHead(302, { location: `http://${request.headers.host}/storage/${name}` }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

const assets = (files: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(files).map(([name, text]) => [`native-linux-x64-${name}.gz`, gzipSync(text)]),
  );

/** A job on a runner with an empty tool cache, in which nothing native is there. */
function job(serverUrl: string | null, changes: Partial<EnsureTask> = {}) {
  const notes: string[] = [];
  const place = project();
  const task: EnsureTask = {
    search: place.search,
    release: serverUrl === null ? null : { serverUrl, repository: 'acme/joulegate', version: '1.2.3' },
    temporaryFolder: join(temporaryFolder(), 'made', 'on', 'demand'),
    hasToolCache: true,
    note: (text) => notes.push(text),
    options: { pins, host },
    ...changes,
  };
  return { ...place, task, notes };
}

let toolCache = '';
const environment = { ...process.env };

beforeEach(() => {
  toolCache = temporaryFolder();
  // The toolkit reads these itself.
  process.env.RUNNER_TOOL_CACHE = toolCache;
  process.env.RUNNER_TEMP = temporaryFolder();
  // It also prints commands for a runner to act on.
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  Object.assign(globalThis, {
    TEST_DOWNLOAD_TOOL_RETRY_MIN_SECONDS: 0,
    TEST_DOWNLOAD_TOOL_RETRY_MAX_SECONDS: 0,
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  for (const name of ['RUNNER_TOOL_CACHE', 'RUNNER_TEMP']) {
    if (environment[name] === undefined) delete process.env[name];
    else process.env[name] = environment[name];
  }
});

describe('nothing is fetched if everything is there', () => {
  it.each([
    ['beside the bundle', (root: string) => putParts(join(root, 'dist', 'native', 'linux-x64'))],
    ['as packages', (root: string) => putPackages(root)],
  ])('%s', async (_, prepare) => {
    const server = await releaseServer(assets(goodParts));
    const { root, task } = job(server.url);
    prepare(root);
    expect(await ensureNative(task)).toEqual({ source: 'present', folder: null, environment: {} });
    expect(server.requests).toEqual([]);
  });
});

describe('what is missing comes from the release of this version', () => {
  it('and a process that is told of the folder loads it', async () => {
    const server = await releaseServer(assets(goodParts));
    const { task } = job(server.url);
    const ensured = await ensureNative(task);
    expect(ensured.source).toBe('release');
    expect(ensured.environment).toEqual({ JOULEGATE_NATIVE: ensured.folder });
    expect(readdirSync(ensured.folder!).sort()).toEqual(Object.keys(goodParts).sort());
    const search = nativeSearch(task.search.bundlePath, ensured.environment);
    expect((await loadWebgpu(search, task.options)).create([])).toBe('folder');
    expect(server.requests[0]?.path).toMatch(
      /^\/acme\/joulegate\/releases\/download\/v1\.2\.3\/native-linux-x64-/,
    );
  });

  it('without any token', async () => {
    const server = await releaseServer(assets(goodParts));
    await ensureNative(job(server.url).task);
    expect(server.requests.map(({ authorization }) => authorization)).toEqual(
      server.requests.map(() => undefined),
    );
  });

  it('once: the next job finds it in the tool cache', async () => {
    const server = await releaseServer(assets(goodParts));
    await ensureNative(job(server.url).task);
    const asked = server.requests.length;
    const ensured = await ensureNative(job(server.url).task);
    expect(ensured.source).toBe('tool-cache');
    expect(ensured.folder?.startsWith(toolCache)).toBe(false);
    // Whoever writes to the tool cache from now on changes nothing of what is loaded.
    writeFileSync(join(toolCache, 'joulegate-native', '1.2.3', 'linux-x64', 'dawn.node'), 'other');
    expect(readFileSync(join(ensured.folder!, 'dawn.node'), 'utf8')).toBe('dawn');
    expect(server.requests).toHaveLength(asked);
  });

  it('again, if the tool cache holds something else, and that is said', async () => {
    const server = await releaseServer(assets(goodParts));
    await ensureNative(job(server.url).task);
    const cached = join(toolCache, 'joulegate-native', '1.2.3', 'linux-x64', 'dawn.node');
    writeFileSync(cached, 'other');
    const { task, notes } = job(server.url);
    expect((await ensureNative(task)).source).toBe('release');
    expect(notes[0]).toContain(`${cached} has sha256`);
    expect(readFileSync(cached, 'utf8')).toBe('dawn');
  });

  it('also on a runner without a tool cache, or with one that cannot be written', async () => {
    const server = await releaseServer(assets(goodParts));
    expect((await ensureNative(job(server.url, { hasToolCache: false }).task)).source).toBe('release');
    expect(readdirSync(toolCache)).toEqual([]);
    writeFileSync(join(toolCache, 'joulegate-native'), 'a file');
    const { task, notes } = job(server.url);
    expect((await ensureNative(task)).source).toBe('release');
    expect(notes.at(-1)).toMatch(/^Native parts were not kept for later jobs: /);
  });
});

describe('what was fetched is refused and deleted', () => {
  const refused = async (files: Readonly<Record<string, Uint8Array>>) => {
    const server = await releaseServer(files);
    const { task } = job(server.url);
    await expect(ensureNative(task)).rejects.toMatchObject({ code: 'native-part-altered' });
    expect(readdirSync(task.temporaryFolder)).toEqual([]);
    expect(existsSync(join(toolCache, 'joulegate-native'))).toBe(false);
  };

  it('if it is another file', () => refused(assets({ ...goodParts, 'dawn.node': 'evil' })));

  it('if it unpacks to more than it should', () =>
    refused(assets({ ...goodParts, 'dawn.node': 'x'.repeat(1e6) })));

  it('if it is not compressed', () =>
    refused({ ...assets(goodParts), 'native-linux-x64-koffi.node.gz': Buffer.from('koffi') }));
});

describe('what cannot be fetched', () => {
  it('is named with everything else that was tried', async () => {
    const server = await releaseServer({});
    const { bundled, task } = job(server.url);
    await expect(ensureNative(task)).rejects.toMatchObject({
      kind: 'could-not-measure',
      code: 'no-native-part',
      message: expect.stringMatching(
        new RegExp(
          `${bundled}: it is not there; node_modules from .*: the npm package webgpu is not installed; ` +
            `${server.url}/acme/.*: Unexpected HTTP response: 404`,
        ),
      ),
      nextStep: expect.stringContaining('Use a released version of the action'),
    });
  });

  it('is not even asked for without pins', async () => {
    const server = await releaseServer(assets(goodParts));
    const { task } = job(server.url, {
      options: { pins: { packages: pins.packages, platforms: {} }, host },
    });
    await expect(ensureNative(task)).rejects.toMatchObject({
      code: 'no-native-part',
      message: expect.stringContaining('refused, because this build pins no files for linux-x64'),
    });
    expect(server.requests).toEqual([]);
  });

  it('has no address if the action was not taken from a repository', async () => {
    await expect(ensureNative(job(null).task)).rejects.toMatchObject({
      message: expect.stringContaining('the action was not taken from a repository of its own'),
    });
  });

  it('is only noted if kernels run without it', async () => {
    const server = await releaseServer({});
    const { root, task, notes } = job(server.url);
    const { 'koffi.node': _, ...webgpuParts } = goodParts;
    putParts(join(root, 'dist', 'native', 'linux-x64'), webgpuParts);
    expect((await ensureNative(task)).source).toBe('present');
    expect(notes.at(-1)).toContain('The native part of koffi for linux-x64 could not be loaded.');
  });

  it('is not asked for on a machine on which it could not work', async () => {
    const server = await releaseServer(assets(goodParts));
    const { task } = job(server.url, { options: { pins, host: { ...host, glibc: '2.28' } } });
    await expect(ensureNative(task)).rejects.toMatchObject({ code: 'unsupported-platform' });
    expect(server.requests).toEqual([]);
  });
});

describe('the release is that of', () => {
  const onRunner = { GITHUB_ACTION_REPOSITORY: 'acme/joulegate', GITHUB_SERVER_URL: 'https://github.com/' };

  it('the repository that the action was taken from', () => {
    expect(nativeRelease(onRunner, '1.2.3')).toEqual({
      serverUrl: 'https://github.com',
      repository: 'acme/joulegate',
      version: '1.2.3',
    });
  });

  it.each([
    ['no action', { ...onRunner, GITHUB_ACTION_REPOSITORY: '' }],
    ['a path', { ...onRunner, GITHUB_ACTION_REPOSITORY: '../../x/y' }],
    ['no address', { ...onRunner, GITHUB_SERVER_URL: 'file:///etc' }],
  ])('nobody: %s', (_, environment) => {
    expect(nativeRelease(environment, '1.2.3')).toBeNull();
  });
});
