import { describe, expect, it } from 'vitest';
import { builtPins, hostProblem, loadWebgpu, readNativeHost } from '../../src/native/index.ts';
import { project, putPackages } from './folder.ts';

const problemOf = (platform: string, arch: string, glibc: string | null) =>
  hostProblem({ platform, arch, glibc }, builtPins);

describe('a machine on which no native part can work', () => {
  it('has an old glibc', () => {
    expect(problemOf('linux', 'x64', '2.31')).toMatchObject({
      kind: 'could-not-measure',
      code: 'unsupported-platform',
      message: 'WebGPU needs glibc 2.34 or newer; this Linux has glibc 2.31.',
      nextStep: 'Use Ubuntu 22.04, Debian 12, RHEL 9 or later.',
    });
    expect(problemOf('linux', 'x64', '2.9')).not.toBeNull();
  });

  it('has musl', () => {
    expect(problemOf('linux', 'arm64', null)?.message).toBe(
      'WebGPU needs glibc 2.34 or newer; this Linux has another C library (musl, as in Alpine).',
    );
  });

  it('is one that Dawn is not built for', () => {
    expect(problemOf('freebsd', 'x64', null)).toMatchObject({
      message: 'WebGPU is not available for freebsd-x64.',
      nextStep: expect.stringContaining('linux-x64'),
    });
    expect(problemOf('linux', 'ppc64', '2.40')).not.toBeNull();
  });

  it('is told before anything is looked for, even if a package is installed', async () => {
    const { root, search } = project();
    putPackages(root);
    const host = { platform: 'linux', arch: 'x64', glibc: null };
    await expect(loadWebgpu(search, { host })).rejects.toMatchObject({ code: 'unsupported-platform' });
  });
});

describe('a machine that will do', () => {
  it.each([
    ['linux', 'x64', '2.34'],
    ['linux', 'arm64', '2.100'],
    ['linux', 'x64', '3.0'],
    ['darwin', 'arm64', null],
    ['win32', 'x64', null],
  ])('%s %s, glibc %s', (platform, arch, glibc) => {
    expect(problemOf(platform, arch, glibc)).toBeNull();
  });

  it('is described as Node reports it', () => {
    const { platform, arch, glibc } = readNativeHost();
    expect([platform, arch]).toEqual([process.platform, process.arch]);
    expect(glibc).toMatch(/^\d+\.\d+/);
  });
});
