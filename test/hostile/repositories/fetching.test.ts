import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fetchHistory, requireRepository, resolveCommit } from '../../../src/git/index.ts';
import { sampled } from '../../support/full.ts';
import { emptyPlace, type Place, setTrap } from './support.ts';

const environment = { PATH: process.env.PATH, HOME: '/nonexistent' };
const target = 'refs/joulegate/base';

/** A clone, and what is at its origin. */
function cloned(): { readonly clone: Place; readonly origin: Place; readonly tip: string } {
  const origin = emptyPlace();
  origin.git('init', '--quiet', '--initial-branch=main');
  origin.commit();
  const clone = emptyPlace();
  clone.git('clone', '--quiet', origin.folder, '.');
  return { clone, origin, tip: origin.commit() };
}

function fetchMain(clone: Place, more: Record<string, string> = {}): Promise<void> {
  const repository = requireRepository({ root: clone.folder, environment: { ...environment, ...more } });
  return fetchHistory({ repository, source: 'refs/heads/main', target, depth: 1, credentials: null });
}

/** What the settings of a clone have a fetch run, though the fetch itself goes well. */
const passedOver: Readonly<Record<string, (clone: Place, command: string) => void>> = {
  'the program at the other side': ({ git }, command) => git('config', 'remote.origin.uploadpack', command),
  'a helper for the remote': ({ git }, command) => {
    git('config', 'remote.origin.vcs', 'ext');
    git('config', 'protocol.ext.allow', 'always');
    git('config', 'remote.origin.receivepack', command);
  },
  'hooks of refs': ({ folder, git, write }, command) => {
    write({ '.git/hooks/reference-transaction': `#!/bin/sh\n${command}\n` });
    chmodSync(join(folder, '.git/hooks/reference-transaction'), 0o755);
    git('config', 'core.hooksPath', join(folder, '.git/hooks'));
  },
  'what lists the refs of alternates': ({ git, write }, command) => {
    const other = emptyPlace();
    other.git('init', '--quiet');
    write({ '.git/objects/info/alternates': `${other.folder}/.git/objects\n` });
    git('config', 'core.alternateRefsCommand', command);
  },
  'what looks after the repository': ({ folder, git, write }, command) => {
    write({ '.git/hooks/pre-auto-gc': `#!/bin/sh\n${command}\n` });
    chmodSync(join(folder, '.git/hooks/pre-auto-gc'), 0o755);
    git('config', 'gc.auto', '1');
    git('config', 'maintenance.auto', 'true');
  },
  'a filter that leaves objects out, and whom to ask for them': ({ git }, command) => {
    git('config', 'remote.origin.promisor', 'true');
    git('config', 'remote.origin.partialCloneFilter', 'blob:none');
    git('config', 'remote.origin.uploadpack', command);
  },
};

describe('a fetch passes over what the clone’s own settings have it run:', () => {
  it.each(sampled(Object.keys(passedOver)))('%s', async (name) => {
    const trap = setTrap();
    const { clone, tip } = cloned();
    passedOver[name]?.(clone, trap.command);
    await fetchMain(clone);
    expect(trap.hasSprung()).toBe(false);
    const repository = requireRepository({ root: clone.folder, environment });
    expect(resolveCommit(repository, target)).toBe(tip);
  });
});

/** Those that it cannot do without: it fails. */
const refused: Readonly<Record<string, (clone: Place, command: string) => void>> = {
  'a protocol that is a program': ({ git }, command) => {
    git('config', 'protocol.ext.allow', 'always');
    git('remote', 'set-url', 'origin', `ext::sh -c ${command.replaceAll(' ', '% ')}`);
  },
  'an address that is rewritten to one': ({ git }, command) => {
    git('config', 'protocol.ext.allow', 'always');
    git('config', `url.ext::sh -c ${command.replaceAll(' ', '% ')} #.insteadOf`, 'https://example.invalid/');
    git('remote', 'set-url', 'origin', 'https://example.invalid/repository');
  },
  'another ssh': ({ git }, command) => {
    git('config', 'core.sshCommand', `sh -c '${command}' /usr/bin/ssh`);
    git('remote', 'set-url', 'origin', 'ssh://localhost:1/nowhere');
  },
  'another ssh, in a setting like that of a deploy key': ({ git }, command) => {
    git('config', 'core.sshCommand', `"/usr/bin/ssh" -i "$RUNNER_TEMP/$(${command})"`);
    git('remote', 'set-url', 'origin', 'ssh://localhost:1/nowhere');
  },
  'an ssh that the checkout brings': ({ folder, git, write }, command) => {
    write({ 'bin/ssh': `#!/bin/sh\n${command}\n` });
    chmodSync(join(folder, 'bin/ssh'), 0o755);
    git('config', 'core.sshCommand', join(folder, 'bin/ssh'));
    git('remote', 'set-url', 'origin', 'ssh://localhost:1/nowhere');
  },
  'an address that is an option': ({ git }, command) =>
    git('config', 'remote.origin.url', `--upload-pack=${command}`),
  'a proxy of its own protocol': ({ git }, command) => {
    git('config', 'core.gitProxy', command);
    git('config', 'protocol.git.allow', 'always');
    git('remote', 'set-url', 'origin', 'git://127.0.0.1:1/nowhere');
  },
};

describe('a fetch fails rather than run', () => {
  it.each(sampled(Object.keys(refused)))('%s', async (name) => {
    const trap = setTrap();
    const { clone } = cloned();
    refused[name]?.(clone, trap.command);
    await expect(fetchMain(clone)).rejects.toMatchObject({ code: 'fetch-failed' });
    expect(trap.hasSprung()).toBe(false);
  });

  it('what a folder of the checkout on the search path brings', async () => {
    const trap = setTrap();
    const { clone } = cloned();
    clone.write({ 'bin/ssh': `#!/bin/sh\n${trap.command}\n` });
    chmodSync(join(clone.folder, 'bin/ssh'), 0o755);
    clone.git('remote', 'set-url', 'origin', 'ssh://localhost:1/nowhere');
    const PATH = `${clone.folder}/bin:bin:${process.env.PATH}`;
    await expect(fetchMain(clone, { PATH })).rejects.toMatchObject({ code: 'fetch-failed' });
    expect(trap.hasSprung()).toBe(false);
  });
});
