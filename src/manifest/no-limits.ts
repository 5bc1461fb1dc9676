import type { DeviceLimits } from './types.ts';

/** Of a device that refuses nothing: for what is asked before a device is known, or of one that has no such limits. */
export const noLimits: DeviceLimits = {
  max_workgroup_storage: 2 ** 31,
  max_invocations: 2 ** 31,
  max_workgroup_size_x: 2 ** 31,
  max_workgroup_size_y: 2 ** 31,
  max_workgroup_size_z: 2 ** 31,
  max_workgroups: 2 ** 31,
  max_buffer_bytes: 2 ** 40,
  has_f16: true,
  has_subgroups: true,
  subgroup_min: 1,
  subgroup_max: 128,
};
