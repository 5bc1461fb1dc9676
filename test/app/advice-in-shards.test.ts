import { expect, it } from 'vitest';
import { guard, type Host } from '../../src/app/index.ts';
import { commitAll, projectFolder, writeFiles } from '../support/command-line.ts';
import { scriptedBundles } from '../support/scripted-adapter/bundles.ts';
import { smallProject } from '../support/small-project.ts';

/** Whether head is retuned, in time that is left, where nothing regressed. */
async function looksForAdvice(shards: number) {
  const folder = await projectFolder(smallProject(100));
  commitAll(folder);
  await writeFiles(folder, smallProject(101));
  const stages: string[] = [];
  const silent = () => undefined;
  const host: Host = {
    environment: process.env,
    workingDirectory: folder,
    signal: new AbortController().signal,
    progress: { stage: (text) => void stages.push(text), update: silent, note: silent, warn: silent },
    workerPath: `${scriptedBundles()}/worker.js`,
    version: '0.0.0',
    command: 'joulegate guard',
    now: () => new Date(0),
  };
  const options = {
    manifest: 'joulegate.yaml',
    base: 'HEAD',
    kernels: null,
    device: 'auto',
    meter: 'auto',
  } as const;
  const report = await guard(host, { ...options, shards, maxMinutes: 5 });
  expect(report).toMatchObject({ verdict: 'passed', counts: { regressed: 0 } });
  return stages.some((text) => text.includes('looking for a better configuration'));
}

it('what did not regress is retuned in time that is left, but not in a shard, for which others wait', async () => {
  expect(await looksForAdvice(1)).toBe(true);
  expect(await looksForAdvice(2)).toBe(false);
});
