import { describe, expect, it } from 'vitest';
import type { Workload } from '../../src/manifest/index.ts';
import { openKernels } from '../../src/runtime/index.ts';
import { deviceWith, exported, kernelsOf, largeLimits, lowestLimits } from './support.ts';

const source = `
override WORKGROUP: u32 = 64u;
@group(0) @binding(0) var<storage, read_write> data: array<f32>;
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < arrayLength(&data)) { data[id.x] += 1.0; }
}
`;

const files = { 'add.wgsl': source };

function manifestOf(kernel: object = {}) {
  return {
    version: 1,
    kernels: {
      add: {
        source: 'add.wgsl',
        entry: 'main',
        workloads: [{ COUNT: 1024, mode: 'plain', wide: false }],
        tunables: { WORKGROUP: [16, 32, 64, 128, 256, 512] },
        constraints: ['WORKGROUP <= COUNT', 'WORKGROUP <= max_invocations'],
        default: { WORKGROUP: 64 },
        buffers: { data: { binding: 0, type: 'f32', length: 'COUNT', check: { relative: 1e-3 } } },
        dispatch: ['ceil_div(COUNT, WORKGROUP)', 1, 1],
        ...kernel,
      },
    },
  };
}

function workload(COUNT: number, mode = 'plain', wide = false): Workload {
  return { name: `COUNT=${COUNT},mode=${mode},wide=${wide}`, parameters: { COUNT, mode, wide } };
}

function tuned(WORKGROUP: number, family: string, at: Workload) {
  return { kernel: 'add', workload: at, family, configuration: { WORKGROUP } };
}

const h200 = deviceWith(largeLimits, 'NVIDIA H200', 'nvidia');
const rtx4090 = deviceWith(largeLimits, 'NVIDIA GeForce RTX 4090', 'nvidia');
const radeon = deviceWith(largeLimits, 'AMD Radeon RX 7900 XTX', 'amd');

describe('which configuration', () => {
  const chosen = [
    tuned(16, 'nvidia-h200', workload(1024)),
    tuned(32, 'nvidia-h200', workload(1_000_000)),
    tuned(128, 'nvidia-geforce-rtx-4090', workload(1024)),
    tuned(256, 'nvidia-geforce-gtx-1080', workload(1_000_000)),
    tuned(512, 'nvidia-h200', workload(1024, 'other')),
  ];
  let opened: ReturnType<typeof exported> | null = null;
  const pick = async (at: Workload, device: typeof h200, family?: string) => {
    opened ??= exported({ manifest: manifestOf(), files, tuned: chosen });
    const { kernels } = await opened;
    const options = family === undefined ? {} : { family };
    const { choice, configuration } = kernels.variant('add', at.parameters, device, options);
    return [configuration.WORKGROUP, choice.kind, choice.family, choice.workload?.COUNT ?? null];
  };

  it('is the one tuned for this family and workload', async () => {
    expect(await pick(workload(1024), h200)).toEqual([16, 'tuned', 'nvidia-h200', 1024]);
    expect(await pick(workload(1024), rtx4090)).toEqual([128, 'tuned', 'nvidia-geforce-rtx-4090', 1024]);
  });

  it('else the nearest workload of the family by order of magnitude', async () => {
    // Between 1024 and 10^6 lies 32,000, not 500,000.
    expect(await pick(workload(31_000), h200)).toEqual([16, 'near-workload', 'nvidia-h200', 1024]);
    expect(await pick(workload(33_000), h200)).toEqual([32, 'near-workload', 'nvidia-h200', 1_000_000]);
    expect(await pick(workload(1_000_000), rtx4090)).toEqual([
      128,
      'near-workload',
      'nvidia-geforce-rtx-4090',
      1024,
    ]);
  });

  it('else the vendor’s most alike family', async () => {
    const rtx3060 = deviceWith(largeLimits, 'NVIDIA GeForce RTX 3060', 'nvidia');
    expect(await pick(workload(1_000_000), rtx3060)).toEqual([
      128,
      'near-family',
      'nvidia-geforce-rtx-4090',
      1024,
    ]);
    const masked = { ...h200, info: { vendor: 'nvidia', architecture: 'lovelace', device: '' } };
    expect(await pick(workload(1_000_000), masked)).toEqual([32, 'near-family', 'nvidia-h200', 1_000_000]);
  });

  it('else the default, rather than what suits another vendor', async () => {
    expect(await pick(workload(1024), radeon)).toEqual([64, 'default', null, null]);
  });

  it('of a family that the application names', async () => {
    expect(await pick(workload(1024), radeon, 'nvidia-h200')).toEqual([16, 'tuned', 'nvidia-h200', 1024]);
  });

  it('never one tuned for another text or another yes or no', async () => {
    expect(await pick(workload(1024, 'other'), h200)).toEqual([512, 'tuned', 'nvidia-h200', 1024]);
    expect(await pick(workload(1024, 'other'), rtx4090)).toEqual([512, 'near-family', 'nvidia-h200', 1024]);
    expect(await pick(workload(1024, 'plain', true), h200)).toEqual([64, 'default', null, null]);
  });

  it('never one that a constraint forbids here: the next one counts', async () => {
    // 512 invocations are more than this device has; of 48 elements even the default takes more.
    const small = { ...deviceWith(lowestLimits), info: h200.info };
    expect(await pick(workload(1024, 'other'), small)).toEqual([64, 'default', null, null]);
    expect(await pick(workload(48), rtx4090)).toEqual([16, 'near-family', 'nvidia-h200', 1024]);
    expect(await pick(workload(48), radeon)).toEqual([16, 'any', 'nvidia-h200', 1024]);
  });

  it('is refused with a reason where nothing fits', async () => {
    await expect(pick(workload(8), h200)).rejects.toThrow(
      'No configuration of "add" fits this workload and device: a constraint is not met.',
    );
    await expect(pick(workload(2 ** 33), h200)).rejects.toThrow('the device allows');
  });
});

describe('what a device must have counts without a constraint that says so', () => {
  it('invocations of a workgroup', async () => {
    const manifest = manifestOf({ constraints: [] });
    const { kernels } = await exported({ manifest, files, tuned: [tuned(512, 'lab-1', workload(1024))] });
    const at = { COUNT: 1024, mode: 'plain', wide: false };
    const pick = (limits: typeof largeLimits) =>
      kernels.variant('add', at, deviceWith(limits), { family: 'lab-1' }).configuration;
    expect(pick(largeLimits)).toEqual({ WORKGROUP: 512 });
    expect(pick(lowestLimits)).toEqual({ WORKGROUP: 64 });
  });

  it('features', async () => {
    const manifest = {
      version: 1,
      kernels: { up: { operator: 'matvec', workloads: [{ m: 8, k: 8, type: 'f16' }] } },
    };
    const { kernels } = await exported({ manifest });
    const at = { m: 8, k: 8, type: 'f16' };
    expect(kernels.variant('up', at, deviceWith(largeLimits)).requiredFeatures).toContain('shader-f16');
    expect(() => kernels.variant('up', at, deviceWith(lowestLimits))).toThrow('without shader-f16');
  });
});

describe('a workload', () => {
  const up = { version: 1, kernels: { up: { operator: 'matmul', workloads: [{ m: 8, n: 8, k: 8 }] } } };

  it('may leave out what an operator has a default for, and has no buffer for what no pass uses', async () => {
    const { kernels } = await exported({ manifest: up });
    expect(kernels.names).toEqual(['up']);
    const variant = kernels.variant('up', { m: 8, n: 24, k: 8 }, deviceWith(lowestLimits));
    expect(
      variant.buffers.map(({ name, usage, length, byteLength }) => [name, usage, length, byteLength]),
    ).toEqual([
      ['a', 'storage', 64, 256],
      ['b', 'storage', 192, 768],
      ['c', 'storage', 192, 768],
    ]);
  });

  it('has all other parameters, of the right kind, and no unknown ones', async () => {
    const { kernels } = await exported({ manifest: up });
    const device = deviceWith(lowestLimits);
    expect(() => kernels.variant('up', { m: 8, n: 8 }, device)).toThrow(
      '"up" needs workload parameter "k", a number.',
    );
    expect(() => kernels.variant('up', { m: '8', n: 8, k: 8 }, device)).toThrow('"m", a number.');
    expect(() => kernels.variant('up', { m: 8, n: 8, k: 8, K: 9 }, device)).toThrow(
      '"up" has no workload parameter "K"',
    );
    expect(() => kernels.variant('down', {}, device)).toThrow('There is no kernel "down"; known are up.');
  });

  it('must be one whose program was exported', async () => {
    const { kernels } = await exported({ manifest: up });
    expect(() => kernels.variant('up', { m: 8, n: 8, k: 8, bias: true }, deviceWith(lowestLimits))).toThrow(
      'no workload of the manifest has these values',
    );
  });
});

describe('numbers that open another way through the program', () => {
  const branching = `
import constants::COUNT;
@group(0) @binding(0) var<storage, read_write> data: array<f32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  @if(COUNT_1) { data[0] = 1.0; }
  @else { if (id.x < COUNT) { data[id.x] = 2.0; } }
}
`;
  it('have a program each', async () => {
    const manifest = manifestOf({
      source: 'add.wesl',
      workloads: [{ COUNT: 1024 }],
      tunables: { UNROLL: [1] },
      constraints: [],
      default: { UNROLL: 1 },
      dispatch: ['ceil_div(COUNT, 64 * UNROLL)', 1, 1],
    });
    const { kernels } = await exported({ manifest, files: { 'add.wesl': branching } });
    const wgsl = (COUNT: number) =>
      kernels.variant('add', { COUNT }, deviceWith(lowestLimits)).passes[0]?.wgsl;
    expect(wgsl(1)).toContain('data[0] = 1.0');
    expect(wgsl(1)).not.toContain('2.0');
    expect(wgsl(77)).toContain('data[id.x] = 2.0');
    expect(wgsl(77)).toContain('const COUNT = 77;');
  });
});

describe('the export', () => {
  it('leaves out tuned entries that are of no use, and says so', async () => {
    const stale = [
      tuned(96, 'lab-1', workload(1024)),
      { ...tuned(32, 'lab-1', workload(2048)), workload: { name: 'N=1', parameters: { N: 1 } } },
    ];
    const { kernels, warnings } = await exported({ manifest: manifestOf(), files, tuned: stale });
    expect(warnings).toEqual([
      'The tuned configuration of add COUNT=1024,mode=plain,wide=false on lab-1 is left out: it is outside the space.',
      'The tuned configuration of add N=1 on lab-1 is left out: it is for other workload parameters.',
    ]);
    expect(kernels.names).toEqual(['add']);
  });

  it('is the same file to the byte for the same state', async () => {
    const entries = [tuned(16, 'lab-1', workload(1024)), tuned(16, 'lab-2', workload(1024))];
    const first = await exported({ manifest: manifestOf(), files, tuned: entries });
    const second = await exported({ manifest: manifestOf(), files, tuned: entries });
    expect(second.text).toBe(first.text);
    // One configuration beside the default, and one program for both: only numbers differ.
    const [kernel] = JSON.parse(first.text).kernels;
    const [{ templates }] = kernel.passes;
    expect([kernel.configurations.length, kernel.entries.length, templates.length]).toEqual([2, 2, 1]);
  });

  it('refuses an expression that the runtime could not evaluate', async () => {
    const manifest = manifestOf({ constraints: ['[1, 2].exists(x, x * WORKGROUP <= COUNT)'] });
    expect(kernelsOf(manifest, files)).toHaveLength(1);
    await expect(exported({ manifest, files })).rejects.toThrow(/cannot be exported: `\[1, 2\]\.exists/);
  });
});

describe('a file', () => {
  it('of another kind or version is refused', () => {
    expect(() => openKernels({ schema: 'joulegate-tuned', version: 1, entries: [] })).toThrow(
      'This is no file of `joulegate export runtime`.',
    );
    expect(() => openKernels(null)).toThrow('This is no file');
    expect(() => openKernels({ schema: 'joulegate-runtime', version: 1, kernels: [] })).toThrow(
      'The file has version 1, this runtime knows version 2.',
    );
  });
});
