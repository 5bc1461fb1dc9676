import { createHash } from 'node:crypto';
import { featureNames } from '../../src/kernel/index.ts';
import type { KeptState } from '../../src/store/index.ts';

/** What the liar wants: a dear change to pass (`hide`), or an innocent one to fail (`blame`). */
export type Lie = 'hide' | 'blame';

/**
 * A state that is right in every form and wrong in every figure. To hide a change: the kernel has always cost a thousand
 * times as much, and the device is so noisy that nothing can be told. To blame one: it has cost next to nothing, and the
 * device is perfectly quiet.
 */
export function lyingState(
  family: string,
  subject: { kernel: string; workload: string },
  lie: Lie,
): KeptState {
  const factor = lie === 'hide' ? 1e3 : 1e-3;
  const [latencyMs, joules] = [factor, factor / 10];
  const commit = 'e'.repeat(40);
  const dayOf = (night: number) => new Date(Date.UTC(2026, 0, 1 + night)).toISOString();
  const cost = { latencyMs, joules };
  return {
    family,
    model: {
      schema: 'joulegate-model',
      version: 2,
      family,
      seed: 1,
      featureNames: [...featureNames],
      workCosts: [],
      rows: Array.from({ length: 60 }, (_, i) => ({
        family,
        ...subject,
        identity: createHash('sha256').update(String(i)).digest('hex'),
        features: featureNames.map((_name, column) => (i * (column + 3)) % 17),
        latencyMs: latencyMs * (1 + i),
        watts: 100,
        estimated: false,
      })),
    },
    tuned: {
      schema: 'joulegate-tuned',
      version: 1,
      entries: [
        {
          ...subject,
          workload: { name: subject.workload, parameters: { COUNT: 1 } },
          family,
          configuration: { WORKGROUP: 32, PER_THREAD: 4 },
          ...cost,
          estimated: false,
          device: 'any',
          driver: '1',
          identity: 'f'.repeat(64),
          trials: 1,
          energyMeasurements: 1,
          seed: 1,
          measuredAt: dayOf(0),
        },
      ],
    },
    history: Array.from({ length: 60 }, (_, night) => ({
      at: dayOf(night),
      commit,
      ...subject,
      ...cost,
      estimated: false,
      driver: '1',
    })),
    noise: Array.from({ length: 60 }, (_, i) => ({
      ...subject,
      arm: i % 2 === 0 ? ('B' as const) : ('H' as const),
      block: i >> 1,
      // Without a device it is of any. The noisy one doubles and halves from block to block.
      latencyMs: lie === 'hide' && i % 2 === 1 ? 2 ** ((i >> 1) % 7) : 1,
      joules: lie === 'hide' && i % 2 === 1 ? 2 ** ((i >> 1) % 7) : 1,
      latencyResolution: 0,
      energyResolution: 0,
    })),
    anchors: [{ at: dayOf(0), commit, label: 'v1', ...subject, device: 'any', nights: 3, ...cost }],
    attempts: [],
  };
}
