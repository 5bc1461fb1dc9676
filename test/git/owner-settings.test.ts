import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { fetchHistory, headCommit, requireRepository, resolveCommit } from '../../src/git/index.ts';

const plain = { PATH: process.env.PATH, HOME: '/nonexistent' };
const target = 'refs/joulegate/base';
let folder = '';
/** A bare repository that can be read over HTTP as files. */
let remote = '';
let tip = '';
let clones = 0;

function git(cwd: string, ...args: string[]): string {
  const all = ['-c', 'user.name=a', '-c', 'user.email=a@example.invalid', ...args];
  const env = { PATH: process.env.PATH ?? '', HOME: '/nonexistent' };
  return execFileSync('git', all, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

function program(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** A repository whose origin has a commit that it lacks. */
function clone(address: string): string {
  const path = join(folder, `clone-${clones++}`);
  git(folder, 'init', '--quiet', path);
  git(path, 'remote', 'add', 'origin', address);
  return path;
}

interface Job {
  readonly root: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly credentials?: { readonly serverUrl: string; readonly token: string };
}

async function fetchMain({ root, environment = {}, credentials }: Job): Promise<string> {
  const repository = requireRepository({ root, environment: { ...plain, ...environment } });
  await fetchHistory({
    repository,
    source: 'refs/heads/main',
    target,
    depth: 1,
    credentials: credentials ?? null,
  });
  return resolveCommit(repository, target);
}

/** Settings as `env:` of a job has them. */
function configured(settings: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(settings).flatMap(([key, value], i) => [
    [`GIT_CONFIG_KEY_${i}`, key],
    [`GIT_CONFIG_VALUE_${i}`, value],
  ]);
  return { GIT_CONFIG_COUNT: String(Object.keys(settings).length), ...Object.fromEntries(entries) };
}

/** Serves the repository to whoever `mayRead`. @returns its address */
async function serve(
  mayRead: (request: IncomingMessage) => boolean = () => true,
  tls?: { readonly key: Buffer; readonly cert: Buffer },
): Promise<string> {
  const answer: RequestListener = (request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://x');
    if (!mayRead(request)) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
      return;
    }
    try {
      response.end(readFileSync(join(remote, pathname.replace(/^\/repository/, ''))));
    } catch {
      response.writeHead(404).end();
    }
  };
  const server: Server = tls === undefined ? createServer(answer) : createSecureServer(tls, answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http${tls === undefined ? '' : 's'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const basic = (text: string) => `basic ${Buffer.from(text).toString('base64')}`;
const sends = (authorization: string) => (request: IncomingMessage) =>
  request.headers.authorization?.toLowerCase() === authorization.toLowerCase();

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'joulegate-owner-')));
  const seed = join(folder, 'seed');
  git(folder, 'init', '--quiet', '--initial-branch=main', seed);
  git(seed, 'commit', '--quiet', '--allow-empty', '--message=commit');
  tip = git(seed, 'rev-parse', 'HEAD');
  remote = join(folder, 'remote.git');
  git(folder, 'clone', '--quiet', '--bare', seed, remote);
  git(remote, 'update-server-info');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('what the job’s owner sets by environment is honoured by a fetch:', () => {
  it('a certificate authority of one’s own', async () => {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-days',
        '2',
        ...subject,
        '-keyout',
        key,
        '-out',
        cert,
      ],
      { stdio: 'ignore' },
    );
    const address = await serve(undefined, { key: readFileSync(key), cert: readFileSync(cert) });
    const root = clone(`${address}/repository`);
    await expect(fetchMain({ root })).rejects.toThrow('certificate');
    expect(await fetchMain({ root, environment: { GIT_SSL_CAINFO: cert } })).toBe(tip);
    const settings = configured({ 'http.sslCAInfo': cert });
    expect(await fetchMain({ root: clone(`${address}/repository`), environment: settings })).toBe(tip);
    writeFileSync(join(folder, 'global'), `[http]\n\tsslCAInfo = ${cert}\n`);
    const environment = { GIT_CONFIG_GLOBAL: join(folder, 'global') };
    expect(await fetchMain({ root: clone(`${address}/repository`), environment })).toBe(tip);
  });

  it('an ssh command, which takes the place of the repository’s', async () => {
    const ssh = program('ssh.sh', 'echo "$1" > "$0.host"; exec sh -c "$2"');
    const root = clone(`ssh://kernels.invalid${remote}`);
    git(root, 'config', 'core.sshCommand', `touch ${folder}/sprung; false`);
    const environment = { GIT_SSH_COMMAND: ssh, GIT_SSH_VARIANT: 'simple' };
    expect(await fetchMain({ root, environment })).toBe(tip);
    expect(readFileSync(`${ssh}.host`, 'utf8')).toBe('kernels.invalid\n');
    const own = configured({ 'core.sshCommand': ssh, 'ssh.variant': 'simple' });
    expect(await fetchMain({ root, environment: own })).toBe(tip);
    expect(() => readFileSync(join(folder, 'sprung'))).toThrow('ENOENT');
  });

  it('an askpass and a credential helper, with what they read of the job', async () => {
    const address = await serve(sends(basic('joe:hunter2')));
    const askpass = program('askpass.sh', 'case "$1" in User*) echo joe;; *) echo "$CORP_PASSWORD";; esac');
    const root = clone(`${address}/repository`);
    await expect(fetchMain({ root })).rejects.toThrow('origin does not let this job read');
    const secret = { CORP_PASSWORD: 'hunter2' };
    expect(await fetchMain({ root, environment: { GIT_ASKPASS: askpass, ...secret } })).toBe(tip);
    const helper = `!f() { echo username=joe; echo "password=$CORP_PASSWORD"; }; f`;
    git(root, 'config', 'credential.helper', `!touch ${folder}/sprung; false`);
    git(root, 'config', `credential.${address}.helper`, `!touch ${folder}/sprung; false`);
    git(root, 'config', 'core.askPass', program('other-askpass.sh', `touch ${folder}/sprung`));
    const environment = { ...configured({ 'credential.helper': helper }), ...secret };
    expect(await fetchMain({ root, environment })).toBe(tip);
    await expect(fetchMain({ root })).rejects.toThrow('origin does not let this job read');
    expect(() => readFileSync(join(folder, 'sprung'))).toThrow('ENOENT');
  });

  it('a proxy', async () => {
    const seen: (string | undefined)[] = [];
    const proxy = await serve((request) => seen.push(request.url) > 0);
    const root = clone('http://kernels.invalid/repository');
    expect(await fetchMain({ root, environment: { http_proxy: proxy } })).toBe(tip);
    expect(seen[0]).toMatch(/^http:\/\/kernels\.invalid\/repository\/info\/refs/);
  });

  it('together with the token of the action, which is added to it', async () => {
    const address = await serve(sends(basic('x-access-token:secret')));
    const root = clone('https://github.invalid/repository');
    const environment = configured({ [`url.${address}/.insteadOf`]: 'https://github.invalid/' });
    await expect(fetchMain({ root, environment })).rejects.toThrow('origin does not let this job read');
    const credentials = { serverUrl: address, token: 'secret' };
    expect(await fetchMain({ root, environment, credentials })).toBe(tip);
  });
});

describe('what actions/checkout left in the clone is honoured by a fetch:', () => {
  it('a header in the settings, and in a file that they include', async () => {
    const address = await serve(sends(basic('x-access-token:job')));
    const header = `AUTHORIZATION: ${basic('x-access-token:job')}`;
    const older = clone(`${address}/repository`);
    git(older, 'config', `http.${address}/.extraheader`, header);
    expect(await fetchMain({ root: older })).toBe(tip);
    const newer = clone(`${address}/repository`);
    const file = join(folder, 'git-credentials.config');
    writeFileSync(file, `[http "${address}/"]\n\textraheader = ${header}\n`);
    git(newer, 'config', `includeIf.gitdir:${newer}/.git.path`, file);
    expect(await fetchMain({ root: newer })).toBe(tip);
  });

  it('a deploy key', async () => {
    const ssh = program('bin/ssh', 'echo "$*" > "$0.log"; for last; do :; done; exec sh -c "$last"');
    const root = clone(`ssh://git@kernels.invalid${remote}`);
    const options =
      '-o StrictHostKeyChecking=yes -o CheckHostIP=no -o "UserKnownHostsFile=$RUNNER_TEMP/known_hosts"';
    git(root, 'config', 'core.sshCommand', `"${ssh}" -i "$RUNNER_TEMP/key" ${options}`);
    expect(await fetchMain({ root, environment: { RUNNER_TEMP: '/runner/temp' } })).toBe(tip);
    expect(readFileSync(`${ssh}.log`, 'utf8')).toContain('-i /runner/temp/key -o StrictHostKeyChecking=yes');
  });
});

it.skipIf(process.getuid?.() !== 0)(
  'a repository of another user is read once it is trusted by environment',
  () => {
    const root = clone(remote);
    git(root, 'commit', '--quiet', '--allow-empty', '--message=commit');
    chownSync(root, 12345, 12345);
    chownSync(join(root, '.git'), 12345, 12345);
    expect(() => requireRepository({ root, environment: plain })).toThrow(
      expect.objectContaining({ code: 'dubious-ownership' }),
    );
    const environment = { ...plain, ...configured({ 'safe.directory': root }) };
    expect(headCommit(requireRepository({ root, environment }))).toBe(
      git(root, '-c', `safe.directory=${root}`, 'rev-parse', 'HEAD'),
    );
  },
);

it('a git that reads gets no secret, one that fetches none of the action’s, and neither shows what it does', async () => {
  const log = join(folder, 'environments');
  const bin = dirname(
    program('logging/git', `echo "== $*" >> ${log}; env >> ${log}; PATH=\${PATH#*:} exec git "$@"`),
  );
  const secrets = {
    'INPUT_GITHUB-TOKEN': 'in-input',
    ACTIONS_RUNTIME_TOKEN: 'in-runtime',
    CORP_PASSWORD: 'in-job',
    GIT_TRACE: '1',
    PATH: `${bin}:${process.env.PATH}`,
  };
  const root = clone(remote);
  await fetchMain({
    root,
    environment: secrets,
    credentials: { serverUrl: 'https://github.invalid', token: 'in-call' },
  });
  const calls = readFileSync(log, 'utf8').split(/^== /m).slice(1);
  const token = Buffer.from('x-access-token:in-call').toString('base64');
  const fetches = calls.filter((call) => / fetch --quiet /.test(call.split('\n')[0] ?? ''));
  expect(fetches).toHaveLength(1);
  expect(fetches[0]).toContain('in-job');
  expect(fetches[0]).toContain(token);
  expect(calls.length).toBeGreaterThan(4);
  for (const call of calls) {
    expect(call).not.toMatch(/in-input|in-runtime|GIT_TRACE/);
    if (call !== fetches[0]) expect(call).not.toMatch(new RegExp(`in-job|${token}`));
  }
});
