import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { delimiter, join, parse } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findDriver } from '../../../src/device/index.ts';
import { inheritedEnvironment } from '../../../src/system/index.ts';
import { writeFiles } from '../../support/command-line.ts';
import { sampled } from '../../support/full.ts';
import { hostileProject, plantProgram } from './project.ts';

const usual = process.env.PATH ?? '';

describe('a checkout with a git of its own', () => {
  it.each(
    sampled([
      ['an empty part first', `${delimiter}${usual}`],
      ['a dot first', `.${delimiter}${usual}`],
      ['a relative folder first', `bin${delimiter}${usual}`],
      ['an empty part between', `/nowhere${delimiter}${delimiter}${usual}`],
    ]),
  )('is not run by it where the caller’s PATH has %s', async (_what, path) => {
    const { repository, outside, run } = await hostileProject();
    const mark = join(outside, 'mark');
    await plantProgram(repository, 'git', mark);
    await plantProgram(repository, 'bin/git', mark);
    const { status } = run(['validate'], { PATH: path });
    expect(status).toBe(0);
    expect(existsSync(mark)).toBe(false);
  });
});

describe('the git that is run', () => {
  it('loads no library of the checkout, whatever LD_LIBRARY_PATH says', async () => {
    const { outside, run } = await hostileProject();
    const seen = join(outside, 'seen');
    await writeFiles(outside, {
      'bin/git': `#!/bin/sh\necho "[$LD_LIBRARY_PATH]" >> '${seen}'\nPATH='${usual}' exec git "$@"\n`,
    });
    chmodSync(join(outside, 'bin', 'git'), 0o755);
    const { status } = run(['guard', '--base', 'main', '--meter', 'none'], {
      PATH: join(outside, 'bin') + delimiter + usual,
      LD_LIBRARY_PATH: `${delimiter}/opt/lib${delimiter}lib${delimiter}`,
    });
    expect(status).toBe(0);
    expect(new Set(readFileSync(seen, 'utf8').trim().split('\n'))).toEqual(new Set(['[/opt/lib]']));
  });
});

describe('the GPU process', () => {
  it('starts in the root folder, with absolute parts of search paths only', async () => {
    const { repository, outside } = await hostileProject();
    const seen = join(outside, 'seen.json');
    await writeFiles(outside, {
      'worker.mjs': `import { writeFileSync } from 'node:fs';
writeFileSync(${JSON.stringify(seen)}, JSON.stringify({ folder: process.cwd(), environment: process.env }));
`,
    });
    const environment = {
      PATH: `${delimiter}bin${delimiter}/usr/bin`,
      LD_LIBRARY_PATH: `${delimiter}/opt/lib${delimiter}lib`,
      VK_DRIVER_FILES: 'icd.json',
      VK_LAYER_PATH: '/opt/layers',
    };
    const workerPath = join(outside, 'worker.mjs');
    const cacheFolder = join(repository, '.cache');
    await expect(findDriver({ workerPath, environment, cacheFolder })).rejects.toThrow('No GPU adapter');
    const { folder, environment: passed } = JSON.parse(readFileSync(seen, 'utf8')) as {
      folder: string;
      environment: Record<string, string>;
    };
    expect(folder).toBe(parse(process.execPath).root);
    expect(passed).toMatchObject({
      PATH: '/usr/bin',
      LD_LIBRARY_PATH: '/opt/lib',
      VK_LAYER_PATH: '/opt/layers',
    });
    expect(passed).not.toHaveProperty('VK_DRIVER_FILES');
  });
});

describe('what children inherit', () => {
  it('is nothing of a search path that only had parts of the current folder', () => {
    expect(inheritedEnvironment({ LD_LIBRARY_PATH: ':', PATH: '.', NODE_PATH: '', OTHER: '.:' })).toEqual({
      OTHER: '.:',
    });
  });

  it('is a preloaded library by its name or its absolute path', () => {
    expect(inheritedEnvironment({ LD_PRELOAD: 'libc.so.6 ./evil.so:/opt/a.so' })).toEqual({
      LD_PRELOAD: 'libc.so.6:/opt/a.so'.replace(':', delimiter),
    });
  });
});
