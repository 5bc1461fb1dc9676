import { expect, it } from 'vitest';
import { createVariantBuilder } from '../../src/kernel/index.ts';
import { kernelOf } from '../manifest/support.ts';
import { limits } from './support.ts';

const program = `override WORKGROUP: u32;
@group(0) @binding(0) var<storage, read_write> a: array<f32>;
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) { a[id.x] = 2.0; }
`;
const manifest = `version: 1
kernels:
  fill:
    source: fill.wgsl
    workloads: [{ N: 1024 }]
    tunables: { WORKGROUP: [32, 64] }
    default: { WORKGROUP: 64 }
    clocks: { sm-mhz: [1200] }
    buffers:
      a: { binding: 0, type: f32, length: N, check: { absolute: 0 } }
    dispatch: [N / WORKGROUP]
`;

it('a locked clock is part of the configuration and no part of the program', async () => {
  const kernel = kernelOf(manifest, { files: { 'fill.wgsl': program } });
  const [workload] = kernel.workloads;
  if (workload === undefined) throw new Error('it has a workload');
  const builder = createVariantBuilder({ kernel, workload, limits });
  const [own, locked] = await Promise.all(
    [0, 1200].map((mhz) => builder.build({ WORKGROUP: 64, SM_MHZ: mhz })),
  );
  if (own?.ok !== true || locked?.ok !== true) throw new Error(JSON.stringify([own, locked]));
  expect(locked.value.id).toBe('fill/N=1024/WORKGROUP=64,SM_MHZ=1200');
  expect(locked.value.program?.identity).toBe(own.value.program?.identity);
  expect(locked.value.program?.passes).toEqual(own.value.program?.passes);
});
