import type { BoardState, Slowdown } from '../sensor/types.ts';
import { field, readFields } from './fields.ts';
import type { Handle, Nvml } from './library.ts';

/** nvmlClocksEventReason*: bits. */
const reasonBits: readonly (readonly [number, Slowdown])[] = [
  [0x08, 'hardware slowdown'],
  [0x20, 'software thermal slowdown'],
  [0x40, 'hardware thermal slowdown'],
  [0x80, 'power brake slowdown'],
];
const powerCapBit = 0x04;

const timeFields: readonly (readonly [number, Slowdown])[] = [
  [field.softwareThermalTime, 'software thermal slowdown'],
  [field.hardwareThermalTime, 'hardware thermal slowdown'],
  [field.powerBrakeTime, 'power brake slowdown'],
];

/** nvmlClockType_t and nvmlTemperatureSensors_t. */
const clockSm = 1;
const clockMemory = 2;
const temperatureGpu = 0;

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
