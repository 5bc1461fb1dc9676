import { hwmonKind } from '../hwmon/kind-of-driver.ts';
import { findAccumulator } from './gpu-metrics.ts';

/** `amdgpu`: the accumulator of its driver's `gpu_metrics`; without one, power that its hwmon sensor states, added up. */
export const amdgpu = hwmonKind({
  name: 'amdgpu',
  summary: 'AMD under Linux: the energy accumulator, or power of hwmon added up',
  vendor: { word: 'amd', label: 'AMD' },
  drivers: ['amdgpu'],
  findCounter: findAccumulator,
});
