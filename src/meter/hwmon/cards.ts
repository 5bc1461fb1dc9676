import { realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { namesIn, readAttribute } from './files.ts';

/** A graphics card with a hwmon sensor. */
export interface HwmonCard {
  /** `card1` */
  readonly card: string;
  /** `0000:03:00.0` */
  readonly bus: string;
  /** Name as the driver gives it; null if it gives none, as most do. */
  readonly name: string | null;
  /** `/sys/class/drm/card1/device` */
  readonly device: string;
  /** `/sys/class/drm/card1/device/hwmon/hwmon4` */
  readonly folder: string;
}

/** The cards whose hwmon sensor one of `drivers` provides. */
export async function findCards(sysfsFolder: string, drivers: readonly string[]): Promise<HwmonCard[]> {
  const root = join(sysfsFolder, 'class', 'drm');
  const cards: HwmonCard[] = [];
  // `card0-HDMI-A-1` is a connector.
  for (const card of await namesIn(root, /^card\d+$/)) {
    const device = join(root, card, 'device');
    const monitors = join(device, 'hwmon');
    for (const monitor of await namesIn(monitors, /^hwmon\d+$/)) {
      const folder = join(monitors, monitor);
      const driver = await readAttribute(join(folder, 'name'));
      if (!driver.ok || !drivers.includes(driver.value)) continue;
      const product = await readAttribute(join(device, 'product_name'));
      const name = product.ok && product.value !== '' ? product.value : null;
      cards.push({ card, bus: basename(await realpath(device)), name, device, folder });
    }
  }
  return cards;
}
