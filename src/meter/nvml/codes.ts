import { constants } from './declarations.ts';

/** NVML's return codes (nvmlReturn_t) that can happen here. */
export const success = constants.NVML_SUCCESS;
export const insufficientSize = constants.NVML_ERROR_INSUFFICIENT_SIZE;

const texts: Readonly<Record<number, string>> = {
  1: 'NVML is not initialised',
  2: 'NVML takes an argument for invalid',
  3: 'not supported by this GPU',
  4: 'no permission',
  6: 'not found',
  9: 'the NVIDIA driver is not loaded',
  10: 'the driver did not answer in time',
  12: 'the library was not found',
  13: 'not in this version of the driver',
  15: 'the GPU has fallen off the bus',
  16: 'the GPU must be reset',
  17: 'the operating system blocks the GPU',
  18: 'library and driver are of different versions; a reboot may be due',
  20: 'out of memory',
  21: 'no data',
  999: 'an error inside the driver',
};

/** A return code in words. */
export function codeText(code: number): string {
  return `${texts[code] ?? 'NVML failed'} (NVML ${code})`;
}
