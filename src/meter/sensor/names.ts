import type { DeviceInfo } from '../../measure/index.ts';

/** Words that one name of a GPU has and another leaves out. */
const noise = new Set(['nvidia', 'amd', 'intel', 'corporation', 'inc', 'r', 'tm', 'c', 'graphics', 'gpu']);

function wordsOf(name: string): string {
  return (name.toLowerCase().match(/[a-z0-9]+/g) ?? []).filter((word) => !noise.has(word)).join(' ');
}

/** Whether a sensor's name for a GPU is the adapter's, up to vendor and trade marks. */
export function isNamed(name: string, info: Pick<DeviceInfo, 'device' | 'description'>): boolean {
  const wanted = wordsOf(name);
  return wanted !== '' && (wordsOf(info.device) === wanted || wordsOf(info.description) === wanted);
}

/** Whether an adapter may be of a vendor: it says so, or does not say anything. */
export function isOfVendor(info: Pick<DeviceInfo, 'vendor'>, vendor: string): boolean {
  const said = info.vendor.toLowerCase();
  return said === '' || said === 'unknown' || said.includes(vendor);
}
