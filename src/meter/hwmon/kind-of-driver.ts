import { type MeterKind, missing, unsuitable } from '../kind.ts';
import { isOfVendor } from '../sensor/names.ts';
import { openSensor } from '../sensor/open.ts';
import { findCards } from './cards.ts';
import { createHwmonSensor, type HwmonCounter } from './sensor.ts';

/** A meter of the cards in sysfs that one vendor's drivers stand behind. */
export function hwmonKind<const Name extends string>(entry: {
  readonly name: Name;
  readonly summary: string;
  /** How the vendor is found in an adapter's name, and how it is called. */
  readonly vendor: { readonly word: string; readonly label: string };
  readonly drivers: readonly string[];
  /** A counter that the driver keeps in the card's folder in sysfs, beside hwmon. */
  readonly findCounter?: (device: string) => Promise<HwmonCounter | null>;
}): MeterKind<Name> {
  const { name, summary, vendor, drivers, findCounter = async () => null } = entry;
  return {
    name,
    summary,
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
      const candidates = await Promise.all(
        cards.map(async (card) => createHwmonSensor(card, vendor.label, await findCounter(card.device))),
      );
      return openSensor(name, candidates, context);
    },
  };
}
