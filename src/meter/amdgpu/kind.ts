import { hwmonKind } from '../hwmon/kind-of-driver.ts';

/** `amdgpu`: power that its driver's hwmon sensor states, added up. */
export const amdgpu = hwmonKind({
  name: 'amdgpu',
  summary: 'AMD under Linux: power of the hwmon sensor, added up',
  vendor: { word: 'amd', label: 'AMD' },
  drivers: ['amdgpu'],
});
