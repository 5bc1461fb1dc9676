import type { Probed } from '../sensor/types.ts';
import { codeText, insufficientSize, success } from './codes.ts';
import { sizes } from './declarations.ts';
import { nativeMemory } from './koffi.ts';
import type { Handle, Nvml, NvmlFunction } from './library.ts';

interface ListFunction {
  readonly name: NvmlFunction;
  /** Size of an entry; the process id is its first four bytes. */
  readonly entryBytes: number;
}

/**
 * Version 2 before version 3: both fill nvmlProcessInfo_v2_t of 24 bytes, but some drivers of the 530 series filled a
 * longer structure into version 3. Version 1 (16 bytes) is what older drivers have.
 */
const lists: readonly (readonly [ListFunction, ListFunction])[] = [
  [
    { name: 'nvmlDeviceGetComputeRunningProcesses_v2', entryBytes: sizes.nvmlProcessInfo_v2_t },
    { name: 'nvmlDeviceGetComputeRunningProcesses', entryBytes: sizes.nvmlProcessInfo_v1_t },
  ],
  [
    { name: 'nvmlDeviceGetGraphicsRunningProcesses_v2', entryBytes: sizes.nvmlProcessInfo_v2_t },
    { name: 'nvmlDeviceGetGraphicsRunningProcesses', entryBytes: sizes.nvmlProcessInfo_v1_t },
  ],
];

const firstRoom = 64;
const maxRoom = 4096;

/** Ids of all processes with a compute or graphics context on a GPU (Vulkan's are graphics), as the driver numbers them. */
export async function gpuProcessIds(nvml: Nvml, handle: Handle): Promise<Probed<readonly number[]>> {
  const pids = new Set<number>();
  for (const [newer, older] of lists) {
    const listed = await listOf(nvml, handle, nvml.has(newer.name) ? newer : older);
    if (!listed.ok) return listed;
    for (const pid of listed.value) pids.add(pid);
  }
  return { ok: true, value: [...pids] };
}

async function listOf(
  nvml: Nvml,
  handle: Handle,
  { name, entryBytes }: ListFunction,
): Promise<Probed<readonly number[]>> {
  for (let room = firstRoom; ; room *= 4) {
    const count = nativeMemory(4);
    count.writeUInt32LE(room);
    const entries = nativeMemory(room * entryBytes);
    const code = await nvml.call(name, handle, count, entries);
    if (code === insufficientSize && room < maxRoom) continue;
    if (code !== success) return { ok: false, why: codeText(code) };
    const found = Math.min(count.readUInt32LE(), room);
    return {
      ok: true,
      value: Array.from({ length: found }, (_, i) => entries.readUInt32LE(i * entryBytes)),
    };
  }
}
