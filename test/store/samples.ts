import type { ModelFile, Recording, TunedEntry } from '../../src/store/index.ts';

export function recording(changes: Partial<Recording> = {}): Recording {
  return {
    schema: 'joulegate-recording',
    version: 1,
    device: {
      family: 'mesa-llvmpipe',
      vendor: 'mesa',
      architecture: '',
      device: '',
      description: 'llvmpipe (LLVM 15.0.6, 256 bits)',
      driver: 'Mesa 24.2.8',
      software: true,
    },
    meter: {
      name: 'cpu-time',
      description: 'CPU time x 15 W per core',
      estimated: true,
      updatePeriodMs: null,
      resolutionJoules: null,
      idleWatts: null,
    },
    kernel: 'softmax',
    workload: { name: 'ROWS=1024', parameters: { ROWS: 1024, FAST: true, type: 'f16' } },
    tunables: [
      { name: 'WORKGROUP', values: [32, 64] },
      { name: 'VECTORIZE', values: [true, false] },
    ],
    featureNames: ['flops', 'bytes'],
    measurements: [
      {
        values: [0, 0],
        latencyMs: 1.5,
        latencySamplesMs: [1.4, 1.5, 1.6],
        joules: 0.03,
        watts: 20,
        features: [1, null],
      },
      { values: [1, 0], latencyMs: 1.25 },
      { values: [1, 1], failure: { kind: 'compile', message: 'µ: "unknown" function\nat line 3' } },
    ],
    provenance: {
      tool: 'joulegate',
      version: '0.1.0',
      command: 'joulegate record',
      createdAt: '2025-06-01T12:00:00.000Z',
    },
    ...changes,
  };
}

export function tunedEntry(changes: Partial<TunedEntry> = {}): TunedEntry {
  return {
    kernel: 'softmax',
    workload: { name: 'ROWS=1024', parameters: { ROWS: 1024 } },
    family: 'nvidia-h200',
    configuration: { WORKGROUP: 64, VECTORIZE: true },
    latencyMs: 0.912,
    joules: 0.0213,
    estimated: false,
    device: 'NVIDIA H200',
    driver: '570.86',
    identity: 'a'.repeat(64),
    trials: 512,
    energyMeasurements: 60,
    seed: 1,
    measuredAt: '2025-06-01T12:00:00.000Z',
    ...changes,
  };
}

export const model: ModelFile = {
  schema: 'joulegate-model',
  version: 2,
  family: 'nvidia-h200',
  seed: 3,
  featureNames: ['flops', 'bytes'],
  workCosts: [{ what: 'barrier', nanoseconds: 0.5 }],
  rows: [
    {
      family: 'nvidia-h200',
      kernel: 'softmax',
      workload: 'ROWS=1024',
      identity: 'b'.repeat(64),
      features: [1.5, null],
      latencyMs: 0.9,
      watts: 300,
      estimated: false,
    },
  ],
};
