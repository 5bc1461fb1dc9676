import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { emptyPlace, guarded, project } from '../hostile/repositories/support.ts';

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
  'a submodule': { attributes: '' },
  'a sparse checkout': {
    attributes: '',
    settings: ['sparse-checkout', 'set', '--no-cone', '/*', '!/source/'],
  },
};

it.each(Object.keys(ways))('a program that a change does not touch is identical with %s', async (name) => {
  const { attributes = '', settings = [], disk } = ways[name] ?? {};
  const place = emptyPlace();
  place.git('init', '--quiet', '--initial-branch=main');
  place.write({
    ...project('fine'),
    '.gitattributes': `${attributes}\n`,
    'source/notes.mjs': '// $Id$ µ\n',
    ...(disk === undefined ? {} : { 'source/weights.bin': pointer }),
  });
  if (name === 'a submodule') place.git('init', '--quiet', 'source/vendor');
  if (name === 'a submodule')
    place.git('-C', 'source/vendor', 'commit', '--quiet', '--allow-empty', '--message=inner');
  place.commit();
  place.write({ 'README.md': 'more' });
  place.commit();
  if (settings.length > 0) place.git(...settings);
  if (attributes !== '' || settings[0] === 'config') {
    rmSync(join(place.folder, 'source'), { recursive: true });
    place.git('checkout', '--quiet', '--', 'source');
  }
  if (disk !== undefined) place.write({ 'source/weights.bin': disk });
  const ended = await guarded(place.folder, '--base', 'HEAD~1');
  expect(ended).toMatchObject({
    status: 0,
    report: { device: null, head: { dirty: false }, kernels: [{ verdict: 'identical' }] },
  });
});
