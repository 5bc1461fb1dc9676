import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ServiceFault } from '../support/actions-services.ts';
import { sampled } from '../support/full.ts';
import { halfWritten } from '../support/left-behind.ts';
import { pullRequest } from '../support/pull-request.ts';
import { powerKernel } from '../support/small-project.ts';

/** A pull request that touches a kernel, so that a device is opened, and changes nothing about it. */
function touched() {
  return pullRequest({ 'kernels/power.wgsl': `// In other words.\n${powerKernel(100)}` });
}

const passed = { status: 0, outputs: { verdict: 'passed', identical: '1' } };
const ownFolder = '.joulegate-cache';

describe('a cache that cannot be read', () => {
  it.each(
    sampled<[string, ServiceFault]>([
      ['its service refuses', { status: 403, message: 'cache read denied: untrusted' }],
      ['its service hangs up', 'cut'],
    ]),
  )('is a cold start with a warning: %s', async (_, fault) => {
    const { job, run, folders } = await touched();
    job.services.fail('GetCacheEntryDownloadURL', fault);
    const ended = await run();
    expect(ended).toMatchObject(passed);
    expect(ended.log).toMatch(/^::warning::Failed to restore/m);
    expect(ended.log).not.toMatch(/^::error/m);
    expect(existsSync(join(job.workspace, ownFolder))).toBe(false);
    expect(halfWritten(...folders)).toEqual([]);
  });

  it.each(
    sampled([
      ['what is learnt then is kept in place of what is cut off for good', 'archive'],
      ['what is kept is not replaced if the connection was cut in the middle of it', 'connection'],
    ]),
  )('is a cold start with a warning, and %s', async (_, what) => {
    const { job, run, folders } = await touched();
    await run({ attempt: 1 });
    expect(job.services.cacheKeys).toHaveLength(1);
    if (what === 'archive') job.services.truncateBlobs();
    else job.services.fail('GET blob', 'cut-within', 1);
    const ended = await run({ attempt: 2 });
    expect(ended).toMatchObject(passed);
    expect(ended.log).toMatch(/^::warning::Failed to restore/m);
    expect(ended.log).not.toMatch(/^::error/m);
    expect(job.services.cacheKeys).toHaveLength(what === 'archive' ? 2 : 1);
    expect(ended.log.includes('so it is not replaced')).toBe(what === 'connection');
    expect(existsSync(join(job.workspace, ownFolder))).toBe(false);
    expect(halfWritten(...folders)).toEqual([]);
  });
});

describe('a cache that never answers', () => {
  it.each(
    sampled([
      ['asked', 'GetCacheEntryDownloadURL'],
      ['given something', 'CreateCacheEntry'],
    ]),
  )('does not hold a run that is cancelled while it is %s', async (_, method) => {
    const { job, github, run, folders } = await touched();
    job.services.fail(method, 'never-answer');
    let sent = false;
    const ended = await run({
      meanwhile({ pid }) {
        if (sent || !job.services.calls.includes(method)) return;
        sent = true;
        process.kill(pid, 'SIGTERM');
      },
    });
    expect(ended).toMatchObject({ status: 130, outputs: { verdict: 'interrupted' } });
    expect(ended.log).toMatch(/^::warning::.*the run was cancelled/m);
    expect(github.comments(7)).toEqual([]);
    expect(existsSync(join(job.workspace, ownFolder))).toBe(false);
    expect(halfWritten(...folders)).toEqual([]);
  });
});

describe('a cache that cannot be written', () => {
  it.each(
    sampled<[string, string, ServiceFault]>([
      ['it is read-only', 'CreateCacheEntry', { status: 403, message: 'cache write denied: read-only' }],
      ['its storage refuses', 'PUT blob', { status: 403, message: 'no' }],
      ['its last step fails', 'FinalizeCacheEntryUpload', { status: 403, message: 'no' }],
    ]),
  )('is a warning: %s', async (_, method, fault) => {
    const { job, run, folders } = await touched();
    job.services.fail(method, fault, 1);
    const ended = await run();
    expect(ended).toMatchObject(passed);
    expect(ended.log).toMatch(/^::warning::The cache service did not take the state/m);
    expect(ended.log).not.toMatch(/^::error/m);
    expect(job.services.cacheKeys).toEqual([]);
    expect(job.services.artifacts).toHaveLength(1);
    expect(existsSync(join(job.workspace, ownFolder))).toBe(false);
    expect(halfWritten(...folders)).toEqual([]);
  });

  it('is a warning: its directory is a file', async () => {
    const { job, run } = await touched();
    const cache = join(job.workspace, 'kept');
    writeFileSync(cache, 'precious');
    const ended = await run({ inputs: { cache } });
    expect(ended).toMatchObject(passed);
    expect(ended.log).toMatch(/^::warning::The state was not saved: cannot write/m);
  });
});

describe('an artifact that cannot be uploaded', () => {
  it.each(
    sampled([
      ['its storage refuses', 'PUT blob'],
      ['its last step fails', 'FinalizeArtifact'],
    ]),
  )('is a warning, and a line of the comment: %s', async (_, method) => {
    const { job, github, run, folders } = await pullRequest({ 'README.md': 'words' });
    job.services.fail(method, { status: 403, message: 'no' });
    const ended = await run();
    expect(ended).toMatchObject(passed);
    expect(ended.log).toMatch(/^::warning::The artifact joulegate-report-.* was not uploaded/m);
    expect(ended.log).not.toMatch(/^::error/m);
    expect(job.services.artifacts).toEqual([]);
    expect(github.comments(7)[0]?.body).toContain('could not be uploaded');
    expect(halfWritten(...folders)).toEqual([]);
  });
});
