import type { DeviceLimits } from '../manifest/index.ts';
import type { BufferBinding } from './types.ts';

/** What a program asks of a device. */
export interface Demands {
  readonly workgroupSize: readonly [number, number, number] | null;
  /** NaN if unknown. */
  readonly workgroupBytes: number;
  readonly dispatch: readonly [number, number, number];
  readonly buffers: readonly BufferBinding[];
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
