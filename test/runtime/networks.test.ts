import { describe, expect, it } from 'vitest';
import type { Workload } from '../../src/manifest/index.ts';
import { openKernels } from '../../src/runtime/index.ts';
import { deviceWith, exported, largeLimits } from './support.ts';

const source = `
override WORKGROUP: u32 = 64u;
@group(0) @binding(0) var<storage, read_write> data: array<f32>;
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < arrayLength(&data)) { data[id.x] += 1.0; }
}
`;
const files = { 'add.wgsl': source };

const kernel = (...counts: readonly number[]) => ({
  source: 'add.wgsl',
  entry: 'main',
  workloads: counts.map((COUNT) => ({ COUNT })),
  tunables: { WORKGROUP: [16, 32, 64] },
  default: { WORKGROUP: 64 },
  buffers: { data: { binding: 0, type: 'f32', length: 'COUNT', check: { relative: 1e-3 } } },
  dispatch: ['ceil_div(COUNT, WORKGROUP)', 1, 1],
});
const manifest = {
  version: 1,
  kernels: { add: kernel(1024, 4096), last: kernel(64) },
  networks: { detector: { calls: { add: { 'COUNT=1024': 33, 'COUNT=4096': 2 }, last: 0.5 } } },
};
const at = (COUNT: number): Workload => ({ name: `COUNT=${COUNT}`, parameters: { COUNT } });
const tuned = [
  { kernel: 'add', workload: at(4096), family: 'nvidia-h200', configuration: { WORKGROUP: 16 } },
  { kernel: 'last', workload: at(64), family: 'nvidia-h200', configuration: { WORKGROUP: 32 } },
];
const h200 = deviceWith(largeLimits, 'NVIDIA H200', 'nvidia');
const radeon = deviceWith(largeLimits, 'AMD Radeon RX 7900 XTX', 'amd');

describe('a network in an application', () => {
  it('is what an inference launches, each kernel and workload with the variant for this GPU', async () => {
    const { kernels } = await exported({ manifest, files, tuned });
    expect(kernels.networks).toEqual(['detector']);
    const calls = kernels.network('detector', h200);
    expect(
      calls.map(({ kernel, name, workload, calls: times, variant }) => [
        kernel,
        name,
        workload,
        times,
        variant.configuration,
        variant.choice.kind,
      ]),
    ).toEqual([
      ['add', 'COUNT=1024', { COUNT: 1024 }, 33, { WORKGROUP: 16 }, 'near-workload'],
      ['add', 'COUNT=4096', { COUNT: 4096 }, 2, { WORKGROUP: 16 }, 'tuned'],
      ['last', 'COUNT=64', { COUNT: 64 }, 0.5, { WORKGROUP: 32 }, 'tuned'],
    ]);
    expect(calls[0]?.variant).toEqual(kernels.variant('add', { COUNT: 1024 }, h200));
    const elsewhere = kernels.network('detector', radeon, { family: 'nvidia-h200' });
    expect(elsewhere.map(({ variant }) => variant.choice.kind)).toEqual(['near-workload', 'tuned', 'tuned']);
  });

  it('says which there are where one is unknown', async () => {
    const { kernels } = await exported({ manifest, files });
    expect(() => kernels.network('other', h200)).toThrow('There is no network "other"; known are detector.');
    expect(() =>
      openKernels({ schema: 'joulegate-runtime', version: 2, kernels: [] }).network('a', h200),
    ).toThrow('There is no network "a"; known are none.');
  });

  it('is left out, and named, where a kernel of it is not in the file', async () => {
    const { kernels, warnings, text } = await exported({ manifest, files, kernels: ['add'] });
    expect([kernels.networks, 'networks' in JSON.parse(text)]).toEqual([[], false]);
    expect(warnings).toEqual(['The network detector is left out: its kernel last is not in the file.']);
  });
});
