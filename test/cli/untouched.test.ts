import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { commitAll, joulegate, projectFolder, writeFiles } from '../support/command-line.ts';

const manifest = `version: 1
objective: { minimize: latency }
gate: { latency: { margin: 30% } }
kernels:
  scale:
    command:
      run: [node, source/main.mjs]
      sources: [source]
      outputs: { y: { type: f32, length: 4, check: { absolute: 1.0 } } }
    workloads: [{ N: 4 }]
`;

const weights = 'weights';
const pointer = `version https://git-lfs.github.com/spec/v1
oid sha256:${createHash('sha256').update(weights).digest('hex')}
size ${weights.length}
`;

/** What stands between git's objects and the disk, and what is on the disk instead after a checkout. */
const ways: Readonly<
  Record<
    string,
    { readonly attributes: string; readonly settings?: readonly string[]; readonly disk?: string }
  >
> = {
  'ends of lines by attribute': { attributes: '* text eol=crlf' },
  'ends of lines by setting': { attributes: '', settings: ['config', 'core.autocrlf', 'true'] },
  'expanded keywords': { attributes: '* ident' },
  'another encoding': { attributes: '*.mjs working-tree-encoding=ISO-8859-1' },
  'Git LFS': { attributes: '*.bin filter=lfs -text', disk: weights },
  'a sparse checkout': {
    attributes: '',
    settings: ['sparse-checkout', 'set', '--no-cone', '/*', '!/source/'],
  },
};

it.each(Object.keys(ways))('a program that a change does not touch is identical with %s', async (name) => {
  const { attributes = '', settings = [], disk } = ways[name] ?? {};
  const main = `// $Id$ µ\nconsole.log('ready');\n`;
  const folder = await projectFolder({
    'joulegate.yaml': manifest,
    '.gitattributes': `${attributes}\n`,
    'source/main.mjs': main,
    ...(disk === undefined ? {} : { 'source/weights.bin': pointer }),
  });
  commitAll(folder);
  await writeFiles(folder, { 'README.md': 'more' });
  commitAll(folder);
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, stdio: 'pipe' });
  if (settings.length > 0) git(...settings);
  if (!settings.includes('sparse-checkout')) {
    rmSync(join(folder, 'source'), { recursive: true });
    git('checkout', '--quiet', '--', 'source');
  }
  if (disk !== undefined) await writeFiles(folder, { 'source/weights.bin': disk });
  const ended = await joulegate(folder, 'guard', '--base', 'HEAD~1', '--allow-commands', '--json');
  expect(JSON.parse(ended.stdout)).toMatchObject({
    exitCode: 0,
    device: null,
    head: { dirty: false },
    kernels: [{ verdict: 'identical' }],
  });
});
