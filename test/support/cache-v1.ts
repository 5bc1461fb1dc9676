import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** The cache service that GitHub Enterprise Server has, and runners of Gitea and Forgejo bring: version 1. */
export interface OldCacheService {
  /** For `ACTIONS_CACHE_URL`. */
  readonly url: string;
  /** Keys of what was saved, oldest first. */
  readonly keys: readonly string[];
}

interface Entry {
  readonly key: string;
  readonly version: string;
  readonly parts: Map<number, Buffer>;
  isWhole: boolean;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const bytesOf = ({ parts }: Entry) =>
  Buffer.concat([...parts].sort(([a], [b]) => a - b).map(([, part]) => part));

/** Starts one that is closed with the test. */
export async function startOldCache(): Promise<OldCacheService> {
  const entries: Entry[] = [];
  const keys: string[] = [];
  let url = '';
  const answer = (method: string, path: URL, range: string, body: Buffer): [number, unknown?] => {
    const [, place = '', id] =
      /^\/_apis\/artifactcache\/(caches|cache|blobs)(?:\/(\d+))?$/.exec(path.pathname) ?? [];
    const entry = entries[Number(id) - 1];
    if (method === 'GET' && place === 'blobs' && entry !== undefined) return [200, bytesOf(entry)];
    if (method === 'GET' && place === 'cache') {
      const wanted = (path.searchParams.get('keys') ?? '').split(',');
      const version = path.searchParams.get('version');
      const at = entries.findLastIndex(
        (one) => one.isWhole && one.version === version && wanted.some((key) => one.key.startsWith(key)),
      );
      if (at === -1) return [204];
      return [
        200,
        { cacheKey: entries[at]?.key, archiveLocation: `${url}_apis/artifactcache/blobs/${at + 1}` },
      ];
    }
    if (method === 'POST' && place === 'caches' && id === undefined) {
      const { key, version } = JSON.parse(body.toString()) as { key: string; version: string };
      entries.push({ key, version, parts: new Map(), isWhole: false });
      // 0 is none to the toolkit.
      return [201, { cacheId: entries.length }];
    }
    if (entry === undefined || place !== 'caches') return [404, { message: 'Not Found' }];
    if (method === 'PATCH') {
      entry.parts.set(Number(/^bytes (\d+)-/.exec(range)?.[1]), body);
      return [204];
    }
    entry.isWhole = true;
    keys.push(entry.key);
    return [204];
  };
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '', url);
    const body = await bodyOf(request);
    const [status, content] = answer(
      request.method ?? '',
      path,
      request.headers['content-range'] ?? '',
      body,
    );
    const isBytes = Buffer.isBuffer(content);
    response.writeHead(status, { 'content-type': isBytes ? 'application/octet-stream' : 'application/json' });
    response.end(isBytes ? content : content === undefined ? undefined : JSON.stringify(content));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { url, keys };
}
