import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runAction } from '../support/action-run.ts';
import { startJob } from '../support/actions-services.ts';
import { isFull, itInFull, sampled } from '../support/full.ts';
import { startGithubServer } from '../support/github-server.ts';
import { gitIn } from '../support/long-history.ts';
import { pullRequest } from '../support/pull-request.ts';

const untouched = { 'README.md': 'words' };

/** What a run says is wrong, a line each. */
function errorOf({ log }: { readonly log: string }): string {
  const [, text = ''] = /^::error title=Joulegate::(.*)$/m.exec(log) ?? [];
  return text.replaceAll('%0A', '\n').replaceAll('%25', '%');
}

/** A pull request whose job gave actions/checkout a `path:`. */
async function checkedOutInto(folder: string) {
  const made = await pullRequest(untouched, { short: true });
  const { workspace } = made.job;
  const names = readdirSync(workspace);
  mkdirSync(join(workspace, folder), { recursive: true });
  for (const name of names) {
    cpSync(join(workspace, name), join(workspace, folder, name), { recursive: true });
    rmSync(join(workspace, name), { recursive: true });
  }
  return made;
}

describe('a checkout elsewhere is named', () => {
  it.each(sampled(['src', 'deep/src']))('in %s', async (folder) => {
    const { run } = await checkedOutInto(folder);
    const first = await run();
    expect(first.status).toBe(2);
    expect(errorOf(first)).toBe(
      `joulegate.yaml does not exist.\nThe job checked out into ${folder}: give this step \`working-directory: ${folder}\`.`,
    );
    const second = await run({ inputs: { manifest: `${folder}/joulegate.yaml` } });
    expect(second.status).toBe(2);
    expect(errorOf(second)).toMatch(
      new RegExp(`\nThe job checked out into ${folder}: .* \`manifest: joulegate.yaml\`\\.$`),
    );
    const advised = await run({ inputs: { 'working-directory': folder } });
    expect(advised).toMatchObject({ status: 0, outputs: { identical: '1' } });
  });

  it('with what it lacks', async () => {
    const { run } = await checkedOutInto('src');
    expect(errorOf(await run({ inputs: { manifest: 'gpu.yaml' } }))).toContain(
      'The job checked out into src, where there is no gpu.yaml: check `working-directory` and `manifest`.',
    );
  });

  it('and so is none', async () => {
    const job = await startJob();
    const github = await startGithubServer();
    const event = { repository: { full_name: 'octo/kernels', default_branch: 'main', fork: false } };
    const run = { job, github, eventName: 'push', event, sha: 'a'.repeat(40), ref: 'refs/heads/main' };
    expect(errorOf(await runAction(run))).toContain(
      'Nothing is checked out: run actions/checkout before this step.',
    );
  });
});

itInFull('a locked conversation is no missing permission', async () => {
  const { github, run } = await pullRequest(untouched, { short: true });
  const body = { message: 'Unable to create comment because issue is locked.' };
  github.failNext('POST', /issues\/7\/comments$/, { status: 403, body }, 9);
  const ended = await run();
  expect(ended.status).toBe(0);
  expect(ended.log).toMatch(/^::warning::No comment: the conversation of the pull request is locked\./m);
  expect(ended.log).not.toContain('permissions: pull-requests');
});

itInFull('reports that no server can hand on are not worth another try', async () => {
  const { run } = await pullRequest(untouched, { short: true });
  const environment = { GITHUB_SERVER_URL: 'https://ghe.corp.example' };
  const ended = await run({ inputs: { mode: 'report' }, environment });
  expect(ended.status).toBe(3);
  expect(errorOf(ended)).toBe(
    'There are no reports to collect: this server has no artifact service of the kind that github.com has.\n' +
      'Jobs cannot hand on reports here: guard in one job, without `shard` and `mode: report`. It comments itself.',
  );
  expect(ended.log.match(/no reports to collect/g)).toHaveLength(1);
});

it.runIf(isFull)('an artifact whose name is taken says how jobs get names of their own', async () => {
  const { run } = await pullRequest(untouched, { short: true });
  await run();
  expect((await run()).log).toMatch(
    /^::warning::The artifact \S+ was not uploaded: another job or step of this run has one of that name\. Give each a `device-label`/m,
  );
});

describe('a base', () => {
  it.each(
    sampled([
      'HEAD~1',
      'HEAD^',
      'main~1',
      'origin/main~1',
      'tagged^{}',
      'tags/tagged',
      'heads/función/é#@1',
      '-HASH-',
    ]),
  )('that is given as %s is found in a clone of one commit', async (form) => {
    const { job, run, makeShallow, checkout } = await pullRequest(untouched, { short: true });
    gitIn(job.workspace, ['tag', '-a', '-m', 'tag', 'tagged', checkout.base]);
    gitIn(job.workspace, ['branch', 'función/é#@1', checkout.base]);
    makeShallow();
    const ended = await run({ inputs: { base: form.replace('-HASH-', checkout.base) } });
    expect(ended).toMatchObject({ status: 0, outputs: { verdict: 'passed', identical: '1' } });
    expect(ended.summary).toContain(checkout.base.slice(0, 12));
  });

  it.runIf(isFull)('that only the clone has is taken from there', async () => {
    const { job, run, makeShallow, checkout } = await pullRequest(untouched, { short: true });
    makeShallow();
    gitIn(job.workspace, ['fetch', '--quiet', '--depth=1', 'origin', checkout.base]);
    gitIn(job.workspace, ['branch', 'made-by-the-job', checkout.base]);
    const ended = await run({ inputs: { base: 'made-by-the-job' } });
    expect(ended).toMatchObject({ status: 0, outputs: { verdict: 'passed', identical: '1' } });
    expect(ended.log).toContain('origin has no branch or tag "made-by-the-job": the clone\'s is taken');
  });

  it.runIf(isFull)('that is gone at origin is not taken as it was', async () => {
    const { job, run, makeShallow, checkout } = await pullRequest(untouched, { short: true });
    makeShallow();
    gitIn(job.workspace, ['fetch', '--quiet', '--depth=1', 'origin', checkout.base]);
    gitIn(job.workspace, ['update-ref', 'refs/remotes/origin/gone', checkout.base]);
    for (const base of ['origin/gone', 'refs/remotes/origin/gone', 'remotes/origin/gone']) {
      const ended = await run({ inputs: { base } });
      expect(ended.status).toBe(2);
      expect(errorOf(ended)).toContain('origin has no branch or tag "refs/heads/gone"');
    }
  });

  it.each(
    sampled([
      ['nope', 'origin has no branch or tag "nope"\nCheck the input `base`; for a folder write ./ before'],
      [
        'abc1234',
        'Give the input `base` the full hash: a remote does not find a commit by the start of one.',
      ],
      ['0'.repeat(40), 'Leave `base` out, which compares with the commit before, or give it a branch.'],
      ['1'.repeat(40), `origin has no ${'1'.repeat(40)}: `],
      ['HEAD~99', 'there is no revision "HEAD~99": there is HEAD, but not what follows'],
      ['main^3', 'there is no revision "main^3": main is no merge of so many\nName its first parent: main^.'],
      ['HEAD^3', 'HEAD is no merge of so many\nName its first parent: HEAD^.'],
      ['main@{u}', 'A checkout of a commit has no upstream and no earlier states'],
      ['-x', '"-x" is not a branch, tag, commit or folder'],
      ['main..HEAD', '"main..HEAD" is not a revision'],
      ['HEAD:README.md', '"HEAD:README.md" is not a revision'],
    ]),
  )('that is nowhere says what to do: %s', async (base, text) => {
    const { run, makeShallow } = await pullRequest(untouched, { short: true });
    makeShallow();
    const ended = await run({ inputs: { base } });
    expect(ended.status).toBe(2);
    expect(errorOf(ended)).toContain(text);
  });
});
