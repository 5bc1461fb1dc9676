import { expect, it } from 'vitest';
import { listAdapters } from '../../src/device/index.ts';
import { atSubgroupSize, createVariantBuilder } from '../../src/kernel/index.ts';
import { type KernelDefinition, type Manifest, parseManifest } from '../../src/manifest/index.ts';
import type { Device } from '../../src/measure/index.ts';
import { describeOnAdapter, type TestAdapter } from '../support/adapter.ts';
import { commitAll, joulegate, projectFolder, writeFiles } from '../support/command-line.ts';
import { isFull } from '../support/full.ts';
import { testCacheFolder } from '../support/worker-bundle.ts';

/** Adds up rows of 64 by subgroups, which it takes to have so many lanes. */
const rows = (lanes: string, head = '') => `enable subgroups;
@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
var<workgroup> part: array<f32, 64>;
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) g: vec3u, @builtin(local_invocation_index) i: u32, @builtin(subgroup_size) size: u32) {
  ${head}
  let sum = subgroupAdd(a[g.x * 64u + i]);
  if (i % ${lanes} == 0u) { part[i / ${lanes}] = sum; }
  workgroupBarrier();
  if (i == 0u) {
    var total = 0.0;
    for (var j = 0u; j < 64u / ${lanes}; j++) { total += part[j]; }
    y[g.x] = total;
  }
}
`;

const plain = `@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@compute @workgroup_size(1) fn main(@builtin(workgroup_id) g: vec3u) {
  var total = 0.0;
  for (var j = 0u; j < 64u; j++) { total += a[g.x * 64u + j]; }
  y[g.x] = total;
}
`;

const manifest = (names: readonly string[]) => `version: 1
objective: { minimize: latency }
budget: { retune: { trials: 1, search-seconds: 3, judge-seconds: 3 } }
kernels:
${names
  .map(
    (name) => `  ${name}:
    source: ${name}.wgsl
    workloads: [{ N: 1024 }]
    buffers:
      a: { binding: 0, type: f32, length: N, fill: uniform }
      y: { binding: 1, type: f32, length: N / 64, check: { relative: 1.0e-5 } }
    dispatch: [N / 64]
    reference: plain.wgsl
`,
  )
  .join('')}`;

function kernelOf(name: string, text: string): KernelDefinition {
  const files: Record<string, string> = { [`${name}.wgsl`]: text, 'plain.wgsl': plain };
  const { manifest: parsed } = parseManifest({
    path: 'joulegate.yaml',
    text: manifest([name]),
    reader: {
      read: (path) => files[path] ?? null,
      readBytes: () => null,
      list: () => Object.keys(files),
      listSources: () => [],
    },
    operators: [],
  });
  return (parsed as Manifest).kernels[0] as KernelDefinition;
}

async function verify(device: Device, name: string, text: string, pinnedTo: number | null = null) {
  const kernel = kernelOf(name, text);
  const { limits, features } = device.info;
  const workload = kernel.workloads[0] as never;
  const builder = createVariantBuilder({ kernel, workload, limits, features });
  const [built, reference] = [await builder.build({}), await builder.reference()];
  if (!built.ok || !reference.ok) throw new Error('the programs build');
  const program = built.value.program!;
  const pinned = pinnedTo === null ? program : atSubgroupSize(program, pinnedTo);
  const prepared = await device.prepare({ ...built.value, program: pinned });
  return prepared.ok ? device.verify({ ...built.value, program: pinned }, reference.value) : prepared;
}

const features = ['subgroup-size-control'];
const isLavapipe = ({ info }: TestAdapter) =>
  info.family === 'mesa-llvmpipe' && info.limits.subgroup_min === 8;

describeOnAdapter('sizes of subgroups', (adapter) => {
  it('are laid down by the program where the adapter lets it', async () => {
    const device = await adapter.open({ features });
    const { subgroup_min: size } = device.info.limits;
    if (device.info.features.includes('subgroup-size-control')) {
      expect(await verify(device, 'portable', rows('size'), size)).toEqual({ ok: true, value: null });
      const none = await verify(device, 'portable', rows('size'), 256);
      expect(none).toMatchObject({
        ok: false,
        failure: { kind: expect.stringMatching(/validation|compile/) },
      });
    }
    await device.close();
  });

  it.runIf(isLavapipe(adapter))(
    'are tried for what is about to ship, and a program that is right at one of them is told',
    async () => {
      const project = {
        'portable.wgsl': rows('size'),
        'fixed.wgsl': rows('8u'),
        'plain.wgsl': plain,
      };
      const folder = await projectFolder({ 'joulegate.yaml': manifest(['fixed']), ...project });
      const retuned = JSON.parse((await joulegate(folder, 'retune', '--json')).stdout);
      const told = [
        expect.stringMatching(
          /^fixed N=1024: its results depend on the size of subgroups: right with 8, wrong with 4 \(`y`: 16 of 16 elements are wrong/,
        ),
      ];
      expect(retuned.warnings).toEqual(told);
      // Kernels that head adds are run, and compared with nothing but their reference.
      const other = await projectFolder({ 'joulegate.yaml': manifest(['plain']), ...project });
      commitAll(other);
      await writeFiles(other, { 'joulegate.yaml': manifest(['plain', 'portable', 'fixed']) });
      const guarded = JSON.parse((await joulegate(other, 'guard', '--base', 'HEAD', '--json')).stdout);
      expect(guarded.warnings).toEqual(told);
    },
  );

  it.runIf(isFull && isLavapipe(adapter))('differ between the software drivers', async () => {
    const { workerPath } = adapter;
    const search = { workerPath, environment: process.env, cacheFolder: testCacheFolder };
    const reports = await listAdapters(search);
    const driver = reports.find(({ source, result }) => source === 'swiftshader' && result.ok)?.driver;
    const outcomes: boolean[] = [];
    for (const device of [await adapter.open(), await adapter.open({ driver: driver! })]) {
      for (const lanes of ['size', '8u', '4u']) outcomes.push((await verify(device, 'rows', rows(lanes))).ok);
      await device.close();
    }
    expect(outcomes).toEqual([true, true, false, true, false, true]);
  });
});
