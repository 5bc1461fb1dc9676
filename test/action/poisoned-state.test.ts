import { rmSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openStateCache, readRunner } from '../../src/github/index.ts';
import { packState, stateVersion } from '../../src/store/index.ts';
import { environmentOf, events } from '../github/runners.ts';
import { lyingState } from '../hostile/lies.ts';
import { unusableStates } from '../hostile/unusable-states.ts';
import { isFull } from '../support/full.ts';
import { pullRequest } from '../support/pull-request.ts';
import { scriptedFamily } from '../support/scripted-adapter/bundles.ts';
import { powerKernel, smallManifest } from '../support/small-project.ts';

/** One configuration, so no advice, which is not what these runs are about. */
const manifest = smallManifest
  .replace('[32, 64, 128, 256]', '[64]')
  .replace('[1, 2, 4]', '[1]')
  .replace('COUNT: 65536', 'COUNT: 8192');
const subject = { kernel: 'power', workload: 'COUNT=8192' };

/** Leaves a state where the run will look for it, as a run of the default branch could. */
async function plant(folder: string, family: string, bytes: Uint8Array): Promise<void> {
  const runner = readRunner(environmentOf('push'), () => JSON.stringify(events.push));
  const cache = openStateCache({
    runner,
    choice: { kind: 'directory', path: folder },
    subject: { version: stateVersion, device: family, scope: './joulegate.yaml' },
    shard: null,
    maxBytes: bytes.length,
  });
  expect(await cache.save({ bytes, entries: 1, restoredEntries: 0 })).toMatchObject({ status: 'saved' });
}

const family = scriptedFamily;

describe('a kept state that lies', () => {
  /** The run of a pull request on a machine whose cache holds `bytes`. */
  async function runBeside(bytes: Uint8Array, head: string) {
    const { job, run } = await pullRequest({ 'kernels/power.wgsl': head }, { manifest });
    const folder = `${job.workspace}-kept`;
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    await plant(folder, family, bytes);
    const ended = await run({ inputs: { cache: folder, meter: 'none' } });
    // Else the state would have been harmless for not being found.
    expect(ended.log).toContain('Took up the state at');
    return ended;
  }

  it('does not hide a change that costs more: it is red as without a state', async () => {
    const lies = packState(lyingState(family, subject, 'hide'));
    const ended = await runBeside(lies, powerKernel(500));
    expect(ended.outputs).toMatchObject({ verdict: 'failed', regressed: '1', gated: '1' });
    expect(ended.status).toBe(1);
  });

  it.runIf(isFull)('does not blame one that costs the same: it is green as without a state', async () => {
    const lies = packState(lyingState(family, subject, 'blame'));
    const sameWork = powerKernel(100).replace('x * 1.5 + 0.25', '0.25 + x * 1.5');
    const ended = await runBeside(lies, sameWork);
    expect(ended.outputs).toMatchObject({ regressed: '0', gated: '1' });
    expect(ended.status).toBe(0);
  });

  it.runIf(isFull)('and is of a newer version is said, and decides nothing', async () => {
    const { bytes, says } = unusableStates['a newer version'];
    const ended = await runBeside(bytes, 'broken');
    expect(ended.log).toMatch(/^::warning.*the kept state.*it is not used and made anew/m);
    expect(ended.log).toContain(says);
    expect(ended.outputs).toMatchObject({ verdict: 'failed', regressed: '1' });
  });

  it.runIf(isFull)('and is of another device is said, and decides nothing', async () => {
    const lies = packState(lyingState('nvidia-h200', subject, 'hide'));
    const ended = await runBeside(lies, 'broken');
    expect(ended.log).toMatch(/^::warning.*is of nvidia-h200, not of .*: it is not used and made anew/m);
    expect(ended.outputs).toMatchObject({ verdict: 'failed', regressed: '1' });
  });
});
