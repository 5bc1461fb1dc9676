import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  fetchHistory,
  fetchLeftOut,
  headCommit,
  openRevision,
  requireRepository,
  resolveCommit,
} from '../../src/git/index.ts';

const environment = { PATH: process.env.PATH, HOME: '/nonexistent' };
let folder: string;
let remote: string;
let clones = 0;

function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
    cwd,
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent' },
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}

function commit(message: string): string {
  writeFileSync(join(remote, 'file'), message);
  git(remote, 'add', '.');
  git(remote, 'commit', '-q', '-m', message);
  return git(remote, 'rev-parse', 'HEAD');
}

/** A clone of `ref` as deep as actions/checkout makes it by default. */
function shallowClone(ref: string): string {
  const path = join(folder, `clone-${clones++}`);
  git(folder, 'init', '-q', path);
  git(path, 'remote', 'add', 'origin', `file://${remote}`);
  git(path, 'fetch', '-q', '--depth=1', 'origin', ref);
  git(path, 'checkout', '-q', 'FETCH_HEAD');
  return path;
}

const open = (root: string) => requireRepository({ root, environment });
const tipOfMain = { source: 'refs/heads/main', target: null, depth: 1, credentials: null };

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'joulegate-fetch-')));
  remote = join(folder, 'remote');
  git(folder, 'init', '-q', '-b', 'main', remote);
  git(remote, 'config', 'uploadpack.allowAnySHA1InWant', 'true');
  commit('first');
  commit('fork point');
  git(remote, 'checkout', '-q', '-b', 'topic');
  commit('topic');
  git(remote, 'checkout', '-q', 'main');
  commit('later on main');
  git(remote, 'checkout', '-q', '-b', 'merged');
  git(remote, 'merge', '-q', '-s', 'ours', '-m', 'merge', 'topic');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Command lines of all processes that run. */
function commandLines(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        // It ended while it was looked at.
        return [];
      }
    });
}

describe('fetchHistory', () => {
  it('finds the first parent of a merge commit that was checked out alone', async () => {
    const root = shallowClone('merged');
    const repository = open(root);
    const head = headCommit(repository);
    expect(() => resolveCommit(repository, 'HEAD^1')).toThrow('no revision');
    await fetchHistory({ repository, source: head, target: null, depth: 2, credentials: null });
    expect(resolveCommit(repository, 'HEAD^1')).toBe(git(remote, 'rev-parse', 'main'));
    expect(headCommit(repository)).toBe(head);
  });

  it('finds the files that a partial clone left out of base, where head has others', async () => {
    git(remote, 'config', 'uploadpack.allowFilter', 'true');
    const root = join(folder, `clone-${clones++}`);
    git(folder, 'clone', '-q', '--filter=blob:none', '--branch=topic', `file://${remote}`, root);
    const repository = open(root);
    const base = () => openRevision(repository, 'HEAD~1').reader.read('file');
    expect(base).toThrow('git cannot read file');
    const commit = resolveCommit(repository, 'HEAD~1');
    await fetchLeftOut({ repository, commit, credentials: null });
    expect(base()).toBe('fork point');
  });

  it('names what the remote does not have, and what to do', async () => {
    const task = { repository: open(shallowClone('topic')), target: null, depth: 1, credentials: null };
    await expect(fetchHistory({ ...task, source: 'refs/heads/gone' })).rejects.toThrow(
      /origin has no refs\/heads\/gone: .*refs\/heads\/gone/,
    );
  });

  it.each(['--upload-pack=evil', 'ext::sh -c evil', 'a..b'])('takes %j for no revision', async (source) => {
    const task = { repository: open(shallowClone('topic')), target: null, depth: 1, credentials: null };
    await expect(fetchHistory({ ...task, source })).rejects.toThrow('is not a revision');
  });

  it('runs no program that the clone’s remote names', async () => {
    const root = shallowClone('topic');
    const witness = join(folder, 'witness');
    git(root, 'remote', 'set-url', 'origin', `ext::sh -c "touch% ${witness}"`);
    const task = { ...tipOfMain, repository: open(root) };
    await expect(fetchHistory(task)).rejects.toThrow('could not fetch');
    expect(() => readFileSync(witness)).toThrow('ENOENT');
  });

  it('shows the token to its own server only, and in no message', async () => {
    const log = join(folder, 'requests');
    // In a process of its own: fetching blocks this one.
    const script = `
      const { appendFileSync } = require('node:fs');
      const server = require('node:http').createServer((request, response) => {
        appendFileSync(${JSON.stringify(log)}, (request.headers.authorization ?? 'none') + '\\n');
        response.writeHead(403).end();
      });
      server.listen(0, '127.0.0.1', () => console.log(server.address().port));`;
    const server = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const port = await new Promise<string>((resolve) => {
        server.stdout.once('data', (text) => resolve(String(text).trim()));
      });
      const url = `http://127.0.0.1:${port}`;
      const root = shallowClone('topic');
      git(root, 'remote', 'set-url', 'origin', `${url}/o/r`);
      const messageFor = async (serverUrl: string): Promise<string> => {
        const credentials = { serverUrl, token: 'secret-token' };
        const task = {
          repository: open(root),
          source: 'refs/heads/main',
          target: null,
          depth: 1,
          credentials,
        };
        try {
          await fetchHistory(task);
        } catch (error) {
          return String(error);
        }
        throw new Error('the fetch did not fail');
      };
      const basic = Buffer.from('x-access-token:secret-token').toString('base64');
      const messages = [await messageFor(url), await messageFor('https://elsewhere.invalid')];
      const requests = readFileSync(log, 'utf8').trim().split('\n');
      expect(requests[0]).toBe(`basic ${basic}`);
      expect(requests.at(-1)).toBe('none');
      for (const message of messages) {
        expect(message).not.toContain('secret-token');
        expect(message).not.toContain(basic);
      }
    } finally {
      server.kill();
    }
  });

  it('gives up a remote that never answers when it is told to, and leaves no git process', async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const asked = new Promise<void>((resolve) => silent.once('connection', () => resolve()));
    const root = shallowClone('topic');
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/o/r`;
    git(root, 'remote', 'set-url', 'origin', url);
    const interruption = new AbortController();
    const task = { ...tipOfMain, repository: open(root) };
    try {
      const fetching = expect(fetchHistory({ ...task, signal: interruption.signal })).rejects.toMatchObject({
        kind: 'interrupted',
      });
      await asked;
      interruption.abort();
      await fetching;
      expect(commandLines().filter((line) => line.includes(url))).toEqual([]);
    } finally {
      silent.close();
    }
  });
});
