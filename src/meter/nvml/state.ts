import type { BoardState, Slowdown } from '../sensor/types.ts';
import { constants } from './declarations.ts';
import { field, readFields } from './fields.ts';
import type { Handle, Nvml } from './library.ts';

/** nvmlClocksEventReason*: bits. */
const reasonBits: readonly (readonly [number, Slowdown])[] = [
  [constants.nvmlClocksThrottleReasonHwSlowdown, 'hardware slowdown'],
  [constants.nvmlClocksEventReasonSwThermalSlowdown, 'software thermal slowdown'],
  [constants.nvmlClocksThrottleReasonHwThermalSlowdown, 'hardware thermal slowdown'],
  [constants.nvmlClocksThrottleReasonHwPowerBrakeSlowdown, 'power brake slowdown'],
];
const powerCapBit = constants.nvmlClocksEventReasonSwPowerCap;

const timeFields: readonly (readonly [number, Slowdown])[] = [
  [field.softwareThermalTime, 'software thermal slowdown'],
  [field.hardwareThermalTime, 'hardware thermal slowdown'],
  [field.powerBrakeTime, 'power brake slowdown'],
];

const {
  NVML_CLOCK_SM: clockSm,
  NVML_CLOCK_MEM: clockMemory,
  NVML_TEMPERATURE_GPU: temperatureGpu,
} = constants;

const word = (memory: Buffer) => memory.readUInt32LE();

/** Clocks, temperature and why clocks are what they are. What cannot be read is null or absent. */
export async function readState(nvml: Nvml, handle: Handle): Promise<BoardState> {
  const reasonsFunction = nvml.has('nvmlDeviceGetCurrentClocksEventReasons')
    ? 'nvmlDeviceGetCurrentClocksEventReasons'
    : 'nvmlDeviceGetCurrentClocksThrottleReasons';
  const sm = await nvml.read('nvmlDeviceGetClockInfo', [handle, clockSm], 4, word);
  const memory = await nvml.read('nvmlDeviceGetClockInfo', [handle, clockMemory], 4, word);
  const celsius = await nvml.read('nvmlDeviceGetTemperature', [handle, temperatureGpu], 4, word);
  const reasons = await nvml.read(reasonsFunction, [handle], 8, (bits) => Number(bits.readBigUInt64LE()));
  const times = await readFields(
    nvml,
    handle,
    timeFields.map(([id]) => id),
  );
  const slowedMs: Partial<Record<Slowdown, number>> = {};
  timeFields.forEach(([, name], i) => {
    const time = times[i];
    if (time?.ok === true) slowedMs[name] = time.value / 1e6;
  });
  return {
    smMhz: sm.ok ? sm.value : null,
    memoryMhz: memory.ok ? memory.value : null,
    celsius: celsius.ok ? celsius.value : null,
    powerCapped: reasons.ok ? (reasons.value & powerCapBit) !== 0 : null,
    slowdowns: reasons.ok
      ? reasonBits.filter(([bit]) => (reasons.value & bit) !== 0).map(([, name]) => name)
      : [],
    slowedMs,
  };
}
