import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** An entry of the cache or an artifact: reserved, uploaded, finalised. */
interface Entry {
  readonly blob: string;
  readonly id: number;
  readonly key: string;
  readonly version: string;
  size: number;
  isFinal: boolean;
}

interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly bytes?: Buffer;
}

/** What a method answers instead; `cut-within`: the connection is closed in the middle of a blob. */
export type ServiceFault =
  | { readonly status: number; readonly message: string }
  | 'cut'
  | 'cut-within'
  | 'never-answer';

type Fields = Readonly<Record<string, unknown>>;

const twirp = /^\/twirp\/github\.actions\.results\.api\.v1\.(?:Cache|Artifact)Service\/(\w+)$/;

const ok = (body: unknown): Reply => ({ status: 200, body });
const refused = (status: number, code: string, msg: string): Reply => ({ status, body: { code, msg } });

/**
 * The services a job talks to: the cache (version 2) and artifacts (version 4), both Twirp with JSON, and the blob store
 * behind them (Azure's PUT of a whole blob or of blocks, GET with ranges).
 */
export class ActionsServices {
  url = '';
  /** Names of the methods called, and `PUT blob`, `GET blob`, in order. */
  readonly calls: string[] = [];
  readonly #caches: Entry[] = [];
  readonly #artifacts: Entry[] = [];
  readonly #blobs = new Map<string, Buffer>();
  readonly #blocks = new Map<string, Buffer>();
  readonly #faults = new Map<string, { readonly fault: ServiceFault; left: number }>();
  #nextId = 1;

  /** Keys of the finished caches, oldest first. */
  get cacheKeys(): readonly string[] {
    return this.#caches.filter(({ isFinal }) => isFinal).map(({ key }) => key);
  }

  /** Finished artifacts, oldest first, and where their bytes are. */
  get artifacts(): readonly { id: number; name: string; sizeBytes: number; address: string }[] {
    return this.#artifacts
      .filter(({ isFinal }) => isFinal)
      .map((entry) => ({
        id: entry.id,
        name: entry.key,
        sizeBytes: entry.size,
        address: this.#address(entry),
      }));
  }

  /** A finished artifact, as another job of the run would have left it. @returns its identifier */
  addArtifact(name: string, bytes: Buffer): number {
    const id = this.#nextId++;
    const entry = { blob: `blob-${id}`, id, key: name, version: '', size: bytes.length, isFinal: true };
    this.#artifacts.push(entry);
    this.#blobs.set(entry.blob, bytes);
    return id;
  }

  /** Every call of the method gets the fault from now on, or the next `times`. */
  fail(method: string, fault: ServiceFault, times = Number.POSITIVE_INFINITY): void {
    this.#faults.set(method, { fault, left: times });
  }

  #faultOf(method: string): ServiceFault | null {
    const planned = this.#faults.get(method);
    return planned !== undefined && planned.left-- > 0 ? planned.fault : null;
  }

  /** Cuts everything that was uploaded off in its middle. */
  truncateBlobs(): void {
    for (const [blob, bytes] of this.#blobs) this.#blobs.set(blob, bytes.subarray(0, bytes.length / 2));
  }

  /** Puts something else in place of what was uploaded. */
  damageBlobs(bytes: Buffer): void {
    for (const blob of this.#blobs.keys()) this.#blobs.set(blob, bytes);
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const url = new URL(request.url ?? '', this.url);
    const method = twirp.exec(url.pathname)?.[1] ?? `${request.method} blob`;
    this.calls.push(method);
    const fault = this.#faultOf(method);
    if (fault === 'never-answer') return;
    if (fault === 'cut') {
      request.socket.destroy();
      return;
    }
    if (fault === 'cut-within') {
      const { bytes = Buffer.alloc(2), headers = {} } = this.#blob(request, url, body);
      response.writeHead(200, { ...headers, 'content-length': bytes.length });
      response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
      return;
    }
    if (fault !== null) return answer(response, refused(fault.status, 'failed', fault.message));
    const isCall = url.pathname.startsWith('/twirp/');
    if (isCall && !request.headers.authorization?.startsWith('Bearer ')) {
      return answer(response, refused(401, 'unauthenticated', 'no token'));
    }
    answer(
      response,
      isCall ? this.#call(method, JSON.parse(body.toString())) : this.#blob(request, url, body),
    );
  }

  #call(method: string, fields: Fields): Reply {
    const text = (name: string) => String(fields[name] ?? '');
    switch (method) {
      case 'CreateCacheEntry':
        return this.#reserve(this.#caches, text('key'), text('version'));
      case 'FinalizeCacheEntryUpload':
        return this.#finalise(this.#caches, text('key'), text('version'), text('size_bytes'), 'entry_id');
      case 'GetCacheEntryDownloadURL':
        return this.#lookUp(text('key'), fields.restore_keys as readonly string[], text('version'));
      case 'CreateArtifact':
        return this.#reserve(this.#artifacts, text('name'), '');
      case 'FinalizeArtifact':
        return this.#finalise(this.#artifacts, text('name'), '', text('size'), 'artifact_id');
      case 'ListArtifacts':
        return this.#list(fields);
      case 'GetSignedArtifactURL': {
        const found = this.#artifacts.find(({ key, isFinal }) => isFinal && key === text('name'));
        if (found === undefined) return refused(404, 'not_found', 'no such artifact');
        return ok({ name: found.key, signed_url: this.#address(found) });
      }
      default:
        return refused(404, 'bad_route', method);
    }
  }

  #address({ blob }: Entry): string {
    return `${this.url}/blobs/${blob}?sig=${createHash('sha256').update(blob).digest('hex')}`;
  }

  #reserve(entries: Entry[], key: string, version: string): Reply {
    const isTaken = entries.some((entry) => entry.key === key && entry.version === version);
    if (isTaken) return refused(409, 'already_exists', 'an entry of this name exists already');
    const id = this.#nextId++;
    const entry = { blob: `blob-${id}`, id, key, version, size: 0, isFinal: false };
    entries.push(entry);
    return ok({ ok: true, signed_upload_url: this.#address(entry), message: '' });
  }

  #finalise(entries: Entry[], key: string, version: string, size: string, idField: string): Reply {
    const entry = entries.find((one) => one.key === key && one.version === version);
    if (entry === undefined || !this.#blobs.has(entry.blob))
      return ok({ ok: false, message: 'not uploaded' });
    entry.size = Number(size);
    entry.isFinal = true;
    return ok({ ok: true, [idField]: String(entry.id), message: '' });
  }

  /** The exact key first, then the newest entry that begins with a restore key. */
  #lookUp(key: string, restoreKeys: readonly string[] = [], version: string): Reply {
    const usable = this.#caches.filter((entry) => entry.isFinal && entry.version === version).reverse();
    const found =
      usable.find((entry) => entry.key === key) ??
      restoreKeys.map((prefix) => usable.find((entry) => entry.key.startsWith(prefix))).find(Boolean);
    if (found === undefined) return ok({ ok: false, signed_download_url: '', matched_key: '' });
    return ok({ ok: true, signed_download_url: this.#address(found), matched_key: found.key });
  }

  #list(fields: Fields): Reply {
    const filter = fields.id_filter === undefined ? null : Number(fields.id_filter);
    const artifacts = this.#artifacts
      .filter(({ id, isFinal }) => isFinal && (filter === null || id === filter))
      .map(({ id, key, size }) => ({
        workflow_run_backend_id: String(fields.workflow_run_backend_id),
        workflow_job_run_backend_id: String(fields.workflow_job_run_backend_id),
        database_id: String(id),
        name: key,
        size: String(size),
        created_at: '2025-06-01T12:00:00Z',
      }));
    return ok({ artifacts });
  }

  #blob(request: IncomingMessage, url: URL, body: Buffer): Reply {
    const blob = url.pathname.replace('/blobs/', '');
    const headers = {
      etag: '"1"',
      'last-modified': 'Sun, 01 Jun 2025 12:00:00 GMT',
      'x-ms-request-id': randomUUID(),
      'x-ms-version': '2024-11-04',
    };
    if (request.method === 'PUT') {
      this.#put(blob, url.searchParams, body);
      return { status: 201, headers };
    }
    const bytes = this.#blobs.get(blob);
    if (bytes === undefined) return { status: 404 };
    const range = String(request.headers['x-ms-range'] ?? request.headers.range ?? '');
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(range) ?? [];
    const type = { ...headers, 'content-type': 'application/zip', 'accept-ranges': 'bytes' };
    if (from === undefined) return { status: 200, headers: type, bytes };
    const end = Math.min(to ? Number(to) : bytes.length - 1, bytes.length - 1);
    const contentRange = `bytes ${from}-${end}/${bytes.length}`;
    const part = bytes.subarray(Number(from), end + 1);
    return { status: 206, headers: { ...type, 'content-range': contentRange }, bytes: part };
  }

  #put(blob: string, query: URLSearchParams, body: Buffer): void {
    const kind = query.get('comp');
    if (kind === 'block') {
      this.#blocks.set(`${blob}/${query.get('blockid')}`, body);
      return;
    }
    const listed = [...body.toString().matchAll(/<(?:Latest|Uncommitted|Committed)>([^<]+)</g)];
    const blocks = listed.map(([, id]) => this.#blocks.get(`${blob}/${id}`) ?? Buffer.alloc(0));
    this.#blobs.set(blob, kind === 'blocklist' ? Buffer.concat(blocks) : body);
  }
}

function answer(response: ServerResponse, { status, body, headers = {}, bytes }: Reply): void {
  if (bytes !== undefined) {
    response.writeHead(status, { ...headers, 'content-length': bytes.length });
    response.end(bytes);
    return;
  }
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  response.writeHead(status, { ...type, ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

/** An unsigned token with the claim that the toolkit reads. */
export function runtimeToken(): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ scp: 'Actions.Results:run-1:job-1', exp: 4e9 })}.`;
}

/** A job of github.com with its services: a workspace that is the working directory, and the environment. */
export interface Job {
  readonly services: ActionsServices;
  readonly workspace: string;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Starts the services and makes this process a job that uses them, because the toolkit reads the process's environment
 * and working directory. All is as before when the test ends.
 */
export async function startJob(): Promise<Job> {
  const services = new ActionsServices();
  const server = createServer((request, response) => {
    services.handle(request, response).catch((error) => response.destroy(error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  services.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const folder = mkdtempSync(join(tmpdir(), 'joulegate-job-'));
  const environment = {
    ACTIONS_RESULTS_URL: `${services.url}/`,
    ACTIONS_CACHE_SERVICE_V2: 'true',
    ACTIONS_RUNTIME_TOKEN: runtimeToken(),
    GITHUB_WORKSPACE: folder,
    GITHUB_SERVER_URL: 'https://github.com',
    RUNNER_TEMP: join(folder, '_temp'),
  };
  const restore = becomeJob(folder, environment);
  onTestFinished(() => {
    restore();
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { services, workspace: folder, environment };
}

function becomeJob(folder: string, environment: Readonly<Record<string, string>>): () => void {
  const before = Object.keys(environment).map((name) => [name, process.env[name]] as const);
  const working = process.cwd();
  Object.assign(process.env, environment);
  process.chdir(folder);
  return () => {
    process.chdir(working);
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}
