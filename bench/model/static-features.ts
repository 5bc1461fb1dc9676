import { createVariantBuilder, type FeatureVector, featureNames } from '../../src/kernel/index.ts';
import { type DeviceLimits, formatProblems, noFiles, parseManifest } from '../../src/manifest/index.ts';
import { operators } from '../../src/operators/index.ts';
import type { Configuration } from '../../src/space/index.ts';
import type { Recording } from '../../src/store/index.ts';

export { featureNames };

/** Those of the adapter that the recordings were made on. */
const limits: DeviceLimits = {
  max_workgroup_storage: 32_768,
  max_invocations: 1024,
  max_workgroup_size_x: 1024,
  max_workgroup_size_y: 1024,
  max_workgroup_size_z: 1024,
  max_workgroups: 65_535,
  max_buffer_bytes: 134_217_728,
  has_f16: true,
  has_subgroups: true,
  subgroup_min: 8,
  subgroup_max: 8,
};

/** Static features of a recorded operator's configurations: the real ones, from its program. */
export function staticFeatures(
  recording: Recording,
): (configuration: Configuration) => Promise<FeatureVector | null> {
  const text = JSON.stringify({
    version: 1,
    kernels: { kernel: { operator: recording.kernel, workloads: [recording.workload.parameters] } },
  });
  const { manifest, problems } = parseManifest({ path: 'joulegate.yaml', text, reader: noFiles, operators });
  const kernel = manifest?.kernels[0];
  const workload = kernel?.workloads[0];
  if (!kernel || !workload) throw new Error(formatProblems(problems, { colour: false }));
  const builder = createVariantBuilder({ kernel, workload, limits });
  const known = new Map<string, FeatureVector | null>();
  return async (configuration) => {
    const key = JSON.stringify(configuration);
    const held = known.get(key);
    if (held !== undefined) return held;
    const built = await builder.build(configuration);
    const features = built.ok ? builder.features(built.value) : null;
    known.set(key, features);
    return features;
  };
}
