import type { Probed } from '../sensor/types.ts';
import { codeText, success } from './codes.ts';
import { constants, offsets, sizes } from './declarations.ts';
import { nativeMemory } from './koffi.ts';
import type { Handle, Nvml } from './library.ts';

/** Field ids of nvmlDeviceGetFieldValues. */
export const field = {
  /** NVML_FI_DEV_POWER_INSTANT, milliwatts. */
  powerInstant: constants.NVML_FI_DEV_POWER_INSTANT,
  /** NVML_FI_DEV_CLOCKS_EVENT_REASON_*: nanoseconds since the driver was loaded. */
  softwareThermalTime: constants.NVML_FI_DEV_CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN,
  hardwareThermalTime: constants.NVML_FI_DEV_CLOCKS_EVENT_REASON_HW_THERM_SLOWDOWN,
  powerBrakeTime: constants.NVML_FI_DEV_CLOCKS_EVENT_REASON_HW_POWER_BRAKE_SLOWDOWN,
} as const;

/** nvmlFieldValue_t: fieldId, scopeId (u32), timestamp, latencyUsec (i64), valueType, nvmlReturn (u32), value (8 bytes). */
const layout = {
  bytes: sizes.nvmlFieldValue_t,
  scopeId: offsets['nvmlFieldValue_t.scopeId'],
  valueType: offsets['nvmlFieldValue_t.valueType'],
  code: offsets['nvmlFieldValue_t.nvmlReturn'],
  value: offsets['nvmlFieldValue_t.value'],
} as const;

/** Value types of nvmlValueType_t. `unsigned long` has 8 bytes on 64-bit Linux and 4 on Windows; upper halves are zero. */
function decodeValue(memory: Buffer, offset: number): number {
  const value = offset + layout.value;
  switch (memory.readUInt32LE(offset + layout.valueType)) {
    case constants.NVML_VALUE_TYPE_DOUBLE:
      return memory.readDoubleLE(value);
    case constants.NVML_VALUE_TYPE_UNSIGNED_INT:
      return memory.readUInt32LE(value);
    case constants.NVML_VALUE_TYPE_SIGNED_LONG_LONG:
      return Number(memory.readBigInt64LE(value));
    case constants.NVML_VALUE_TYPE_SIGNED_INT:
      return memory.readInt32LE(value);
    default:
      return Number(memory.readBigUInt64LE(value));
  }
}

/** Reads fields in one call. Each succeeds or fails on its own. `scopeId` matters to fields of power. */
export async function readFields(
  nvml: Nvml,
  handle: Handle,
  ids: readonly number[],
  scopeId: number = constants.NVML_POWER_SCOPE_GPU,
): Promise<readonly Probed<number>[]> {
  const memory = nativeMemory(ids.length * layout.bytes);
  ids.forEach((id, i) => {
    memory.writeUInt32LE(id, i * layout.bytes);
    memory.writeUInt32LE(scopeId, i * layout.bytes + layout.scopeId);
  });
  const code = await nvml.call('nvmlDeviceGetFieldValues', handle, ids.length, memory);
  return ids.map((_, i) => {
    const own = code === success ? memory.readUInt32LE(i * layout.bytes + layout.code) : code;
    return own === success
      ? { ok: true, value: decodeValue(memory, i * layout.bytes) }
      : { ok: false, why: codeText(own) };
  });
}
