import type { ExpressionType } from '../expression/index.ts';
import type { DeviceLimits } from './types.ts';

/** Types of the device's limits, which every expression of a kernel may read. */
export const limitTypes: Readonly<Record<keyof DeviceLimits, ExpressionType>> = {
  max_workgroup_storage: 'int',
  max_invocations: 'int',
  max_workgroup_size_x: 'int',
  max_workgroup_size_y: 'int',
  max_workgroup_size_z: 'int',
  max_workgroups: 'int',
  max_buffer_bytes: 'int',
  has_f16: 'bool',
  has_subgroups: 'bool',
  subgroup_min: 'int',
  subgroup_max: 'int',
};

export function isLimit(name: string): boolean {
  return Object.hasOwn(limitTypes, name);
}
