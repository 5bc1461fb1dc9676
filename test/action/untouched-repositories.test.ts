import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { checkOutMerge, pullRequestEvent, runAction } from '../support/action-run.ts';
import { startJob } from '../support/actions-services.ts';
import { commitAll, writeFiles } from '../support/command-line.ts';
import { sampled } from '../support/full.ts';
import { startGithubServer } from '../support/github-server.ts';
import { gitIn } from '../support/long-history.ts';
import { powerKernel, smallManifest } from '../support/small-project.ts';

type Git = (...args: string[]) => string;

/** A repository, and how a job checks it out. */
interface Situation {
  /** Files beside those of the project, and in their place. */
  readonly files?: Readonly<Record<string, string>>;
  /** A folder of the project that is a repository of its own. */
  readonly submodule?: string;
  /** Arguments of the fetch, as actions/checkout has them. */
  readonly fetch?: readonly string[];
  /** Of the clone, before it fetches. */
  arrange?(git: Git, clone: string): void;
  /** Of the clone, after what it fetched was checked out. */
  finish?(git: Git, clone: string): void;
  /** What lies on the disk where the kernel, or what it is built from, is stored as something else. */
  readonly transformed?: { readonly path: string; readonly holds: string };
}

/** A shader and a program, so that both ways of naming sources are read. */
const project: Readonly<Record<string, string>> = {
  'joulegate.yaml': `${smallManifest}  program:
    command:
      run: [node, source/main.mjs]
      sources: [source]
      outputs: { y: { type: f32, length: 4, check: { absolute: 1.0 } } }
    workloads: [{ N: 4 }]
`,
  'kernels/power.wgsl': powerKernel(100),
  'source/main.mjs': "console.log('error it must not run')\n",
  'README.md': 'before\n',
};

function newFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'joulegate-untouched-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const weights = 'weights of a network';
const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${createHash('sha256').update(weights).digest('hex')}\nsize ${weights.length}\n`;
const lfs = {
  '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n',
  'source/weights.bin': pointer,
};
const crlf = { path: 'kernels/power.wgsl', holds: '\r\n' };

function updateSubmodules(git: Git) {
  git('-c', 'protocol.file.allow=always', 'submodule', 'update', '--init', '--depth=1');
}

/** actions/checkout with `filter: blob:none`. */
const withoutBlobs = {
  fetch: ['--depth=1', '--filter=blob:none'],
  arrange(git: Git) {
    git('config', 'extensions.partialClone', 'origin');
    git('config', 'remote.origin.promisor', 'true');
    git('config', 'remote.origin.partialclonefilter', 'blob:none');
  },
};

const situations: Readonly<Record<string, Situation>> = {
  'a submodule that holds a shader': { submodule: 'kernels', finish: updateSubmodules },
  'a submodule that holds a program': { submodule: 'source', finish: updateSubmodules },
  'Git LFS, fetched': {
    files: lfs,
    finish: (_, clone) => {
      const hash = createHash('sha256').update(weights).digest('hex');
      const kept = join(clone, '.git/lfs/objects', hash.slice(0, 2), hash.slice(2, 4), hash);
      mkdirSync(dirname(kept), { recursive: true });
      writeFileSync(kept, weights);
      writeFileSync(join(clone, 'source/weights.bin'), weights);
    },
    transformed: { path: 'source/weights.bin', holds: weights },
  },
  'Git LFS, not fetched': { files: lfs, transformed: { path: 'source/weights.bin', holds: 'oid sha256' } },
  'filter: blob:none': withoutBlobs,
  'a sparse checkout with the kernels in it': {
    ...withoutBlobs,
    arrange(git) {
      withoutBlobs.arrange(git);
      git('sparse-checkout', 'set', 'kernels', 'source');
    },
  },
  'a sparse checkout that leaves the kernels out': {
    arrange: (git) => git('sparse-checkout', 'set', '--no-cone', '/*', '!/kernels/', '!/source/'),
  },
  'core.autocrlf of the clone': {
    arrange: (git) => git('config', 'core.autocrlf', 'true'),
    transformed: crlf,
  },
  '*.wgsl text eol=crlf': {
    files: { '.gitattributes': '*.wgsl text eol=crlf\n' },
    transformed: crlf,
  },
  '*.wgsl text eol=crlf in a folder, without blobs': {
    ...withoutBlobs,
    files: { 'kernels/.gitattributes': '*.wgsl text eol=crlf\n' },
    transformed: crlf,
  },
};

/** A repository with a merged pull request. */
async function originOf({ files, submodule }: Situation, head: Readonly<Record<string, string>>) {
  const seed = newFolder();
  const git = (...args: string[]) => gitIn(seed, args);
  const all = Object.entries({ ...project, ...files });
  const isInner = ([path]: readonly [string, string]) =>
    submodule !== undefined && path.startsWith(`${submodule}/`);
  if (submodule !== undefined) {
    const inner = newFolder();
    const innerFiles = all.filter(isInner).map(([path, text]) => [path.slice(submodule.length + 1), text]);
    await writeFiles(inner, Object.fromEntries(innerFiles));
    commitAll(inner);
    git('init', '--quiet', '--initial-branch=main');
    const add = ['submodule', '--quiet', 'add', `file://${inner}`, submodule];
    git('-c', 'protocol.file.allow=always', ...add);
  }
  const base = Object.fromEntries(all.filter((file) => !isInner(file)));
  const checkout = await checkOutMerge(seed, { base, head });
  const origin = newFolder();
  git('clone', '--quiet', '--bare', seed, origin);
  for (const key of ['uploadpack.allowAnySHA1InWant', 'uploadpack.allowFilter'])
    gitIn(origin, ['config', key, 'true']);
  return { origin, checkout };
}

/** A run of the built action on a checkout of such a pull request. */
async function guarded(situation: Situation, head: Readonly<Record<string, string>>) {
  const { origin, checkout } = await originOf(situation, head);
  const [job, github] = [await startJob(), await startGithubServer()];
  const git: Git = (...args) => gitIn(job.workspace, args);
  git('init', '--quiet');
  git('remote', 'add', 'origin', `file://${origin}`);
  situation.arrange?.(git, job.workspace);
  git('fetch', '--quiet', '--no-tags', ...(situation.fetch ?? ['--depth=1']), 'origin', checkout.merge);
  git('checkout', '--quiet', '--force', '--detach', 'FETCH_HEAD');
  situation.finish?.(git, job.workspace);
  if (situation.transformed !== undefined) {
    const { path, holds } = situation.transformed;
    expect(readFileSync(join(job.workspace, path), 'latin1')).toContain(holds);
  }
  const ended = await runAction({
    job,
    github,
    eventName: 'pull_request',
    event: pullRequestEvent(checkout),
    sha: checkout.merge,
    ref: 'refs/pull/7/merge',
    inputs: { 'allow-commands': 'true' },
    adapter: 'real',
    watch: true,
  });
  // All that may run where no device is looked for.
  const others = [...ended.processes.values()].filter((line) => !/\bgit\b|action\.js/.test(line));
  return { ...ended, base: checkout.base, others };
}

it.each(sampled(Object.entries(situations)))(
  'a pull request of a README opens no device and is identical in a repository with %s',
  async (_, situation) => {
    const ended = await guarded(situation, { 'README.md': 'after\n' });
    expect(ended.log).not.toMatch(/^::(?:error|warning)/m);
    expect(ended.outputs).toMatchObject({ verdict: 'passed', gated: '0', identical: '2' });
    expect(ended.status).toBe(0);
    const report = JSON.parse(readFileSync(ended.outputs.report ?? '', 'utf8'));
    expect(report).toMatchObject({ device: null, meter: null, base: { commit: ended.base } });
    expect(report.head.dirty).toBe(false);
    expect(ended.others).toEqual([]);
  },
);

it('a program that is to be built of what Git LFS did not fetch is refused by name', async () => {
  const ended = await guarded({ files: lfs }, { 'source/main.mjs': 'changed\n' });
  expect(ended).toMatchObject({ status: 2, outputs: { verdict: 'error' }, others: [] });
  expect(ended.log).toMatch(
    /^::error.*joulegate\.yaml:\d+: kernel program is built from source\/weights\.bin, which is a pointer of Git LFS/m,
  );
  expect(ended.log).toContain('lfs: true');
});
