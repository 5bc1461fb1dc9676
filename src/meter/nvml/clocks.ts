import type { BoardClocks } from '../clocks/types.ts';
import type { Probed } from '../sensor/types.ts';
import { codeText, success } from './codes.ts';
import { constants } from './declarations.ts';
import { nativeMemory } from './koffi.ts';
import { type Handle, type Nvml, type NvmlFunction, openNvml } from './library.ts';

const clockSm = constants.NVML_CLOCK_SM;
/** Boards list a few hundred at most. */
const maxClocks = 1024;

const word = (memory: Buffer) => memory.readUInt32LE();

async function listed(
  nvml: Nvml,
  name: NvmlFunction,
  values: readonly (bigint | number)[],
): Promise<Probed<number[]>> {
  const count = nativeMemory(4);
  count.writeUInt32LE(maxClocks);
  const clocks = nativeMemory(4 * maxClocks);
  const code = await nvml.call(name, ...values, count, clocks);
  if (code !== success) return { ok: false, why: codeText(code) };
  const found = Math.min(word(count), maxClocks);
  return { ok: true, value: Array.from({ length: found }, (_, i) => clocks.readUInt32LE(4 * i)) };
}

/** The locked clocks of a GPU (Volta and newer). */
export function nvmlClocks(
  nvml: Nvml,
  handle: Handle,
  named: Pick<BoardClocks, 'label' | 'key' | 'uuid' | 'libraryPath'>,
): BoardClocks {
  const done = (code: number): Probed<null> =>
    code === success ? { ok: true, value: null } : { ok: false, why: codeText(code) };
  return {
    ...named,
    async supported() {
      // The graphics clocks depend on the memory clock; work runs at the highest one.
      const memory = await listed(nvml, 'nvmlDeviceGetSupportedMemoryClocks', [handle]);
      if (!memory.ok) return memory;
      const highest = Math.max(0, ...memory.value);
      const clocks = await listed(nvml, 'nvmlDeviceGetSupportedGraphicsClocks', [handle, highest]);
      return clocks.ok ? { ok: true, value: clocks.value.sort((a, b) => a - b) } : clocks;
    },
    lock: async (mhz) => done(await nvml.call('nvmlDeviceSetGpuLockedClocks', handle, mhz, mhz)),
    unlock: async () => done(await nvml.call('nvmlDeviceResetGpuLockedClocks', handle)),
    async smMhz() {
      const read = await nvml.read('nvmlDeviceGetClockInfo', [handle, clockSm], 4, word);
      return read.ok ? read.value : null;
    },
  };
}

/** Gives a GPU its own clock back, in a process that has nothing open yet. */
export async function unlockByUuid(
  options: { readonly libraryPath: string; readonly uuid: string },
  search: Parameters<typeof openNvml>[1],
): Promise<Probed<null>> {
  const opened = await openNvml(options.libraryPath, search);
  if (!opened.ok) return opened;
  const library = opened.value;
  try {
    const uuid = nativeMemory(Buffer.byteLength(options.uuid) + 1);
    uuid.write(options.uuid);
    const handle = await library.read('nvmlDeviceGetHandleByUUID', [uuid], 8, (memory) =>
      memory.readBigUInt64LE(),
    );
    if (!handle.ok) return handle;
    const code = await library.call('nvmlDeviceResetGpuLockedClocks', handle.value);
    return code === success ? { ok: true, value: null } : { ok: false, why: codeText(code) };
  } finally {
    await library.close();
  }
}
