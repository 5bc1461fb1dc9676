import { chmodSync, mkdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { itInFull, sampled } from '../../support/full.ts';
import { emptyPlace, guarded, type Place, project, pullRequestTo, setTrap } from './support.ts';

/** What an attacker who can write the settings of a repository does with them, given a command that must not run. */
const attacks: Readonly<Record<string, (place: Place, command: string) => void>> = {
  'a file system monitor': ({ git }, command) => git('config', 'core.fsmonitor', command),
  'a differ, a pager, an editor and a signer': ({ git }, command) => {
    for (const key of ['diff.external', 'core.pager', 'core.editor', 'gpg.program'])
      git('config', key, command);
    git('config', 'pager.status', command);
    git('config', 'log.showSignature', 'true');
  },
  'an alias of a command': ({ git }, command) => {
    for (const name of ['status', 'rev-parse', 'ls-files']) git('config', `alias.${name}`, `!${command}`);
  },
  hooks: ({ folder, git, write }, command) => {
    for (const name of ['post-index-change', 'reference-transaction', 'fsmonitor-watchman']) {
      write({ [`.git/traps/${name}`]: `#!/bin/sh\n${command}\n` });
      chmodSync(join(folder, '.git/traps', name), 0o755);
    }
    git('config', 'core.hooksPath', '.git/traps');
  },
  'filters that attributes of the tree select': (place, command) => {
    filters(place, command);
    place.write({ '.gitattributes': '*.md filter=own\n' });
  },
  'filters that attributes of the git dir select': (place, command) => {
    filters(place, command);
    place.write({ '.git/info/attributes': '*.md filter=own\n' });
  },
  'filters that attributes out of the tree select': (place, command) => {
    filters(place, command);
    const outside = emptyPlace();
    outside.write({ attributes: '*.md filter=own\n' });
    place.git('config', 'core.attributesFile', join(outside.folder, 'attributes'));
  },
  'filters of a file that the settings include': ({ git, write }, command) => {
    write({ '.git/more': `[filter "own"]\n\tclean = "${command}"\n`, '.gitattributes': '*.md filter=own\n' });
    git('config', 'include.path', 'more');
  },
  'filters of a file that the settings include for this branch': ({ git, write }, command) => {
    write({
      '.git/more': `[filter "own"]\n\tprocess = "${command}"\n`,
      '.gitattributes': '*.md filter=own\n',
    });
    git('config', 'includeIf.onbranch:pr.path', 'more');
  },
  'filters of a linked working tree’s own settings': ({ git, write }, command) => {
    git('config', 'extensions.worktreeConfig', 'true');
    git('config', '--worktree', 'filter.own.clean', command);
    write({ '.gitattributes': '*.md filter=own\n' });
  },
  'what converts texts': ({ git, write }, command) => {
    git('config', 'diff.own.textconv', command);
    git('config', 'diff.own.command', command);
    write({ '.gitattributes': '* diff=own\n' });
  },
  'a submodule with settings of its own': ({ folder, git, write }, command) => {
    mkdirSync(join(folder, 'sub'));
    git('-C', 'sub', 'init', '--quiet');
    git('-C', 'sub', 'commit', '--quiet', '--allow-empty', '--message=inner');
    git('add', 'sub');
    git('commit', '--quiet', '--message=submodule');
    git('-C', 'sub', 'config', 'core.fsmonitor', command);
    git('config', 'submodule.recurse', 'true');
    write({ 'sub/file': '' });
  },
  'a remote that is asked for what is missing': ({ git }, command) => {
    git('config', 'remote.origin.url', '.');
    git('config', 'remote.origin.promisor', 'true');
    git('config', 'remote.origin.uploadpack', command);
    git('config', 'extensions.partialClone', 'origin');
    git('config', 'core.repositoryFormatVersion', '1');
  },
  'a command that lists what alternates have': ({ git }, command) =>
    git('config', 'core.alternateRefsCommand', command),
};

function filters({ git }: Place, command: string): void {
  for (const way of ['clean', 'smudge', 'process']) git('config', `filter.own.${way}`, command);
  git('config', 'filter.own.required', 'true');
}

describe('a run obeys no setting of the repository that names a program:', () => {
  it.each(sampled(Object.keys(attacks)))('%s', async (name) => {
    const trap = setTrap();
    const place = pullRequestTo(project('fine'), { 'README.md': 'more' });
    attacks[name]?.(place, trap.command);
    // What looks changed is what git would pass through its filters.
    utimesSync(join(place.folder, 'README.md'), 1, 1);
    const ended = await guarded(place.folder, '--base', 'main');
    expect(trap.hasSprung()).toBe(false);
    expect(ended).toMatchObject({ status: 0, report: { kernels: [{ verdict: 'identical' }] } });
  });

  it('of which git by itself runs those that it has a use for', () => {
    for (const name of ['a file system monitor', 'filters of a file that the settings include']) {
      const trap = setTrap();
      const place = pullRequestTo(project('fine'), { 'README.md': 'more' });
      attacks[name]?.(place, trap.command);
      utimesSync(join(place.folder, 'README.md'), 1, 1);
      place.git('status');
      expect(trap.hasSprung(), name).toBe(true);
    }
  });
});

describe('a repository does not tell another history than its own:', () => {
  /** Has main itself taken for what is checked out, so that nothing seems to have changed. */
  const lies: Readonly<Record<string, (place: Place, main: string, head: string) => void>> = {
    'by replacing a commit': ({ git }, main, head) => git('replace', main, head),
    'by a graft': ({ write, git }, main, head) => {
      git('checkout', '--quiet', '--detach');
      write({ '.git/info/grafts': `${head}\n${main} ${head}\n` });
    },
  };

  it.each(sampled(Object.keys(lies)))('%s', async (name) => {
    const place = pullRequestTo(project('fine'), project('broken'));
    const [main, head] = [place.git('rev-parse', 'main'), place.git('rev-parse', 'HEAD')];
    lies[name]?.(place, main, head);
    const { report } = await guarded(place.folder, '--base', 'main');
    expect(report).toMatchObject({ base: { commit: main }, kernels: [{ verdict: 'regressed' }] });
  });
});

itInFull('a git that the checkout brings is not the one that is asked', async () => {
  const trap = setTrap();
  const place = pullRequestTo(project('fine'), { 'node_modules/.bin/git': `#!/bin/sh\n${trap.command}\n` });
  chmodSync(join(place.folder, 'node_modules/.bin/git'), 0o755);
  const { PATH } = process.env;
  process.env.PATH = `${place.folder}/node_modules/.bin:node_modules/.bin:${PATH}`;
  try {
    const ended = guarded(place.folder, '--base', 'main');
    process.env.PATH = PATH;
    expect(await ended).toMatchObject({ status: 0, report: { kernels: [{ verdict: 'identical' }] } });
  } finally {
    process.env.PATH = PATH;
  }
  expect(trap.hasSprung()).toBe(false);
});
