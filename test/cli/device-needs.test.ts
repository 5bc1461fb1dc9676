import { describe, expect, it } from 'vitest';
import { commitAll, joulegate, projectFolder, scripted, writeFiles } from '../support/command-line.ts';
import { itInFull } from '../support/full.ts';
import { powerKernel, smallManifest } from '../support/small-project.ts';

const program = (head: string) => `${head}
override WG: u32 = 64;
override TILE: u32 = 64;
var<workgroup> tile: array<f32, TILE>;
@group(0) @binding(0) var<storage, read_write> data: array<f32>;
@compute @workgroup_size(WG) fn main(@builtin(local_invocation_index) i: u32) {
  if (i < TILE) { tile[i] = 1.0; }
  data[i] = tile[0];
}
`;

const kernel = (name: string, tunables: string) => `  ${name}:
    source: ${name}.wgsl
    workloads: [{ N: 1024 }]
    tunables: { ${tunables} }
    default: { WG: 64, TILE: 64 }
    buffers: { data: { binding: 0, type: f32, length: N, check: { absolute: 0 } } }
    dispatch: [1]
    reference: plain.wgsl
`;

/** The scripted adapter allows 256 invocations and 16 KiB of workgroup memory, and has no feature. */
const project = {
  'joulegate.yaml': `version: 1
kernels:
${kernel('wide', 'WG: [64, 256, 288], TILE: [64, 4096, 4097]')}${kernel('matrix', 'WG: [64, 128], TILE: [64]')}`,
  'wide.wgsl': program('// nothing is enabled'),
  'matrix.wgsl': program('enable f16, chromium_experimental_subgroup_matrix;'),
  'plain.wgsl': program(''),
};

const needs = ['f16', 'chromium_experimental_subgroup_matrix'].map((extension, i) => ({
  kernel: 'matrix',
  file: 'matrix.wgsl',
  line: 1,
  column: i === 0 ? 8 : 13,
  extension,
  feature: i === 0 ? 'shader-f16' : 'chromium-experimental-subgroup-matrix',
}));

describe('a plan', () => {
  it('calls nothing valid that the device forbids, and names what a kernel lacks', async () => {
    const folder = await projectFolder(project);
    const shown = await scripted(folder, 'plan');
    expect(shown.status).toBe(0);
    const [wide, matrix] = shown.stdout.split('\n').slice(1);
    expect(wide?.split(/ +/)).toEqual(['wide', 'N=1024', '2', '9', '4', '4', '13.0', '1.5']);
    expect(matrix?.split(/ +/)).toEqual(['matrix', 'N=1024', '2', '2', '0', '0', '0.0', '1.5']);
    expect(shown.stdout).toContain(
      'matrix.wgsl:1:8: matrix enables f16 (feature shader-f16), which Acme Scripted does not have\n',
    );
    expect(shown.stdout).toContain(
      'matrix.wgsl:1:1: matrix N=1024 cannot run: the program enables `f16`, and the device does not have the feature shader-f16\n',
    );
    expect(shown.stderr).toContain(
      'warning: matrix.wgsl:1:1: kernel matrix: the program enables `f16`, and the device does not have the feature shader-f16 (Acme Scripted)',
    );
  });

  it('without a device says so, and goes by what every device can do', async () => {
    const folder = await projectFolder(project);
    const variable = process.env.VK_DRIVER_FILES;
    process.env.VK_DRIVER_FILES = '/nowhere/icd.json';
    const ended = await joulegate(folder, 'plan', '--json');
    const refused = await joulegate(folder, 'plan', '--device', 'gpu');
    if (variable === undefined) delete process.env.VK_DRIVER_FILES;
    else process.env.VK_DRIVER_FILES = variable;
    const plan = JSON.parse(ended.stdout);
    expect(plan).toMatchObject({ device: null, deviceReason: expect.stringContaining('No GPU adapter') });
    expect(plan.workloads.map(({ valid, refused }: Record<string, unknown>) => [valid, refused])).toEqual([
      [{ value: 4, exact: true }, null],
      [{ value: 2, exact: true }, null],
    ]);
    expect(plan.needs).toEqual(needs.map((need) => ({ ...need, operator: null, missing: false })));
    expect(refused).toMatchObject({ status: 3, stdout: '' });
  });
});

it('validate says what kernels need of a device', async () => {
  const folder = await projectFolder(project);
  const shown = await joulegate(folder, 'validate');
  expect(shown.status).toBe(0);
  expect(shown.stdout).toContain('matrix.wgsl:1:8: note: matrix enables f16 (feature shader-f16)\n');
  expect(JSON.parse((await joulegate(folder, 'validate', '--json')).stdout).needs).toEqual(needs);
});

itInFull('a guard is not red for a kernel that a change leaves alone and the device cannot run', async () => {
  const both = (power: number, head = '') => ({
    ...project,
    'matrix.wgsl': `${project['matrix.wgsl']}${head}`,
    'joulegate.yaml': smallManifest + kernel('matrix', 'WG: [64, 128], TILE: [64]'),
    'kernels/power.wgsl': `// ${power}\n${powerKernel(100)}`,
  });
  const folder = await projectFolder(both(1));
  commitAll(folder);
  const verdicts = async () => {
    const ended = await scripted(folder, 'guard', '--base', 'HEAD', '--json');
    const { kernels } = JSON.parse(ended.stdout);
    return [
      ended.status,
      ...kernels.map((one: Record<string, unknown>) => [one.verdict, one.reason, one.line]),
    ];
  };
  const lacks = 'the program enables `f16`, and the device does not have the feature shader-f16';
  await writeFiles(folder, both(2));
  expect(await verdicts()).toEqual([
    0,
    ['identical', 'same program, launch and workload as in base', expect.any(Number)],
    [
      'identical',
      `nothing that this kernel is made of changed; here it cannot run: ${lacks}`,
      expect.any(Number),
    ],
  ]);
  await writeFiles(folder, both(2, '// changed'));
  expect((await verdicts()).slice(0, 3)).toEqual([
    1,
    expect.anything(),
    ['regressed', `head does not build: ${lacks}`, 1],
  ]);
});
