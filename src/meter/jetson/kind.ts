import type { DeviceInfo } from '../../measure/index.ts';
import { type MeterKind, missing, unsuitable } from '../kind.ts';
import { isOfVendor } from '../sensor/names.ts';
import { openSensor } from '../sensor/open.ts';
import { findRails } from './rails.ts';

/** `NVIDIA Tegra Orin (nvgpu)`, `NVIDIA Thor`, and what the device tree calls a board: `NVIDIA Jetson AGX Orin Developer Kit`. */
const tegra = /\b(?:tegra|nvgpu|jetson|xavier|orin|thor)\b/i;

function isTegra(info: DeviceInfo): boolean {
  return isOfVendor(info, 'nvidia') && tegra.test(`${info.device} ${info.description} ${info.architecture}`);
}

/** `jetson`: the power monitors on NVIDIA's Jetson modules. */
export const jetson: MeterKind<'jetson'> = {
  name: 'jetson',
  summary: "NVIDIA Jetson: power of the module's input or of a rail of its GPU, added up",
  async open(context) {
    const { info } = context.device;
    if (info.software || info.backend === 'replay') return unsuitable(`${info.family} is no GPU`);
    if (!isTegra(info)) return unsuitable(`${info.family} is not a Jetson’s`);
    const rails = await findRails(context.sysfsFolder);
    const [first, ...others] = rails;
    if (first === undefined) {
      return missing(
        `no monitor (ina3221, ina238) in ${context.sysfsFolder}/class/hwmon shows a rail that the GPU is on`,
      );
    }
    if (context.sensor !== undefined) return openSensor('jetson', rails, context);
    const opening = await openSensor('jetson', [first], context);
    if (!opening.ok || others.length === 0) return opening;
    const names = others.map(({ handles }) => handles[0]).join(', ');
    return { ...opening, reason: `${opening.reason}; it has more on it than ${names}` };
  },
};
