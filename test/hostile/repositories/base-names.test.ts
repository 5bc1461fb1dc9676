import { mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isFull, itInFull, sampled } from '../../support/full.ts';
import { pullRequest, type RunOptions } from '../../support/pull-request.ts';
import { smallProject } from '../../support/small-project.ts';
import { emptyPlace, guarded, type Place, placeAt, project, pullRequestTo } from './support.ts';

/** Where a folder of the checkout may have the name of a revision, and which that is. */
const namesOfMain: Readonly<Record<string, (place: Place) => string>> = {
  'a branch': () => 'main',
  'a ref in full': () => 'refs/heads/main',
  'a relation': () => 'HEAD~1',
  'a commit': ({ git }) => git('rev-parse', 'main'),
  'the start of a commit’s hash': ({ git }) => git('rev-parse', '--short=9', 'main'),
};

describe('a folder in the checkout is not taken for', () => {
  it.each(sampled(Object.keys(namesOfMain)))('%s', async (kind) => {
    const place = pullRequestTo(project('fine'), { 'README.md': 'more' });
    const name = namesOfMain[kind]?.(place) ?? '';
    place.write({ [`${name}/joulegate.yaml`]: 'version: [' });
    const ended = await guarded(place.folder, '--base', name);
    expect(ended).toMatchObject({
      status: 0,
      report: {
        base: { label: name, commit: place.git('rev-parse', 'main') },
        kernels: [{ verdict: 'identical' }],
      },
    });
  });

  it.each<[string, (place: Place, copy: string) => void]>(
    sampled<[string, (place: Place, copy: string) => void]>([
      [
        'a folder',
        ({ write }) =>
          write(
            Object.fromEntries(
              Object.entries(project('broken')).map(([path, text]) => [`main/${path}`, text]),
            ),
          ),
      ],
      ['a link', ({ folder }, copy) => symlinkSync(copy, join(folder, 'main'))],
    ]),
  )('a branch that was not fetched: %s', async (_, put) => {
    const seed = pullRequestTo(project('fine'), project('broken'));
    const clone = emptyPlace();
    clone.git('clone', '--quiet', '--depth=1', '--branch=pr', `file://${seed.folder}`, '.');
    put(clone, seed.folder);
    const ended = await guarded(clone.folder, '--base', 'main');
    expect(ended).toMatchObject({ status: 2, error: { code: 'unknown-revision' } });
    expect(ended.error.nextStep).toContain('Write ./main if the folder is meant');
  });
});

describe('a name that several refs have is refused:', () => {
  const shadows: Readonly<Record<string, (place: Place) => string>> = {
    'a branch that a tag hides': ({ git }) => {
      git('tag', 'main', 'pr');
      return 'main';
    },
    'a tag, and a branch of its name': ({ git }) => {
      git('tag', 'v1', 'main');
      git('branch', 'v1', 'pr');
      return 'v1~0';
    },
    'a remote’s branch that a local one hides': ({ git }) => {
      git('update-ref', 'refs/remotes/origin/main', 'main');
      git('branch', 'origin/main', 'pr');
      return 'origin/main';
    },
    'the start of a hash that a branch hides': ({ git }) => {
      const name = git('rev-parse', '--short=9', 'main');
      git('branch', name, 'pr');
      return name;
    },
    'what git itself keeps, and a branch of its name': ({ git }) => {
      git('fetch', '--quiet', '.', 'main');
      git('branch', 'FETCH_HEAD', 'pr');
      return 'FETCH_HEAD';
    },
  };

  it.each(sampled(Object.keys(shadows)))('%s', async (name) => {
    const place = pullRequestTo(project('fine'), project('broken'));
    const base = shadows[name]?.(place) ?? '';
    const ended = await guarded(place.folder, '--base', base);
    expect(ended).toMatchObject({ status: 2, error: { code: 'ambiguous-revision' } });
  });

  it('but for those that are written in full', async () => {
    const place = pullRequestTo(project('fine'), project('broken'));
    const main = place.git('rev-parse', 'main');
    place.git('update-ref', 'refs/heads/HEAD', main);
    place.git('update-ref', `refs/heads/${main}`, 'pr');
    place.git('tag', 'main', 'pr');
    const itself = await guarded(place.folder, '--base', 'HEAD');
    expect(itself.report).toMatchObject({ verdict: 'nothing-gated' });
    for (const base of [main, 'refs/heads/main']) {
      const ended = await guarded(place.folder, '--base', base);
      expect(ended.report).toMatchObject({ base: { commit: main }, kernels: [{ verdict: 'regressed' }] });
    }
  });
});

it.each(sampled(['-c', '--output=x', 'main..pr', 'HEAD:source', ':/commit', 'ma\nin']))(
  '%j is no base',
  async (base) => {
    const place = pullRequestTo(project('fine'), {});
    expect(await guarded(place.folder, `--base=${base}`)).toMatchObject({ status: 2, report: null });
  },
);

describe('the action', () => {
  /** A pull request that changes nothing, in whose checkout `arrange` puts what it attacks with. */
  async function attacked(arrange: (place: Place, copy: Place) => void) {
    const { job, run, checkout } = await pullRequest({ 'README.md': 'more' }, { short: true });
    const place = placeAt(job.workspace);
    const copy = emptyPlace();
    copy.git('clone', '--quiet', job.workspace, '.');
    arrange(place, copy);
    return { checkout, run: (inputs: RunOptions['inputs'] & object) => run({ inputs }) };
  }

  const ofHead: Readonly<Record<string, (place: Place, copy: Place) => void>> = {
    'one of its own': (place) => {
      place.write(
        Object.fromEntries(Object.entries(smallProject(1)).map(([path, text]) => [`base/${path}`, text])),
      );
      place.commit();
    },
    'that a link leads to another checkout': ({ folder }, copy) =>
      symlinkSync(copy.folder, join(folder, 'base')),
    'a submodule': ({ git }, copy) =>
      void git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', copy.folder, 'base'),
  };

  it.each(sampled(Object.keys(ofHead)))('takes no folder of the checkout for a base: %s', async (name) => {
    const { run } = await attacked(ofHead[name] as (place: Place, copy: Place) => void);
    const ended = await run({ base: './base' });
    expect(ended.log).toContain('The folder ./base is one of the checkout that is judged.');
    expect(ended.status).toBe(2);
  });

  itInFull('takes one that a checkout of its own made', async () => {
    const { run, checkout } = await attacked((place, copy) =>
      renameSync(copy.folder, join(place.folder, 'base')),
    );
    const ended = await run({ base: './base' });
    expect(ended).toMatchObject({ status: 0, outputs: { identical: '1' } });
    expect(ended.summary).toContain(checkout.merge.slice(0, 12));
  });

  const elsewhere: Readonly<Record<string, (place: Place, copy: Place) => void>> = {
    'a submodule': ({ git }, copy) =>
      void git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', copy.folder, 'gpu'),
    'a link to another checkout': ({ folder }, copy) => symlinkSync(copy.folder, join(folder, 'gpu')),
    'below a link to another checkout': ({ folder }, copy) => {
      mkdirSync(join(folder, 'deep'));
      symlinkSync(copy.folder, join(folder, 'deep/gpu'));
      symlinkSync('deep/gpu', join(folder, 'gpu'));
    },
  };

  it.each(sampled(Object.keys(elsewhere)))(
    'guards nothing where its working directory is %s',
    async (name) => {
      const { run } = await attacked(elsewhere[name] as (place: Place, copy: Place) => void);
      for (const inputs of [{ 'working-directory': 'gpu' }, { manifest: 'gpu/joulegate.yaml' }]) {
        const ended = await run(inputs);
        expect(ended.log).toMatch(
          /is not in the repository that the job checked out|lies outside the project/,
        );
        expect(ended.status).toBe(2);
      }
    },
  );

  it('takes no link of the checkout for head, not even to the folder that is its base', async () => {
    const apart = emptyPlace();
    apart.write(smallProject(100));
    const { run } = await attacked(({ folder }) => symlinkSync(apart.folder, join(folder, 'gpu')));
    const ended = await run({ base: apart.folder, manifest: 'gpu/joulegate.yaml' });
    expect(ended.log).toContain('is not in the repository that the job checked out');
    expect(ended.status).toBe(2);
  });

  it.runIf(isFull)(
    'looks a name up at the remote, and refuses one that is a branch and a tag there',
    async () => {
      const { job, run, makeShallow, checkout } = await pullRequest({ 'README.md': 'more' }, { short: true });
      const place = placeAt(job.workspace);
      makeShallow();
      place.write({ 'main/joulegate.yaml': 'version: [' });
      const named = await run({ inputs: { base: 'main' } });
      expect(named).toMatchObject({ status: 0, outputs: { identical: '1' } });
      const origin = placeAt(`${job.workspace}-origin`);
      origin.git('tag', 'main', checkout.head);
      const hidden = await run({ inputs: { base: 'main' } });
      expect(hidden.log).toContain('"main" may mean refs/heads/main or refs/tags/main');
      expect(hidden.status).toBe(2);
      const full = await run({ inputs: { base: 'refs/heads/main~1' } });
      expect(full.summary).toContain(checkout.base.slice(0, 12));
    },
  );
});
