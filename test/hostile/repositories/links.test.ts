import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readTunedIfPresent, writeFileAtomic } from '../../../src/store/index.ts';
import { writeFiles } from '../../support/command-line.ts';
import { sampled } from '../../support/full.ts';
import { hostileProject } from './project.ts';

const secret = 'hunter2-is-the-password';
const gate = ['guard', '--base', 'main', '--meter', 'none'];

describe('a link of a pull request that leads out of the repository', () => {
  it('is not read as tuned.json, and nothing of what it leads to is said', async () => {
    const { repository, outside, run } = await hostileProject();
    await writeFiles(outside, { secret });
    symlinkSync(join(outside, 'secret'), join(repository, 'tuned.json'));
    const { status, said } = run(gate);
    expect(status).toBe(2);
    expect(said).toContain('leads out of the repository');
    expect(said).not.toContain(secret.slice(0, 4));
  });

  it.each(
    sampled([
      ['the folder of the report', ['--report', 'out']],
      ['a folder above it', ['--report', 'out/below/it']],
    ]),
  )('is not written through as %s', async (_what, args) => {
    const { repository, outside, run } = await hostileProject();
    symlinkSync(outside, join(repository, 'out'));
    const { status, said } = run([...gate, ...args]);
    expect(status).toBe(2);
    expect(said).toContain('Remove the link');
    expect(readdirSync(outside)).toEqual(['kept.txt']);
  });

  it.each(
    sampled(['relative', 'of a folder above', 'to nowhere', 'to itself', 'inside an inner repository']),
  )('is refused: %s', async (kind) => {
    const { repository, outside } = await hostileProject();
    const links: Record<string, () => string> = {
      relative: () => {
        symlinkSync('../outside', join(repository, 'l'));
        return 'l/new.json';
      },
      'of a folder above': () => {
        symlinkSync(outside, join(repository, 'l'));
        return 'l/a/b/new.json';
      },
      'to nowhere': () => {
        symlinkSync(join(outside, 'not-there'), join(repository, 'l'));
        return 'l/new.json';
      },
      'to itself': () => {
        symlinkSync('l', join(repository, 'l'));
        return 'l/new.json';
      },
      'inside an inner repository': () => {
        mkdirSync(join(repository, 'inner', '.git'), { recursive: true });
        symlinkSync(outside, join(repository, 'inner', 'l'));
        return 'inner/l/new.json';
      },
    };
    const path = join(repository, links[kind]!());
    expect(() => writeFileAtomic(path, 'x')).toThrow(expect.objectContaining({ code: 'link-outside' }));
    expect(readdirSync(outside)).toEqual(['kept.txt']);
  });
});

describe('a link that does no harm', () => {
  it('inside the repository is followed, and one of the file’s own name replaced', async () => {
    const { repository, outside } = await hostileProject();
    mkdirSync(join(repository, 'real'));
    symlinkSync('real', join(repository, 'l'));
    writeFileAtomic(join(repository, 'l', 'a.json'), 'inside');
    expect(readFileSync(join(repository, 'real', 'a.json'), 'utf8')).toBe('inside');
    symlinkSync(join(outside, 'kept.txt'), join(repository, 'own.json'));
    writeFileAtomic(join(repository, 'own.json'), 'replaced');
    expect(readFileSync(join(outside, 'kept.txt'), 'utf8')).toBe('as it was');
    expect(readFileSync(join(repository, 'own.json'), 'utf8')).toBe('replaced');
  });

  it('outside of every repository is the user’s own, and a place outside may be named', async () => {
    const { outside } = await hostileProject();
    mkdirSync(join(outside, 'real'));
    symlinkSync('real', join(outside, 'l'));
    writeFileAtomic(join(outside, 'l', 'a.json'), 'there');
    expect(readFileSync(join(outside, 'real', 'a.json'), 'utf8')).toBe('there');
  });
});

describe('a file that is not one of ours', () => {
  it.each(
    sampled([
      ['text', secret],
      ['JSON', `{"schema": "${secret}"}`],
      ['a line of an environment', `${secret}=PASSWORD`],
    ]),
  )('is refused without a word of it: %s', async (_what, text) => {
    const { repository } = await hostileProject();
    await writeFiles(repository, { 'tuned.json': text });
    const read = () => readTunedIfPresent(join(repository, 'tuned.json'));
    expect(read).toThrow(expect.objectContaining({ code: 'damaged-file' }));
    expect(read).not.toThrow(new RegExp(secret.slice(0, 5)));
    rmSync(join(repository, 'tuned.json'));
    expect(read()).toBeNull();
  });
});
