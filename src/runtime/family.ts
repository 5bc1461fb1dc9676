/** Words in adapter names that say nothing about the device. */
const noise = new Set(['r', 'tm', 'c', 'corporation', 'inc', 'graphics', 'gpu', 'adapter', 'series']);

/** From here on an adapter's name speaks of its driver: `radv navi31`, `llvm 19 1 0`, `dg2`. */
const driverWords = new Set([
  'radv',
  'llvm',
  'drm',
  'mesa',
  'aco',
  'device',
  'subzero',
  'dg2',
  'anv',
  'pcie',
]);

/**
 * A stable name for the adapter's kind, safe in file names and cache keys: vendor and device without versions,
 * e.g. `mesa-llvmpipe`, `google-swiftshader`, `nvidia-h200`, `amd-radeon-rx-7900-xtx`.
 */
export function deviceFamily(adapter: {
  readonly vendor: string;
  readonly device: string;
  readonly architecture: string;
}): string {
  const words = (text: string) => text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const named = words(adapter.device);
  const end = named.findIndex((word, index) => index > 0 && driverWords.has(word));
  const kept = (end < 0 ? named : named.slice(0, end)).filter((word) => !noise.has(word));
  const device = kept.length > 0 ? kept : words(adapter.architecture);
  const vendor = words(adapter.vendor).filter((word) => !noise.has(word));
  const repeated = vendor.length > 0 && vendor.every((word, index) => device[index] === word);
  const family = (repeated ? device : [...vendor, ...device]).join('-').slice(0, 60).replace(/-+$/, '');
  return family === '' ? 'unknown' : family;
}
