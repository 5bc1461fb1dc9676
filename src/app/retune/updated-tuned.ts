import type { DeviceInfo } from '../../measure/index.ts';
import { type Tuned, withTunedEntry } from '../../store/index.ts';
import type { Final } from '../tuning/index.ts';
import type { RetunedKernel } from './report.ts';

/** A tuned state with what won the finals of this device; workloads without a winner keep what they have. */
export function updatedTuned(options: {
  readonly tuned: Tuned;
  readonly finals: readonly Final[];
  /** What is reported of each final, in the same order. */
  readonly kernels: readonly RetunedKernel[];
  readonly device: DeviceInfo;
  readonly measuredAt: Date;
}): Tuned {
  const { finals, kernels, device, measuredAt } = options;
  let { tuned } = options;
  for (const [index, { search, identity }] of finals.entries()) {
    const retuned = kernels[index];
    const configuration = retuned?.configuration ?? null;
    if (retuned === undefined || configuration === null || retuned.latencyMs === null) continue;
    tuned = withTunedEntry(tuned, {
      kernel: search.kernel.name,
      workload: { name: search.workload.name, parameters: search.workload.parameters },
      family: device.family,
      configuration,
      latencyMs: retuned.latencyMs,
      joules: retuned.joules,
      estimated: retuned.estimated,
      device: device.description || device.device,
      driver: device.driver,
      identity,
      trials: retuned.trials,
      energyMeasurements: retuned.energyMeasurements,
      seed: search.seed,
      measuredAt: measuredAt.toISOString(),
    });
  }
  return tuned;
}
