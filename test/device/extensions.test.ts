import { expect, it } from 'vitest';
import { featureOfExtension, type VariantFailure } from '../../src/kernel/index.ts';
import type { Device } from '../../src/measure/index.ts';
import { describeOnAdapter } from '../support/adapter.ts';
import { variantOf } from './programs.ts';

/** Extensions for whose features the package `webgpu` has no name, so that no device of it has them. */
const nameless = [
  'chromium_experimental_barycentric_coord',
  'chromium_experimental_framebuffer_fetch',
  'chromium_experimental_pixel_local',
  'chromium_internal_input_attachments',
  'view_instancing',
];

const extensions = Object.entries(featureOfExtension);
const features = extensions.flatMap(([, feature]) => (feature === null ? [] : [feature]));

function enabling(...names: readonly string[]) {
  const wgsl = `enable ${names.join(', ')};\n@compute @workgroup_size(1) fn main() {}`;
  return variantOf(names.join(), '', { wgsl, buffers: [] });
}

async function faultOf(device: Device, ...names: readonly string[]): Promise<VariantFailure | null> {
  const outcome = await device.prepare(enabling(...names));
  return outcome.ok ? null : outcome.failure;
}

describeOnAdapter('extensions of WGSL', (adapter) => {
  it('are those that Dawn knows, each behind its feature', async () => {
    const device = await adapter.open({ features });
    // Only names alike are listed, and in the order of the alphabet.
    const listed = (await faultOf(device, 'chromium_unknown'))?.message ?? '';
    const known = [...listed.matchAll(/'(\w+)'/g)].map(([, name = '']) => name);
    expect([...new Set(known)].sort()).toEqual([...extensions.map(([name]) => name), ...nameless].sort());
    for (const [name, feature] of extensions) {
      const has = feature === null || device.info.features.includes(feature);
      // One is only allowed beside what it goes on from.
      const names = name === 'subgroup_size_control' ? ['subgroups', name] : [name];
      const fault = await faultOf(device, ...names);
      expect({ name, has: fault === null }).toEqual({ name, has });
    }
    expect(device.info.features).toContain('subgroups');
    await device.close();
  });

  it('are not there unless their feature is asked for', async () => {
    const device = await adapter.open();
    expect(device.info.features.filter((feature) => features.includes(feature)).sort()).toEqual(
      ['shader-f16', 'subgroups'].filter((feature) => device.info.features.includes(feature)),
    );
    expect((await faultOf(device, 'atomic_vec2u_min_max'))?.message).toContain('is not allowed');
    await device.close();
  });
});
