import { expect, it } from 'vitest';
import { validateTry } from '../../src/schema/index.ts';
import { joulegate, projectFolder } from '../support/command-line.ts';
import { commandManifest, commandProgram } from '../support/command-program.ts';

const files = { 'joulegate.yaml': commandManifest(), 'main.mjs': commandProgram };
const onCpu = ['--allow-commands', '--device', 'software', '--meter', 'none'];

it('says what a kernel takes, and that it is right', async () => {
  const folder = await projectFolder(files);
  const ended = await joulegate(folder, 'try', 'scale', ...onCpu, '--json');
  expect(ended).toMatchObject({ status: 0 });
  const result = JSON.parse(ended.stdout);
  expect(validateTry(result)).toMatchObject({ ok: true });
  expect(result.workloads).toMatchObject([{ workload: 'N=64', repeats: true, faults: [], remarks: [] }]);
  const [{ readyMs, launchMs, trialSeconds, retuneMinutes }] = result.workloads;
  expect(Math.min(readyMs, launchMs, trialSeconds, retuneMinutes)).toBeGreaterThan(0);
});

it('says what has to be mended, with exit status 2', async () => {
  const folder = await projectFolder({
    ...files,
    'joulegate.yaml': commandManifest().replace('FAULT: none', 'FAULT: inplace'),
  });
  const ended = await joulegate(folder, 'try', 'scale', ...onCpu);
  expect(ended.stdout).toMatch(
    /N=64: 2 faults\n {4}error: its reference does not repeat itself: after 3 launches/,
  );
  expect(ended.status).toBe(2);
  const unknown = await joulegate(folder, 'try', 'scal', ...onCpu);
  expect(unknown).toMatchObject({ status: 2, stderr: expect.stringContaining('scale') });
});
