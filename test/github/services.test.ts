import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  artifactName,
  collectReports,
  openStateCache,
  type Runner,
  type StateCache,
  type StateCacheTask,
  uploadArtifact,
} from '../../src/github/index.ts';
import { type Job, type ServiceFault, startJob } from '../support/actions-services.ts';
import { events, runnerOf } from './runners.ts';

// The toolkit prints its progress and warnings for the runner to read.
const printed: string[] = [];
vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
  printed.push(String(text));
  return true;
});

const subject = { version: 1, device: 'nvidia-hopper', scope: 'joulegate.yaml' };
const state = (text: string) => new Uint8Array(gzipSync(text));

/** A nightly run on the default branch. */
function nightly(
  job: Job,
  runId: number,
  changes: Readonly<Record<string, string | undefined>> = {},
): Runner {
  return runnerOf('schedule', events.schedule, {
    ...job.environment,
    GITHUB_RUN_ID: String(runId),
    GITHUB_RUN_ATTEMPT: '1',
    RUNNER_TOOL_CACHE: undefined,
    ...changes,
  });
}

function pullRequest(job: Job): Runner {
  return runnerOf('pull_request', events.opened, job.environment);
}

function cacheOf(runner: Runner, changes: Partial<StateCacheTask> = {}): StateCache {
  return openStateCache({
    runner,
    choice: { kind: 'service' },
    subject,
    shard: null,
    maxBytes: 1e6,
    ...changes,
  });
}

async function save(cache: StateCache, text: string, entries = 1, restoredEntries = 0): Promise<string> {
  const { status } = await cache.save({ bytes: state(text), entries, restoredEntries });
  return status;
}

describe('the state in the Actions cache', () => {
  it('is what the newest run saved, byte for byte', async () => {
    const job = await startJob();
    const first = await cacheOf(nightly(job, 100)).restore();
    expect(first).toEqual({
      status: 'missing',
      message: expect.stringMatching(
        /^The cache gave no state: there is none yet, or a warning above says why\./,
      ),
      bytes: null,
      isKnown: true,
    });
    expect(await save(cacheOf(nightly(job, 100)), 'one')).toBe('saved');
    expect(await save(cacheOf(nightly(job, 101)), 'two', 2, 1)).toBe('saved');
    const restored = await cacheOf(nightly(job, 102)).restore();
    expect(restored.status).toBe('restored');
    expect(restored.bytes).toEqual(state('two'));
    const prefix = 'joulegate-v1-nvidia-hopper-';
    expect(job.services.cacheKeys.map((key) => key.replace(/[0-9a-f]{16}-/, ''))).toEqual([
      `${prefix}100-1`,
      `${prefix}101-1`,
    ]);
    expect(restored.message).toContain(`Took up the state from the cache ${job.services.cacheKeys[1]}.`);
  });

  it('is said to be hidden from a runner without zstd, as the toolkit compresses with it where there is one', async () => {
    const job = await startJob();
    const note = 'This runner has no zstd, so it does not see what runners with it saved.';
    const programs = join(job.workspace, 'programs');
    mkdirSync(programs);
    const restore = () => cacheOf(nightly(job, 100, { PATH: programs })).restore();
    expect((await restore()).message).toContain(note);
    writeFileSync(join(programs, 'zstd'), '');
    expect((await restore()).message).not.toContain(note);
  });

  it('leaves nothing in the workspace', async () => {
    const job = await startJob();
    const cache = cacheOf(nightly(job, 100));
    await save(cache, 'one');
    await cache.restore();
    expect(readdirSync(job.workspace)).toEqual(['_temp']);
  });

  it('is one per device, manifest, version and repository, also where one name begins another', async () => {
    const job = await startJob();
    await save(cacheOf(nightly(job, 100), { subject: { ...subject, device: 'nvidia-hopper-h200' } }), 'h200');
    await save(cacheOf(nightly(job, 100), { subject: { ...subject, device: 'NVIDIA Hopper' } }), 'spelled');
    await save(cacheOf(nightly(job, 100), { subject: { ...subject, scope: 'other.yaml' } }), 'other');
    await save(cacheOf(nightly(job, 100), { subject: { ...subject, version: 11 } }), 'v11');
    await save(cacheOf(nightly(job, 100, { GITHUB_REPOSITORY: 'octo/fork' })), 'fork');
    expect(new Set(job.services.cacheKeys).size).toBe(5);
    expect((await cacheOf(nightly(job, 101)).restore()).status).toBe('missing');
  });

  it('is read by pull requests and never written by them', async () => {
    const job = await startJob();
    await save(cacheOf(nightly(job, 100)), 'one');
    const cache = cacheOf(pullRequest(job));
    expect((await cache.restore()).bytes).toEqual(state('one'));
    expect(await cache.save({ bytes: state('bad'), entries: 9, restoredEntries: 1 })).toEqual({
      status: 'read-only',
      message: 'The state was not saved: only runs of the default branch save it.',
    });
    expect(job.services.cacheKeys).toHaveLength(1);
  });

  it.each([
    ['a run on behalf of a pull request', 'workflow_run', events.workflowRun],
    ['a merge group', 'merge_group', events.mergeGroup],
    ['pull_request_target', 'pull_request_target', events.fork],
  ])('is not written by %s, although its ref is the default branch', async (_, name, event) => {
    const job = await startJob();
    const runner = runnerOf(name, event, { ...job.environment, GITHUB_REF: 'refs/heads/main' });
    expect(await save(cacheOf(runner), 'bad')).toBe('read-only');
    expect(job.services.calls).toEqual([]);
  });

  it('is not written on behalf of a pull request, where all branches would see it', async () => {
    const job = await startJob();
    const own = pullRequest(job);
    const asked = { ...own, pullRequest: { ...own.pullRequest!, asked: { mergeSha: null } } };
    for (const runner of [asked, { ...asked, isDefaultBranch: true }]) {
      expect(await save(cacheOf(runner, { savedByAnyRef: true }), 'one')).toBe('read-only');
      const inFolder = { kind: 'directory', path: './kept' } as const;
      expect(await save(cacheOf(runner, { savedByAnyRef: true, choice: inFolder }), 'one')).toBe('read-only');
    }
    expect(job.services.cacheKeys).toEqual([]);
    expect(await save(cacheOf(own, { savedByAnyRef: true }), 'one')).toBe('saved');
  });

  it('is not written with restore-only, nor if it holds no more than before', async () => {
    const job = await startJob();
    const runner = nightly(job, 100);
    expect(await save(cacheOf(runner, { choice: { kind: 'restore-only' } }), 'one')).toBe('read-only');
    expect(await save(cacheOf(runner), 'one', 5, 5)).toBe('kept');
    expect(await save(cacheOf(runner), 'one', 4, 5)).toBe('kept');
    expect(job.services.calls).toEqual([]);
  });

  it('is saved by each shard under a key of its own', async () => {
    const job = await startJob();
    await save(cacheOf(nightly(job, 100), { shard: { index: 1, count: 2 } }), 'one');
    await save(cacheOf(nightly(job, 100), { shard: { index: 2, count: 2 } }), 'two');
    const own = job.services.cacheKeys.map((key) => /-100-1.*$/.exec(key)?.[0]);
    expect(own).toEqual(['-100-1-1of2', '-100-1-2of2']);
  });

  it('is not used if it is larger than it may be', async () => {
    const job = await startJob();
    await save(cacheOf(nightly(job, 100)), 'x'.repeat(1000));
    const size = state('x'.repeat(1000)).length;
    const restored = await cacheOf(nightly(job, 101), { maxBytes: size - 1 }).restore();
    expect(restored.status).toBe('failed');
    expect(restored.bytes).toBeNull();
    expect((await cacheOf(nightly(job, 101), { maxBytes: size }).restore()).status).toBe('restored');
    expect(await save(cacheOf(nightly(job, 101), { maxBytes: 10 }), 'long', 2, 1)).toBe('failed');
  });

  it('does not follow a link that a pull request put in its place', async () => {
    const job = await startJob();
    await save(cacheOf(nightly(job, 100)), 'one');
    const elsewhere = mkdtempSync(join(tmpdir(), 'joulegate-elsewhere-'));
    onTestFinished(() => rmSync(elsewhere, { recursive: true }));
    writeFileSync(join(elsewhere, 'precious'), 'x');
    symlinkSync(elsewhere, join(job.workspace, '.joulegate-cache'));
    expect((await cacheOf(pullRequest(job)).restore()).bytes).toEqual(state('one'));
    expect(readdirSync(elsewhere)).toEqual(['precious']);
  });
});

describe('a cache service in trouble', () => {
  it('costs the state, not the run, if what it holds is damaged', async () => {
    const job = await startJob();
    await save(cacheOf(nightly(job, 100)), 'one');
    job.services.damageBlobs(Buffer.from('no archive'));
    expect((await cacheOf(nightly(job, 101)).restore()).bytes).toBeNull();
    expect(printed.join('')).toContain('::warning::Failed to restore');
  });

  it.each([
    ['refuses', { status: 403, message: 'cache read denied: untrusted' }],
    ['hangs up', 'cut'],
  ] as const)('costs the state, not the run, if it %s', async (_, fault) => {
    const job = await startJob();
    for (const method of ['GetCacheEntryDownloadURL', 'CreateCacheEntry']) job.services.fail(method, fault);
    const runner = nightly(job, 100);
    expect((await cacheOf(runner).restore()).bytes).toBeNull();
    expect(await cacheOf(runner).save({ bytes: state('one'), entries: 1, restoredEntries: 0 })).toEqual({
      status: 'failed',
      message: 'The cache service did not take the state; the log above says why.',
    });
  });

  it('is not waited for longer than it is given', async () => {
    const job = await startJob();
    job.services.fail('GetCacheEntryDownloadURL', 'never-answer');
    expect(await cacheOf(nightly(job, 100), { seconds: 0.2 }).restore()).toEqual({
      status: 'failed',
      message: 'The state could not be restored from the cache: no answer within 0.2 s.',
      bytes: null,
      isKnown: false,
    });
  });

  it('is left alone by the rest of the run if it does not answer in time', async () => {
    const job = await startJob();
    const runner = nightly(job, 100);
    job.services.fail('GetCacheEntryDownloadURL', 'never-answer');
    await cacheOf(runner, { seconds: 0.2 }).restore();
    const asked = job.services.calls.length;
    const other = cacheOf(runner, { subject: { ...subject, scope: 'attempts' } });
    expect((await other.restore()).message).toContain('was not asked again');
    expect(await save(other, 'one')).toBe('failed');
    expect(job.services.calls).toHaveLength(asked);
    expect(await save(cacheOf(nightly(job, 101)), 'one')).toBe('saved');
  });

  it('is left alone if it took long to give nothing, and not for giving nothing at once', async () => {
    const job = await startJob();
    const runner = nightly(job, 100);
    await cacheOf(runner).restore();
    const asked = job.services.calls.length;
    await cacheOf(runner, { patienceSeconds: 0 }).restore();
    expect(job.services.calls.length).toBe(asked + 1);
    await cacheOf(runner).restore();
    expect(job.services.calls.length).toBe(asked + 1);
  });

  it.each<[string, string, ServiceFault]>([
    ['refused', 'GetCacheEntryDownloadURL', { status: 403, message: 'cache read denied: untrusted' }],
    ['faulty', 'GetCacheEntryDownloadURL', { status: 404, message: 'no such thing' }],
    ['not answered in time', 'GetCacheEntryDownloadURL', 'never-answer'],
    ['cut in the middle', 'GET blob', 'cut-within'],
  ])('does not replace what is kept if the reading of it was %s', async (_, method, fault) => {
    const job = await startJob();
    await save(cacheOf(nightly(job, 100)), 'months');
    job.services.fail(method, fault);
    const cache = cacheOf(nightly(job, 101), { seconds: 1 });
    expect(await cache.restore()).toMatchObject({ status: 'failed', bytes: null, isKnown: false });
    job.services.fail(method, fault, 0);
    expect(await cache.save({ bytes: state('one night'), entries: 1, restoredEntries: 0 })).toEqual({
      status: 'failed',
      message: 'The state was not saved: what is kept could not be read before, so it is not replaced.',
    });
    expect(job.services.cacheKeys).toHaveLength(1);
    expect((await cacheOf(nightly(job, 102)).restore()).bytes).toEqual(state('months'));
  });

  it('does not replace what is kept if it was left alone, or if the runner may not read it', async () => {
    const job = await startJob();
    await save(cacheOf(nightly(job, 100)), 'months');
    const runner = nightly(job, 101);
    job.services.fail('GetCacheEntryDownloadURL', 'never-answer', 1);
    await cacheOf(runner, { seconds: 0.2 }).restore();
    expect(await cacheOf(runner).restore()).toMatchObject({ status: 'missing', isKnown: false });
    vi.stubEnv('ACTIONS_CACHE_MODE', 'write-only');
    onTestFinished(() => void vi.unstubAllEnvs());
    const cache = cacheOf(nightly(job, 102));
    expect(await cache.restore()).toMatchObject({ status: 'failed', isKnown: false });
    expect(await save(cache, 'one night')).toBe('failed');
    expect(job.services.cacheKeys).toHaveLength(1);
  });

  it('makes anew what came whole and is damaged', async () => {
    const job = await startJob();
    await save(cacheOf(nightly(job, 100)), 'one');
    job.services.truncateBlobs();
    const cache = cacheOf(nightly(job, 101));
    expect(await cache.restore()).toMatchObject({ status: 'missing', bytes: null, isKnown: true });
    expect(await save(cache, 'two')).toBe('saved');
  });

  it('says so if a run tries to save twice', async () => {
    const job = await startJob();
    expect(await save(cacheOf(nightly(job, 100)), 'one')).toBe('saved');
    expect(await save(cacheOf(nightly(job, 100)), 'two', 2, 1)).toBe('failed');
  });
});

describe('the state in a directory', () => {
  const inDirectory = (path: string) => ({ choice: { kind: 'directory', path } }) as const;

  it('is one file per subject, found again by the next run', async () => {
    const job = await startJob();
    const folder = join(job.workspace, 'kept');
    expect((await cacheOf(nightly(job, 100), inDirectory(folder)).restore()).status).toBe('missing');
    expect(await save(cacheOf(nightly(job, 100), inDirectory(folder)), 'one')).toBe('saved');
    expect(await save(cacheOf(nightly(job, 101), inDirectory(folder)), 'two', 2, 1)).toBe('saved');
    expect((await cacheOf(pullRequest(job), inDirectory(folder)).restore()).bytes).toEqual(state('two'));
    expect(readdirSync(folder)).toEqual([
      expect.stringMatching(/^joulegate-v1-nvidia-hopper-[0-9a-f]{16}-state\.json\.gz$/),
    ]);
    expect(job.services.calls).toEqual([]);
  });

  it('may be relative to the workspace, and is not written by pull requests', async () => {
    const job = await startJob();
    expect(await save(cacheOf(nightly(job, 100), inDirectory('./kept')), 'one')).toBe('saved');
    expect(existsSync(join(job.workspace, 'kept'))).toBe(true);
    expect(await save(cacheOf(pullRequest(job), inDirectory('./kept')), 'bad', 9)).toBe('read-only');
  });

  it('is refused if it is a link, a folder, or too large', async () => {
    const job = await startJob();
    const folder = join(job.workspace, 'kept');
    await save(cacheOf(nightly(job, 100), inDirectory(folder)), 'one');
    const path = join(folder, String(readdirSync(folder)[0]));
    const restored = (maxBytes = 1e6) =>
      cacheOf(nightly(job, 101), { ...inDirectory(folder), maxBytes }).restore();
    expect((await restored(10)).message).toBe(`The state at ${path} is unusable: it has more than 10 bytes.`);
    rmSync(path);
    symlinkSync('/etc/hostname', path);
    expect((await restored()).message).toBe(`The state at ${path} is unusable: it is a link.`);
    rmSync(path);
    mkdirSync(path);
    expect((await restored()).message).toBe(`The state at ${path} is unusable: it is not a file.`);
  });

  it('is made anew in place of what is no state, and left where it cannot be read', async () => {
    const job = await startJob();
    const folder = join(job.workspace, 'kept');
    await save(cacheOf(nightly(job, 100), inDirectory(folder)), 'one');
    const tooLarge = cacheOf(nightly(job, 101), { ...inDirectory(folder), maxBytes: 10 });
    expect(await tooLarge.restore()).toMatchObject({ status: 'failed', isKnown: true });
    // A path that is too long to be opened: what cannot be read whoever asks.
    const cache = cacheOf(nightly(job, 101), inDirectory(join(folder, 'x'.repeat(300))));
    const restored = await cache.restore();
    expect(restored.message).toContain('it cannot be read (ENAMETOOLONG)');
    expect(restored.isKnown).toBe(false);
    expect((await cache.save({ bytes: state('two'), entries: 1, restoredEntries: 0 })).message).toBe(
      'The state was not saved: what is kept could not be read before, so it is not replaced.',
    );
  });

  it('that cannot be written is an outcome', async () => {
    const job = await startJob();
    writeFileSync(join(job.workspace, 'kept'), 'a file');
    expect(await save(cacheOf(nightly(job, 100), inDirectory('./kept')), 'one')).toBe('failed');
  });
});

describe('without a cache service', () => {
  const enterprise = { GITHUB_SERVER_URL: 'https://github.example.com' };

  it("the runner's own lasting folder serves", async () => {
    const job = await startJob();
    const tools = { ...enterprise, RUNNER_TOOL_CACHE: join(job.workspace, '_tool') };
    expect(await save(cacheOf(nightly(job, 100, tools)), 'one')).toBe('saved');
    expect((await cacheOf(nightly(job, 101, tools)).restore()).bytes).toEqual(state('one'));
    expect(readdirSync(join(job.workspace, '_tool'))).toEqual(['joulegate']);
  });

  it('or nothing is kept, which is said', async () => {
    const job = await startJob();
    const cache = cacheOf(nightly(job, 100, enterprise));
    const message =
      'Nothing is kept between runs: this runner has no cache service. Give `cache` a directory.';
    expect(await cache.restore()).toEqual({ status: 'off', message, bytes: null, isKnown: true });
    expect(await save(cache, 'one')).toBe('off');
  });

  it('or nothing is to be kept', async () => {
    const job = await startJob();
    const cache = cacheOf(nightly(job, 100), { choice: { kind: 'off' } });
    expect((await cache.restore()).status).toBe('off');
    expect(await save(cache, 'one')).toBe('off');
    expect(job.services.calls).toEqual([]);
  });
});

describe('the artifact of a run', () => {
  const manifest = 'gpu/joulegate.yaml';
  const label = { kind: 'report', manifest, device: 'nvidia-hopper', shard: null, attempt: 1 } as const;

  function reportOf(job: Job, text: string): { files: string[]; root: string } {
    const root = mkdtempSync(join(job.workspace, 'out-'));
    writeFileSync(join(root, 'report.json'), text);
    return { files: [join(root, 'report.json')], root };
  }

  it('is named after kind, device, shard and attempt, whatever the device is called', () => {
    expect(artifactName(label)).toBe('joulegate-report-89f9575c-nvidia-hopper-attempt-1');
    const shard = { index: 2, count: 4 };
    expect(artifactName({ ...label, shard, attempt: 3 })).toBe(
      'joulegate-report-89f9575c-nvidia-hopper-2of4-attempt-3',
    );
    expect(artifactName({ ...label, kind: 'recordings', device: 'a/b\\c:d*e?"f|g<h>\r\n' })).toBe(
      'joulegate-recordings-89f9575c-a-b-c-d-e-f-g-h-attempt-1',
    );
    expect(artifactName({ ...label, device: '../..' })).toBe('joulegate-report-89f9575c-unknown-attempt-1');
    expect(artifactName({ ...label, device: null })).toBe('joulegate-report-89f9575c-no-device-attempt-1');
    expect(artifactName({ ...label, device: 'x'.repeat(500) })).toHaveLength(96);
  });

  it('is uploaded and collected again, of each shard the last attempt', async () => {
    const job = await startJob();
    const runner = nightly(job, 100);
    const upload = (index: number, attempt: number, text: string) =>
      uploadArtifact({ ...label, ...reportOf(job, text), runner, shard: { index, count: 3 }, attempt });
    expect(await upload(1, 1, 'one')).toEqual({
      status: 'uploaded',
      message: 'Uploaded the artifact joulegate-report-89f9575c-nvidia-hopper-1of3-attempt-1.',
      name: 'joulegate-report-89f9575c-nvidia-hopper-1of3-attempt-1',
      id: 1,
    });
    await upload(2, 10, 'two again');
    await upload(2, 9, 'two');
    await uploadArtifact({ ...label, kind: 'recordings', ...reportOf(job, 'no report'), runner });
    const collected = await collectReports({ runner, manifest, folder: join(job.workspace, 'collected') });
    expect(collected.status).toBe('collected');
    expect(collected.reports.map(({ file }) => readFileSync(file, 'utf8'))).toEqual(['one', 'two again']);
    expect(collected.faults).toEqual([
      { kind: 'missing', name: '3of3 on nvidia-hopper', reason: 'it left no report' },
    ]);
  });

  it('stands for the one before it once advice was found, but for no later attempt', async () => {
    const job = await startJob();
    const runner = nightly(job, 100);
    const upload = (kind: 'report' | 'advised', device: string, attempt: number, text: string) =>
      uploadArtifact({ ...label, ...reportOf(job, text), kind, device, runner, attempt });
    await upload('advised', 'a', 1, 'a advised');
    await upload('report', 'a', 1, 'a');
    await upload('advised', 'b', 1, 'b advised');
    await upload('report', 'b', 2, 'b again');
    const collected = await collectReports({ runner, manifest, folder: join(job.workspace, 'collected') });
    expect(collected.reports.map(({ file }) => readFileSync(file, 'utf8'))).toEqual(['a advised', 'b again']);
    expect(collected.faults).toEqual([]);
  });

  it('is that from before the advice where the one with it cannot be read', async () => {
    const job = await startJob();
    const runner = nightly(job, 100);
    const upload = (kind: 'report' | 'advised', text: string) =>
      uploadArtifact({ ...label, ...reportOf(job, text), kind, runner });
    await upload('advised', 'advised');
    job.services.damageBlobs(Buffer.from('no archive'));
    await upload('report', 'before');
    const collected = await collectReports({ runner, manifest, folder: join(job.workspace, 'collected') });
    expect(collected.reports.map(({ file }) => readFileSync(file, 'utf8'))).toEqual(['before']);
    expect(collected.faults).toEqual([]);
  });

  it('of a name that is taken is an outcome, and the first one stays', async () => {
    const job = await startJob();
    const runner = nightly(job, 100);
    const first = await uploadArtifact({ ...label, ...reportOf(job, 'one'), runner });
    const second = await uploadArtifact({ ...label, ...reportOf(job, 'two'), runner });
    expect(second.status).toBe('failed');
    expect(second.message).toMatch(
      /^The artifact joulegate-report-89f9575c-nvidia-hopper-attempt-1 was not uploaded: another job or step of this run has one of that name\./,
    );
    expect(job.services.artifacts.map(({ name }) => name)).toEqual([first.name]);
  });

  it('that the service does not take is an outcome', async () => {
    const job = await startJob();
    const runner = nightly(job, 100);
    job.services.fail('CreateArtifact', 'cut');
    expect((await uploadArtifact({ ...label, ...reportOf(job, 'one'), runner })).status).toBe('failed');
    job.services.fail('CreateArtifact', 'never-answer');
    const late = await uploadArtifact({ ...label, ...reportOf(job, 'one'), runner, seconds: 0.2 });
    expect(late.message).toBe(
      'The artifact joulegate-report-89f9575c-nvidia-hopper-attempt-1 was not uploaded: no answer within 0.2 s.',
    );
  });

  it('without files or a service is an outcome', async () => {
    const job = await startJob();
    const none = { ...label, root: job.workspace, files: [join(job.workspace, 'report.json')] };
    expect((await uploadArtifact({ ...none, runner: nightly(job, 100) })).status).toBe('failed');
    const runner = nightly(job, 100, { GITHUB_SERVER_URL: 'https://github.example.com' });
    expect((await uploadArtifact({ ...label, ...reportOf(job, 'one'), runner })).status).toBe('unavailable');
    expect((await collectReports({ runner, manifest, folder: job.workspace })).status).toBe('unavailable');
  });

  it('that holds no report is a fault with its name, and the others are collected', async () => {
    const job = await startJob();
    const runner = nightly(job, 100);
    await uploadArtifact({ ...label, ...reportOf(job, 'one'), runner });
    const root = mkdtempSync(join(job.workspace, 'out-'));
    writeFileSync(join(root, 'other.json'), '{}');
    await uploadArtifact({ ...label, device: 'other', files: [join(root, 'other.json')], root, runner });
    expect(
      await collectReports({ runner, manifest, folder: join(job.workspace, 'collected') }),
    ).toMatchObject({
      message: 'Collected 1 report of the run.',
      reports: [{ name: 'nvidia-hopper', device: 'nvidia-hopper', state: null }],
      faults: [{ kind: 'corrupt', name: 'other', reason: 'it holds no report.json' }],
    });
  });

  it('that does not come in time is asked for once, and none after it', async () => {
    const job = await startJob();
    const runner = nightly(job, 100);
    for (const index of [1, 2, 3, 4]) {
      await uploadArtifact({ ...label, ...reportOf(job, 'one'), runner, shard: { index, count: 4 } });
    }
    const folder = join(job.workspace, 'collected');
    job.services.fail('GetSignedArtifactURL', 'never-answer');
    const asked = job.services.calls.length;
    const late = 'it was not asked for, after another one did not come in time';
    expect(await collectReports({ runner, manifest, folder, seconds: 0.3 })).toMatchObject({
      status: 'collected',
      reports: [],
      faults: [
        { kind: 'corrupt', name: '1of4 on nvidia-hopper', reason: 'no answer within 0.3 s' },
        { kind: 'corrupt', name: '2of4 on nvidia-hopper', reason: late },
        { kind: 'corrupt', name: '3of4 on nvidia-hopper', reason: late },
        { kind: 'corrupt', name: '4of4 on nvidia-hopper', reason: late },
      ],
    });
    const since = job.services.calls.slice(asked);
    expect(since.filter((method) => method === 'GetSignedArtifactURL')).toHaveLength(1);
  });

  it.each(['ListArtifacts', 'GetSignedArtifactURL'])(
    'is not waited for any longer when the run is cancelled: %s',
    async (method) => {
      const job = await startJob();
      const runner = nightly(job, 100);
      await uploadArtifact({ ...label, ...reportOf(job, 'one'), runner });
      job.services.fail(method, 'never-answer');
      const cancel = new AbortController();
      const folder = join(job.workspace, 'collected');
      const collecting = collectReports({ runner, manifest, folder, signal: cancel.signal });
      await vi.waitUntil(() => job.services.calls.includes(method), 5000);
      cancel.abort();
      expect(await collecting).toEqual({
        status: 'failed',
        message: 'The reports could not be collected: the run was cancelled.',
        reports: [],
        faults: [],
      });
    },
  );

  it('of nobody is collected as nothing', async () => {
    const job = await startJob();
    const collected = await collectReports({
      runner: nightly(job, 100),
      manifest,
      folder: join(job.workspace, 'c'),
    });
    expect(collected).toEqual({
      status: 'collected',
      message: 'Collected 0 reports of the run.',
      reports: [],
      faults: [],
    });
  });
});
