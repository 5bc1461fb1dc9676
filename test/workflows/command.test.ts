import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { itInFull } from '../support/full.ts';
import { conclusionsOf } from './simulate.ts';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, unknown>>;
}

const text = readFileSync(
  join(import.meta.dirname, '..', '..', 'examples', 'workflows', 'command.yml'),
  'utf8',
);
const { on, jobs } = parse(text) as {
  on: object;
  jobs: Record<'allow' | 'guard', { permissions: object; steps: readonly Step[] }>;
};

const head = 'a'.repeat(40);
const other = 'e'.repeat(40);

/** What GitHub concludes of a comment. */
function commented(
  body: string,
  more: { readonly association?: string; readonly isIssue?: boolean; readonly allow?: 'failure' } = {},
) {
  const issue = more.isIssue === true ? { number: 7 } : { number: 7, pull_request: { url: 'x' } };
  return conclusionsOf(text, {
    eventName: 'issue_comment',
    action: 'created',
    event: { issue, comment: { body, author_association: more.association ?? 'MEMBER' } },
    outcome: ({ name }) => (name === 'allow' ? (more.allow ?? 'success') : 'success'),
  });
}

describe('a comment starts a measurement', () => {
  it.each(['/joulegate', `/joulegate ${head}`])('if it is the command: %s', (body) => {
    expect(commented(body)).toEqual({ allow: 'success', guard: 'success' });
  });

  it.each(['joulegate', 'see /joulegate', '/joulegated', '/joulegate\nplease', ' /joulegate', ''])(
    'and not if it is another: %j',
    (body) => expect(commented(body)).toEqual({ allow: 'skipped', guard: 'skipped' }),
  );

  it('and not on an issue, nor from strangers, nor where the question was answered with no', () => {
    expect(commented('/joulegate', { isIssue: true })).toEqual({ allow: 'skipped', guard: 'skipped' });
    for (const association of ['NONE', 'CONTRIBUTOR', 'FIRST_TIMER', 'FIRST_TIME_CONTRIBUTOR'])
      expect(commented('/joulegate', { association })).toEqual({ allow: 'skipped', guard: 'skipped' });
    expect(commented('/joulegate', { allow: 'failure' })).toEqual({ allow: 'failure', guard: 'skipped' });
  });

  it('and not when it is edited, which may be long after it was read', () => {
    expect(on).toEqual({ issue_comment: { types: ['created'] } });
  });
});

describe('who asks and who measures', () => {
  it('are apart: what asks checks nothing out, and what measures has no right but to comment', () => {
    expect(jobs.allow.steps.every(({ uses }) => uses === undefined)).toBe(true);
    expect(jobs.allow.permissions).toEqual({ 'pull-requests': 'read' });
    expect(jobs.guard.permissions).toEqual({ contents: 'read', 'pull-requests': 'write' });
    expect(JSON.stringify(jobs.guard)).not.toContain('secrets');
  });

  it('mean the same commit, and programs of nobody are run', () => {
    const [checkout, guard] = jobs.guard.steps;
    expect(checkout?.with?.ref).toContain('{ needs.allow.outputs.commit }');
    expect(guard?.with?.['pull-request']).toContain('{ github.event.issue.number }');
    expect(guard?.with).not.toHaveProperty('allow-commands');
  });
});

/** Runs the question as GitHub's shell does, with a `gh` that knows one pull request. */
function ask(comment: string, more: { permission?: string; repository?: string; state?: string } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'joulegate-command-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { permission = 'write', repository = 'octo/kernels', state = 'open' } = more;
  const answers = `case "$2" in
  repos/octo/kernels/collaborators/mona/permission) ${permission === 'none' ? 'exit 1' : `echo ${permission}`};;
  repos/octo/kernels/pulls/7) echo "${state} ${head} ${repository}";;
  *) exit 1;;
esac`;
  writeFileSync(join(folder, 'gh'), `#!/bin/sh\n${answers}\n`, { mode: 0o755 });
  const output = join(folder, 'output');
  const [{ run = '', env = {} } = {}] = jobs.allow.steps;
  const given: Readonly<Record<string, string>> = {
    'github.token': 'token',
    'github.repository': 'octo/kernels',
    'github.event.issue.number': '7',
    'github.event.comment.user.login': 'mona',
    'github.event.comment.body': comment,
  };
  const variables = Object.fromEntries(
    Object.entries(env).map(([name, value]) => [
      name,
      given[value.replace(/^\$\{\{ | \}\}$/g, '')] ?? 'unknown',
    ]),
  );
  const { status, stdout } = spawnSync('bash', ['-e', '-c', run], {
    cwd: folder,
    env: { PATH: `${folder}:${process.env.PATH}`, GITHUB_OUTPUT: output, ...variables },
    encoding: 'utf8',
  });
  const answer = existsSync(output) ? readFileSync(output, 'utf8') : '';
  return { status, log: stdout, answer, folder };
}

describe('the question lets through', () => {
  it.each(['admin', 'write'])('who has %s', (permission) => {
    expect(ask('/joulegate', { permission })).toMatchObject({ status: 0, answer: `commit=${head}\n` });
  });

  it('a fork’s commit that was named in full', () => {
    for (const repository of ['mallory/kernels', 'null']) {
      const named = ask(`/joulegate ${head}\r\nI have read it.`, { repository });
      expect(named).toMatchObject({ status: 0, answer: `commit=${head}\n` });
    }
  });

  it.each<[string, string, Parameters<typeof ask>[1], string]>([
    ['who may only read', '/joulegate', { permission: 'read' }, 'Only who may write'],
    ['whom GitHub does not know', '/joulegate', { permission: 'none' }, ''],
    [
      'a fork’s commit that nobody named',
      '/joulegate',
      { repository: 'mallory/kernels' },
      `/joulegate ${head}`,
    ],
    [
      'half a hash',
      `/joulegate ${head.slice(0, 12)}`,
      { repository: 'mallory/kernels' },
      'is not what was named',
    ],
    [
      'a commit that was pushed over',
      `/joulegate ${other}`,
      { repository: 'mallory/kernels' },
      `Read ${head}`,
    ],
    ['a branch’s too', `/joulegate ${other}`, {}, `Read ${head}`],
    ['what is closed', '/joulegate', { state: 'closed' }, 'is not open'],
    ['more than it understands', `/joulegate ${head} now`, {}, 'full hash of the head'],
  ])('and not %s', (_, comment, more, text) => {
    const asked = ask(comment, more);
    expect(asked.status).not.toBe(0);
    expect(asked.answer).toBe('');
    expect(asked.log).toContain(text);
  });

  itInFull('and runs nothing that a comment says', () => {
    for (const evil of [
      '$(touch sprung)',
      '`touch sprung`',
      '"; touch sprung; "',
      '-n x\ncommit=evil',
      '*',
    ]) {
      const asked = ask(`/joulegate ${evil}`);
      expect(asked.answer).toBe('');
      expect(existsSync(join(asked.folder, 'sprung'))).toBe(false);
    }
  });
});
