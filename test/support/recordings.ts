import type { Variant } from '../../src/kernel/index.ts';
import type { Recording } from '../../src/schema/index.ts';
import type { Configuration } from '../../src/space/index.ts';

/**
 * Two tunables: (1, true) 2 ms and 0.5 J; (1, false) 4 ms at 100 W; (2, true) without energy; (2, false) does not
 * compile; nothing for 4.
 */
export const smallRecording: Recording = {
  schema: 'joulegate-recording',
  version: 1,
  device: {
    family: 'acme-one',
    vendor: 'acme',
    architecture: 'one',
    device: 'one',
    description: 'Acme One',
    driver: '1.0',
    software: false,
  },
  meter: {
    name: 'nvml',
    description: 'energy counter',
    estimated: false,
    updatePeriodMs: 100,
    resolutionJoules: 0.001,
    idleWatts: 70,
  },
  kernel: 'softmax',
  workload: { name: 'ROWS=64', parameters: { ROWS: 64 } },
  tunables: [
    { name: 'WIDTH', values: [1, 2, 4] },
    { name: 'UNROLL', values: [true, false] },
  ],
  measurements: [
    { values: [0, 0], latencyMs: 2, latencySamplesMs: [2.1, 2, 1.9], joules: 0.5 },
    { values: [0, 1], latencyMs: 4, watts: 100 },
    { values: [1, 0], latencyMs: 50 },
    { values: [1, 1], failure: { kind: 'compile', message: 'too many registers' } },
  ],
  provenance: { tool: 'joulegate', version: '0.1.0', command: 'record', createdAt: '2025-06-01T12:00:00Z' },
};

/** A variant as a replay device takes it: a configuration without a program. */
export function recordedVariant(configuration: Configuration): Variant {
  const id = `softmax/ROWS=64/${Object.entries(configuration)
    .map(([name, value]) => `${name}=${value}`)
    .join(',')}`;
  return { kernel: 'softmax', workload: 'ROWS=64', configuration, id, program: null };
}
