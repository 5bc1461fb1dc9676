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

/** What every device has by the WebGPU specification ("Limits"), and the features that constraints ask for. */
export const defaultLimits: DeviceLimits = {
  max_workgroup_storage: 16384,
  max_invocations: 256,
  max_workgroup_size_x: 256,
  max_workgroup_size_y: 256,
  max_workgroup_size_z: 64,
  max_workgroups: 65535,
  max_buffer_bytes: 2 ** 27,
  has_f16: true,
  has_subgroups: true,
  subgroup_min: 4,
  subgroup_max: 128,
};
