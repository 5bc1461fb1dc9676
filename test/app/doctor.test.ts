import { expect, it } from 'vitest';
import { doctor } from '../../src/app/doctor/index.ts';

/** A machine without a GPU process, on which asking for one variable of the environment throws. */
function hostThatThrowsFor(variable: string): Parameters<typeof doctor>[0] {
  const environment = { PATH: process.env.PATH };
  Object.defineProperty(environment, variable, {
    get() {
      throw new Error('this machine is odd');
    },
  });
  const ignore = () => undefined;
  return {
    environment,
    workingDirectory: '/',
    signal: new AbortController().signal,
    progress: { stage: ignore, update: ignore, note: ignore, warn: ignore },
    workerPath: '/nowhere/worker.js',
    version: '0.0.0',
    command: 'joulegate doctor',
    now: () => new Date(0),
  };
}

const onLinux = process.platform === 'linux';

it.runIf(onLinux).each([
  ['XDG_CACHE_HOME', ['adapters']],
  ['JOULEGATE_LOCKS', ['NVML', 'meter', 'lock folder']],
  ['JOULEGATE_NVML_LIBRARY', ['NVML', 'meter']],
  ['LD_LIBRARY_PATH', ['Vulkan loader']],
  ['NVIDIA_VISIBLE_DEVICES', ['MIG', 'NVML']],
])('doctor keeps the rest of its report where a check throws for %s', async (variable, subjects) => {
  const { findings, usable } = await doctor(hostThatThrowsFor(variable));
  expect(usable).toBe(false);
  const odd = findings.filter(({ detail }) => detail.endsWith('this machine is odd'));
  expect(odd.map(({ subject }) => subject).sort()).toEqual([...subjects].sort());
  for (const { ok, nextStep } of odd)
    expect([ok, nextStep]).toEqual([false, expect.stringMatching(/report/)]);
  const all = new Set(findings.map(({ subject }) => subject));
  for (const subject of ['Node.js', 'platform', 'Vulkan loader', 'Vulkan drivers', 'meter', 'lock folder']) {
    expect(all).toContain(subject);
  }
});
