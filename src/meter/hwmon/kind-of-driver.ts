import { type MeterKind, missing, unsuitable } from '../registry.ts';
import { isOfVendor } from '../sensor/names.ts';
import { openSensor } from '../sensor/open.ts';
import { findCards } from './cards.ts';
import { createHwmonSensor } from './sensor.ts';

function hwmonKind(
  name: 'amdgpu' | 'intel',
  vendor: { readonly word: string; readonly label: string },
  drivers: readonly string[],
): MeterKind {
  return {
    name,
    async open(context) {
      const { info } = context.device;
      if (info.software || info.backend === 'replay') return unsuitable(`${info.family} is no GPU`);
      if (!isOfVendor(info, vendor.word)) return unsuitable(`${info.family} is not ${vendor.label}’s`);
      const cards = await findCards(context.sysfsFolder, drivers);
      if (cards.length === 0) {
        return missing(
          `no card in ${context.sysfsFolder}/class/drm has a sensor of the driver ${drivers.join(' or ')}`,
        );
      }
      const candidates = await Promise.all(cards.map((card) => createHwmonSensor(card, vendor.label)));
      return openSensor(name, candidates, context);
    },
  };
}

/** `amdgpu`: power that its driver's hwmon sensor states, added up. */
export const amdgpu = hwmonKind('amdgpu', { word: 'amd', label: 'AMD' }, ['amdgpu']);

/** `intel`: the energy counter of discrete GPUs under the drivers i915 and xe. */
export const intel = hwmonKind('intel', { word: 'intel', label: 'Intel' }, ['i915', 'xe']);
