import type { RuntimeDevice } from './types.ts';

/** What a device can do, under the names that constraints ask for. */
export function limitsOf({ info, limits, features }: RuntimeDevice) {
  const subgroups = features.has('subgroups');
  return {
    max_workgroup_storage: limits.maxComputeWorkgroupStorageSize,
    max_invocations: limits.maxComputeInvocationsPerWorkgroup,
    max_workgroup_size_x: limits.maxComputeWorkgroupSizeX,
    max_workgroup_size_y: limits.maxComputeWorkgroupSizeY,
    max_workgroup_size_z: limits.maxComputeWorkgroupSizeZ,
    max_workgroups: limits.maxComputeWorkgroupsPerDimension,
    max_buffer_bytes: Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize),
    has_f16: features.has('shader-f16'),
    has_subgroups: subgroups,
    // Without subgroups an invocation is on its own.
    subgroup_min: subgroups ? (info.subgroupMinSize ?? 1) : 1,
    subgroup_max: subgroups ? (info.subgroupMaxSize ?? 1) : 1,
  };
}
