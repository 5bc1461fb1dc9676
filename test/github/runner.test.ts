import { describe, expect, it } from 'vitest';
import { JoulegateError } from '../../src/errors/index.ts';
import { readRunner } from '../../src/github/index.ts';
import { commits, environmentOf, events, runnerOf } from './runners.ts';

function faultOf(work: () => unknown): JoulegateError {
  try {
    work();
  } catch (error) {
    if (error instanceof JoulegateError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('the runner', () => {
  it('says which run this is', () => {
    expect(runnerOf('pull_request', events.opened)).toEqual({
      eventName: 'pull_request',
      repository: { owner: 'octo', name: 'kernels' },
      serverUrl: 'https://github.com',
      apiUrl: 'https://api.github.com',
      runId: 4242424242,
      runAttempt: 2,
      runUrl: 'https://github.com/octo/kernels/actions/runs/4242424242/attempts/2',
      sourcePath: 'blob',
      workflow: '',
      job: 'guard',
      sha: commits.merge,
      ref: 'refs/pull/7/merge',
      actor: 'mona',
      workspace: '/runner/kernels',
      temporaryFolder: '/runner/_temp',
      toolCache: '/runner/_tool',
      programFolders: [],
      summaryPath: '/runner/_temp/summary.md',
      hasCacheService: false,
      hasArtifactService: false,
      defaultBranch: 'main',
      isDefaultBranch: false,
      pullRequest: {
        number: 7,
        headSha: commits.head,
        headRepository: 'octo/kernels',
        baseRef: 'main',
        baseSha: commits.base,
        fromFork: false,
        isClosed: false,
      },
      mergeGroup: null,
      push: null,
      workflowRun: null,
    });
  });

  it('knows where the server shows files', () => {
    const pathOf = (changes: Record<string, string>) => runnerOf('push', events.push, changes).sourcePath;
    expect(pathOf({ GITEA_ACTIONS: 'true' })).toBe('src/commit');
    expect(pathOf({ GITHUB_SERVER_URL: 'https://github.example.com' })).toBe('blob');
  });

  it('reads the event file it is told of', () => {
    const read: string[] = [];
    readRunner(environmentOf('push'), (path) => {
      read.push(path);
      return JSON.stringify(events.push);
    });
    expect(read).toEqual(['/runner/event.json']);
  });

  it('knows a fork, also one that is gone, from a branch', () => {
    expect(runnerOf('pull_request', events.fork).pullRequest).toMatchObject({
      fromFork: true,
      headRepository: 'mallory/kernels',
    });
    const { pull_request } = events.fork;
    const gone = {
      ...events.fork,
      pull_request: { ...pull_request, head: { ...pull_request.head, repo: null } },
    };
    expect(runnerOf('pull_request', gone).pullRequest).toMatchObject({
      fromFork: true,
      headRepository: null,
    });
  });

  it('reads merge groups, pushes and runs of other workflows', () => {
    expect(runnerOf('merge_group', events.mergeGroup).mergeGroup).toEqual({
      headSha: commits.head,
      baseSha: commits.base,
    });
    expect(runnerOf('push', events.push).push).toEqual({ before: commits.before });
    expect(runnerOf('push', { ...events.push, before: commits.none }).push).toEqual({ before: null });
    expect(runnerOf('push', { ...events.push, forced: true }).push).toEqual({ before: null });
    expect(runnerOf('workflow_run', events.workflowRun).workflowRun).toEqual({
      id: 900,
      headSha: commits.head,
      headBranch: 'faster',
      headRepository: 'mallory/kernels',
    });
  });

  it.each([
    ['a push to it', 'push', events.push, 'refs/heads/main', true],
    ['a push to another branch', 'push', events.push, 'refs/heads/faster', false],
    ['a tag of its name', 'push', events.push, 'refs/tags/main', false],
    ['a schedule, whose event does not name it', 'schedule', events.schedule, 'refs/heads/trunk', true],
    ['a run by hand', 'workflow_dispatch', events.dispatch, 'refs/heads/main', true],
    ['a pull request', 'pull_request', events.opened, 'refs/pull/7/merge', false],
    ['a run for a pull request', 'workflow_run', events.workflowRun, 'refs/heads/main', false],
    ['a merge group', 'merge_group', events.mergeGroup, 'refs/heads/gh-readonly-queue/main/pr-7', false],
  ])('takes %s for the default branch or not', (_, name, event, ref, expected) => {
    expect(runnerOf(name, event, { GITHUB_REF: ref }).isDefaultBranch).toBe(expected);
  });

  it.each([
    ['github.com', 'https://github.com', true, true],
    ['data residency', 'https://octo.ghe.com', true, true],
    ['an Enterprise Server', 'https://github.example.com', false, false],
    ['a host that only sounds like it', 'https://github.com.example.com', false, false],
  ])('knows the services of %s', (_, server, hasCacheService, hasArtifactService) => {
    const environment = {
      GITHUB_SERVER_URL: server,
      ACTIONS_RESULTS_URL: 'https://results.example.com/',
      ACTIONS_CACHE_SERVICE_V2: 'True',
      ACTIONS_RUNTIME_TOKEN: 'x',
    };
    const runner = runnerOf('push', events.push, environment);
    expect(runner).toMatchObject({ hasCacheService, hasArtifactService });
  });

  it('knows the cache of an Enterprise Server', () => {
    const environment = {
      GITHUB_SERVER_URL: 'https://github.example.com',
      ACTIONS_CACHE_URL: 'https://cache.example.com/',
      ACTIONS_RUNTIME_TOKEN: 'x',
    };
    expect(runnerOf('push', events.push, environment)).toMatchObject({
      hasCacheService: true,
      hasArtifactService: false,
    });
  });

  it.each([undefined, ''])('may number no attempts: %j', (attempt) => {
    expect(runnerOf('push', events.push, { GITHUB_RUN_ATTEMPT: attempt }).runAttempt).toBe(1);
  });

  it('may have neither lasting folder nor summary', () => {
    const bare = { RUNNER_TOOL_CACHE: undefined, GITHUB_STEP_SUMMARY: '' };
    expect(runnerOf('push', events.push, bare)).toMatchObject({ toolCache: null, summaryPath: null });
  });
});

describe('what is no runner', () => {
  it.each([
    'GITHUB_EVENT_NAME',
    'GITHUB_EVENT_PATH',
    'GITHUB_REPOSITORY',
    'GITHUB_RUN_ID',
    'GITHUB_SHA',
    'GITHUB_WORKSPACE',
    'RUNNER_TEMP',
  ])('lacks %s', (name) => {
    const fault = faultOf(() => runnerOf('push', events.push, { [name]: undefined }));
    expect(fault.code).toBe('not-on-a-runner');
    expect(fault.message).toBe(`The environment variable ${name} is not set.`);
    expect(fault.exitCode).toBe(2);
  });

  it.each([
    ['GITHUB_REPOSITORY', 'octo/kernels/../../secrets'],
    ['GITHUB_REPOSITORY', 'kernels'],
    ['GITHUB_API_URL', 'file:///etc/passwd'],
    ['GITHUB_SERVER_URL', 'https://'],
    ['GITHUB_RUN_ID', '12; rm -rf /'],
    ['GITHUB_SHA', 'HEAD'],
    ['GITHUB_REF', 'main'],
  ])('has %s=%s', (name, value) => {
    const fault = faultOf(() => runnerOf('push', events.push, { [name]: value }));
    expect(fault.code).toBe('bad-runner');
    expect(fault.message).toBe(`The environment variable ${name} is not what it should be.`);
  });
});

it.each(['http://[::1]:3000', 'https://[2001:db8::7]/git'])('a server may be at %s', (address) => {
  expect(runnerOf('push', events.push, { GITHUB_SERVER_URL: address }).serverUrl).toBe(address);
});

describe('a malformed event', () => {
  const read = (content: string) => faultOf(() => readRunner(environmentOf('pull_request'), () => content));
  const { pull_request: pull } = events.opened;
  const withPull = (changes: object) =>
    JSON.stringify({ ...events.opened, pull_request: { ...pull, ...changes } });

  it('that is no event at all is said to be none', () => {
    expect(read('{').message).toBe('The event file is not JSON.');
    expect(read('[]').message).toBe('The event file holds no event.');
    expect(read('null').message).toBe('The event file holds no event.');
    const unreadable = faultOf(() =>
      readRunner(environmentOf('push'), () => {
        throw new Error('ENOENT');
      }),
    );
    expect(unreadable.message).toBe('The event file cannot be read.');
    expect(unreadable.code).toBe('bad-event');
  });

  it('is refused with the field at fault', () => {
    expect(read(JSON.stringify({ repository: {} })).message).toBe(
      "The event's pull_request.base.repo.full_name is missing.",
    );
    expect(read(withPull({ number: '7' })).message).toBe(
      "The event's pull_request.number is not a positive whole number.",
    );
    expect(read(withPull({ number: undefined })).message).toBe("The event's pull_request.number is missing.");
    expect(read(withPull({ head: { ...pull.head, sha: 'abc' } })).message).toBe(
      "The event's pull_request.head.sha is not what it should be.",
    );
  });

  it.each([
    ...[
      '--upload-pack=x',
      '-x',
      'a..b',
      'a b',
      'a:b',
      'a\nb',
      'a@{b',
      'a.lock',
      'a/.b',
      '.a',
      '/a',
      'a/',
      'a//b',
      'a.',
    ],
    ...['a*', 'a?', 'a[b', 'a\\b', 'a~1', 'a^', 'a\u0007'],
  ])('may not smuggle %j to git as a branch', (ref) => {
    expect(read(withPull({ base: { ...pull.base, ref } })).message).toBe(
      "The event's pull_request.base.ref is not what it should be.",
    );
  });

  it.each([
    ...[
      'dependabot/npm/@types/node-20.1',
      'función/é',
      'rel\u3000ease',
      'fix#12',
      'a{b}',
      '🚀',
      'HEAD',
      'a|b&c;d',
      'a@b',
    ],
    ...['lock', 'a.locks', 'x'.repeat(255), 'refs/heads/a', '100%', 'a\u2028b'],
  ])('may name any branch that git allows: %s', (ref) => {
    const event = { ...events.opened, pull_request: { ...pull, base: { ...pull.base, ref } } };
    expect(runnerOf('pull_request', event).pullRequest?.baseRef).toBe(ref);
    const push = runnerOf('push', events.push, { GITHUB_REF: `refs/heads/${ref}` });
    expect(push.ref).toBe(`refs/heads/${ref}`);
  });

  it('is not read through prototypes', () => {
    expect(read('{"__proto__": {"pull_request": {"number": 1}}}').code).toBe('bad-event');
  });
});
