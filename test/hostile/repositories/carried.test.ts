import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { headCommit, isDirty, openWorkTree, requireRepository } from '../../../src/git/index.ts';
import { itInFull, sampled } from '../../support/full.ts';
import { emptyPlace, guarded, type Place, placeAt, project, pullRequestTo, setTrap } from './support.ts';

const parts = ['HEAD', 'config', 'index', 'objects', 'refs'];

/** Files of the project below `gpu/`. */
function inGpu(files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [`gpu/${path}`, text]));
}

/**
 * A pull request that breaks the program, and brings a repository of its own, as plain files, in which nothing changed. Its
 * settings name programs wherever git would run one.
 * @param at where in the checkout its parts lie
 */
function carrier(at = 'gpu', settings: Record<string, string> = {}) {
  const trap = setTrap();
  const place = pullRequestTo(inGpu(project('fine')), inGpu(project('broken')));
  const inner = emptyPlace();
  inner.git('init', '--quiet', '--initial-branch=main');
  inner.write({ ...project('broken'), '.gitattributes': '*.yaml filter=own diff=own\n' });
  inner.commit();
  const hostile = {
    'core.bare': 'false',
    'core.worktree': '.',
    'core.fsmonitor': trap.command,
    'filter.own.clean': trap.command,
    'filter.own.smudge': trap.command,
    'diff.own.textconv': trap.command,
    'remote.origin.url': '.',
    'remote.origin.uploadpack': trap.command,
    ...settings,
  };
  for (const [key, value] of Object.entries(hostile)) inner.git('config', key, value);
  mkdirSync(join(place.folder, at), { recursive: true });
  for (const part of parts) {
    renameSync(join(inner.folder, '.git', part), join(place.folder, at, part));
  }
  place.write({ 'gpu/.gitattributes': '*.yaml filter=own diff=own\n' });
  place.commit();
  return { place, trap };
}

/** Puts a git that does not know `safe.bareRepository`, as Ubuntu 22.04's, before the real one. */
function olderGit(): void {
  const { folder, write } = emptyPlace();
  write({
    git: `#!/bin/bash
arguments=()
for one; do [[ $one == safe.bareRepository=* ]] && one=joulegate.none=1; arguments+=("$one"); done
PATH=\${PATH#*:} exec git "\${arguments[@]}"
`,
  });
  chmodSync(join(folder, 'git'), 0o755);
  const { PATH } = process.env;
  process.env.PATH = `${folder}${delimiter}${PATH}`;
  onTestFinished(() => {
    process.env.PATH = PATH;
  });
}

/** The change is judged, by the repository that was checked out, and what it brought is not obeyed. */
async function expectJudged(place: Place, folder: string, ...args: string[]): Promise<void> {
  const { status, report } = await guarded(folder, ...args);
  expect(report?.kernels).toMatchObject([
    { verdict: 'regressed', reason: 'head does not run: it is broken' },
  ]);
  expect(report.base.commit).toBe(place.git('rev-parse', 'main'));
  expect(report.head.commit).toBe(place.git('rev-parse', 'HEAD'));
  expect(status).toBe(1);
}

describe('a bare repository that is committed as plain files is passed over', () => {
  it.each(
    sampled([
      ['the git that is here', () => undefined],
      ['an older git', olderGit],
    ]),
  )('in the folder of the manifest, with %s', async (_, arrange) => {
    arrange();
    const { place, trap } = carrier();
    await expectJudged(place, place.folder, '--manifest', 'gpu/joulegate.yaml', '--base', 'main');
    expect(trap.hasSprung()).toBe(false);
  });

  it('in the working directory', async () => {
    olderGit();
    const { place, trap } = carrier();
    await expectJudged(place, join(place.folder, 'gpu'), '--base', 'main');
    expect(trap.hasSprung()).toBe(false);
  });

  itInFull('around the manifest, with a working tree elsewhere', async () => {
    olderGit();
    const elsewhere = emptyPlace().folder;
    const { place, trap } = carrier('.', { 'core.worktree': elsewhere });
    await expectJudged(place, join(place.folder, 'gpu'), '--base', 'main');
    expect(trap.hasSprung()).toBe(false);
  });

  itInFull('beside a .git that is none', async () => {
    olderGit();
    const { place, trap } = carrier();
    mkdirSync(join(place.folder, 'gpu/.git'));
    await expectJudged(place, join(place.folder, 'gpu'), '--base', 'main');
    expect(trap.hasSprung()).toBe(false);
  });
});

describe('a .git that a build step left', () => {
  /** The repository is beside the program's folder, so that only what leads there makes it one. */
  const led = () => carrier('store');

  it.each<[string, (gpu: string, store: string) => void]>(
    sampled<[string, (gpu: string, store: string) => void]>([
      ['is a file that leads to it', (gpu) => placeAt(gpu).write({ '.git': 'gitdir: ../store\n' })],
      ['is a link to it', (gpu, store) => symlinkSync(store, join(gpu, '.git'))],
      [
        'shares the objects and settings of it',
        (gpu) =>
          placeAt(gpu).write({
            '.git/HEAD': 'ref: refs/heads/main\n',
            '.git/objects/x': '',
            '.git/commondir': '../../store\n',
          }),
      ],
    ]),
  )('and that %s is refused', async (_, make) => {
    const { place, trap } = led();
    const gpu = join(place.folder, 'gpu');
    make(gpu, join(place.folder, 'store'));
    const ended = await guarded(gpu, '--base', 'main');
    expect(ended).toMatchObject({ status: 2, error: { code: 'carried-repository' } });
    expect(trap.hasSprung()).toBe(false);
  });

  it('and that leads nowhere is not passed over for the repository around it', async () => {
    const { place } = led();
    place.write({ 'gpu/.git': 'gitdir: ../gone\n' });
    const ended = await guarded(join(place.folder, 'gpu'), '--base', 'main');
    expect(ended).toMatchObject({ status: 2, error: { code: 'not-a-repository' } });
  });
});

it.each(
  sampled([
    ['GIT_DIR', ''],
    ['GIT_COMMON_DIR', ''],
    ['GIT_OBJECT_DIRECTORY', 'objects'],
    ['GIT_INDEX_FILE', 'index'],
  ]),
)('a repository that %s in the environment of the job names is not the one that is meant', (name, part) => {
  const { place, trap } = carrier('store');
  const root = join(place.folder, 'gpu');
  const environment = { ...process.env, [name]: join(place.folder, 'store', part) };
  const repository = requireRepository({ root, environment });
  expect(repository.root).toBe(place.folder);
  expect(headCommit(repository)).toBe(place.git('rev-parse', 'HEAD'));
  expect(isDirty(repository)).toBe(false);
  expect(openWorkTree(repository).listSources('gpu/source')).toEqual(['gpu/source/main.mjs']);
  expect(trap.hasSprung()).toBe(false);
});

it('the attack is a good one: git by itself walks into it', () => {
  const { place, trap } = carrier();
  const gpu = placeAt(join(place.folder, 'gpu'));
  gpu.write({ 'joulegate.yaml': 'changed' });
  rmSync(join(gpu.folder, 'index'));
  gpu.git('add', '--all');
  expect(trap.hasSprung()).toBe(true);
});
