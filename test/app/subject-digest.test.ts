import { expect, it } from 'vitest';
import { subjectDigest } from '../../src/app/recordings/index.ts';
import { createKernelSpace } from '../../src/manifest/index.ts';
import { kernelOf, limits } from '../kernel/support.ts';

it('trials of launches that go on from the last one are not those of launches that start anew', () => {
  const files = { 'k.wgsl': '@compute @workgroup_size(1) fn main() {}' };
  const device = { family: 'llvmpipe', driver: '1' };
  const digestOf = (betweenLaunches?: 'reset' | 'keep') => {
    const kernel = kernelOf({ files, ...(betweenLaunches === undefined ? {} : { betweenLaunches }) });
    const [workload] = kernel.workloads;
    if (workload === undefined) throw new Error('no workload');
    const space = createKernelSpace(kernel, workload, limits);
    return subjectDigest({ kernel, workload, space, device, meter: null } as never);
  };
  expect(new Set([digestOf(), digestOf('keep'), digestOf('reset')]).size).toBe(3);
});
