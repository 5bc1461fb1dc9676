import { hwmonKind } from '../hwmon/kind-of-driver.ts';

/** `intel`: the energy counter of discrete GPUs under the drivers i915 and xe. */
export const intel = hwmonKind({
  name: 'intel',
  summary: 'discrete Intel GPUs under Linux: the energy counter',
  vendor: { word: 'intel', label: 'Intel' },
  drivers: ['i915', 'xe'],
});
