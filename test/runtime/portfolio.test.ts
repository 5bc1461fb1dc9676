import { describe, expect, it } from 'vitest';
import { deviceWith, exported, largeLimits } from './support.ts';

const source = `
override WORKGROUP: u32 = 64u;
@group(0) @binding(0) var<storage, read_write> data: array<f32>;
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < arrayLength(&data)) { data[id.x] += 1.0; }
}
`;

const sizes = [16, 32, 64, 128, 256];

const manifest = {
  version: 1,
  objective: { minimize: 'latency' },
  kernels: {
    add: {
      source: 'add.wgsl',
      entry: 'main',
      workloads: [{ COUNT: 1024 }],
      tunables: { WORKGROUP: sizes },
      constraints: ['WORKGROUP <= max_invocations'],
      default: { WORKGROUP: 16 },
      buffers: { data: { binding: 0, type: 'f32', length: 'COUNT', check: { relative: 1e-3 } } },
      dispatch: ['ceil_div(COUNT, WORKGROUP)', 1, 1],
    },
  },
};

/** Milliseconds of each workgroup size on one device; null where it fails. */
function recorded(family: string, milliseconds: readonly (number | null)[], subgroups?: [number, number]) {
  return {
    schema: 'joulegate-recording',
    version: 1,
    device: {
      ...{ family, vendor: family.split('-')[0], architecture: '', device: family, description: family },
      ...{ driver: '', software: false },
      ...(subgroups === undefined ? {} : { subgroups }),
    },
    meter: null,
    kernel: 'add',
    workload: { name: 'COUNT=1024', parameters: { COUNT: 1024 } },
    tunables: [{ name: 'WORKGROUP', values: sizes }],
    measurements: milliseconds.map((latencyMs, index) => ({
      values: [index],
      ...(latencyMs === null ? { failure: { kind: 'compile', message: 'no' } } : { latencyMs }),
    })),
    provenance: { tool: 'joulegate', version: '0.0.0', command: 'record', createdAt: '2025-06-01T12:00:00Z' },
  };
}

const recordings = [
  recorded('nvidia-h200', [9, 5, 4, 1, 3], [32, 32]),
  recorded('amd-radeon-rx-7900-xtx', [9, 1, 4, 5, null], [64, 64]),
];

const at = { COUNT: 1024 };

describe('a portfolio for devices that nothing was tuned on', () => {
  const open = () =>
    exported({ manifest, files: { 'add.wgsl': source }, portfolio: { size: 2, recordings } });
  const pick = async (device: ReturnType<typeof deviceWith>) => {
    const { configuration, choice } = (await open()).kernels.variant('add', at, device);
    return [configuration.WORKGROUP, choice];
  };
  const choice = { kind: 'portfolio', family: null, workload: at };

  it('gives a newcomer what suits its vendor', async () => {
    const limits = { ...largeLimits, has_subgroups: false };
    expect(await pick(deviceWith(limits, 'NVIDIA GeForce RTX 5090', 'nvidia'))).toEqual([128, choice]);
    expect(await pick(deviceWith(limits, 'AMD Radeon RX 6600', 'amd'))).toEqual([32, choice]);
  });

  it('of a vendor that nobody measured what suits its subgroup sizes', async () => {
    const wide = { ...largeLimits, subgroup_min: 64, subgroup_max: 64 };
    expect(await pick(deviceWith(largeLimits, 'Apple M4', 'apple'))).toEqual([128, choice]);
    expect(await pick(deviceWith(wide, 'Adreno', 'qualcomm'))).toEqual([32, choice]);
  });

  it('and never what its limits forbid: the next member counts', async () => {
    const small = { ...largeLimits, max_invocations: 64, max_workgroup_size_x: 64 };
    expect(await pick(deviceWith(small, 'NVIDIA Tegra', 'nvidia'))).toEqual([32, choice]);
  });

  it('is in the file only where it was asked for', async () => {
    const { text } = await exported({ manifest, files: { 'add.wgsl': source } });
    expect(text).not.toContain('portfolios');
    const { kernels } = JSON.parse((await open()).text);
    expect(kernels[0].portfolios).toEqual([
      {
        workload: at,
        devices: [
          { family: 'nvidia-h200', subgroups: [32, 32] },
          { family: 'amd-radeon-rx-7900-xtx', subgroups: [64, 64] },
        ],
        members: expect.arrayContaining([
          { configuration: expect.any(Number), shares: [1, 0.2] },
          { configuration: expect.any(Number), shares: [0.2, 1] },
        ]),
      },
    ]);
  });

  it('is named as missing where no recording is of the kernel', async () => {
    const other = { ...recorded('nvidia-h200', [1, 1, 1, 1, 1]), kernel: 'other' };
    const { warnings } = await exported({
      ...{ manifest, files: { 'add.wgsl': source } },
      portfolio: { size: 2, recordings: [other] },
    });
    expect(warnings).toEqual(['add has no portfolio: no recording holds a configuration of it that worked.']);
  });
});
