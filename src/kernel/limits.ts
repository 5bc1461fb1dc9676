import type { DeviceLimits } from '../manifest/index.ts';
import type { BufferBinding } from './types.ts';

/** What a program asks of a device. */
export interface Demands {
  readonly workgroupSize: readonly [number, number, number] | null;
  /** null: the device chooses, or it is unknown. */
  readonly subgroupSize: number | null;
  /** NaN if unknown. */
  readonly workgroupBytes: number;
  readonly dispatch: readonly [number, number, number];
  readonly buffers: readonly BufferBinding[];
}

/** Why subgroups cannot have the size that a program asks for. */
function subgroupFault({ subgroupSize, workgroupSize }: Demands, limits: DeviceLimits): string | null {
  if (subgroupSize === null) return null;
  const { subgroup_min: least, subgroup_max: most } = limits;
  if (subgroupSize < least || subgroupSize > most) {
    const has = least === most ? `${least}` : `${least} to ${most}`;
    return `the size of subgroups is ${subgroupSize}, the device has ${has}`;
  }
  const x = workgroupSize?.[0] ?? subgroupSize;
  return x % subgroupSize === 0
    ? null
    : `the workgroup size in x is ${x}, which is no multiple of the size of subgroups, ${subgroupSize}`;
}

/** Why a device cannot run a program, in one sentence; null if it can, as far as is known without trying. */
export function refusal(demands: Demands, limits: DeviceLimits): string | null {
  const exceeded = (what: string, value: number, limit: number) =>
    value > limit ? `${what} is ${value}, the device allows ${limit}` : null;
  const [x, y, z] = demands.workgroupSize ?? [1, 1, 1];
  const faults = [
    exceeded('the workgroup size in x', x, limits.max_workgroup_size_x),
    exceeded('the workgroup size in y', y, limits.max_workgroup_size_y),
    exceeded('the workgroup size in z', z, limits.max_workgroup_size_z),
    exceeded('the number of invocations in a workgroup', x * y * z, limits.max_invocations),
    subgroupFault(demands, limits),
    exceeded('the workgroup memory in bytes', demands.workgroupBytes, limits.max_workgroup_storage),
    ...demands.dispatch.map((count, axis) =>
      exceeded(`the number of workgroups in ${'xyz'[axis]}`, count, limits.max_workgroups),
    ),
    ...demands.buffers.map((buffer) =>
      exceeded(`the size of buffer \`${buffer.name}\` in bytes`, buffer.byteLength, limits.max_buffer_bytes),
    ),
  ];
  return faults.find((fault) => fault !== null) ?? null;
}
