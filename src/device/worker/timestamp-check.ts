import { singlePass } from '../../kernel/index.ts';
import type { Clock } from '../../measure/index.ts';
import { createLauncher } from './launcher.ts';
import type { Polling } from './polling.ts';
import { Programs } from './programs.ts';

const probe = `
@group(0) @binding(0) var<storage, read_write> sums: array<f32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  var sum = f32(id.x);
  for (var i = 0u; i < 512u; i++) { sum = fma(sum, 1.0001, 0.5); }
  sums[id.x] = sum;
}`;

const workgroups = 32;
/** Long against the time it takes to notice that a batch is done. */
const enoughMs = 4;
/** Timestamps that still say less than that are wrong. */
const patienceMs = 100;
const maxLaunches = 4096;
/** On a busy machine the waiting process may be woken late. */
const tries = 5;

/** The largest factor between the two clocks that queueing and waiting explain. */
const plausibleFactor = 3;

/**
 * Compares timestamp queries with the wall clock on a small load.
 * @returns true if they agree within a factor of three; false also where there are no timestamp queries.
 */
export async function timestampsArePlausible(options: {
  readonly device: GPUDevice;
  readonly clock: Clock;
  readonly polling: Polling;
  readonly quiet: boolean;
}): Promise<boolean> {
  const { device, clock } = options;
  if (!device.features.has('timestamp-query')) return false;
  const programs = new Programs(device, {
    pool: Number.POSITIVE_INFINITY,
    ring: 0,
    program: Number.POSITIVE_INFINITY,
  });
  const program = singlePass({
    identity: 'timestamp-check',
    wgsl: probe,
    entryPoint: 'main',
    dispatch: [workgroups, 1, 1],
    workgroupSize: null,
    lines: [],
    requiredFeatures: [],
    buffers: [
      {
        name: 'sums',
        group: 0,
        binding: 0,
        kind: 'storage',
        type: 'f32',
        length: workgroups * 64,
        byteLength: workgroups * 64 * 4,
        fill: 'zeros',
        seed: 0,
        values: null,
        check: null,
      },
    ],
  });
  const compiled = await programs.get(program);
  const launcher = createLauncher({ ...options, timestamps: true });
  const measure = async (launches: number) => {
    const start = clock.nowMs();
    const gpuMs = await launcher.timed(compiled, launches);
    return { gpuMs, wallMs: clock.nowMs() - start };
  };
  try {
    // The first launch may compile.
    await measure(1);
    let launches = 1;
    let seen = await measure(launches);
    while (seen.gpuMs < enoughMs && seen.wallMs < patienceMs && launches < maxLaunches) {
      launches *= 4;
      seen = await measure(launches);
    }
    for (let attempt = 0; attempt < tries; attempt++) {
      const factor = seen.gpuMs / seen.wallMs;
      if (factor > 1 / plausibleFactor && factor < plausibleFactor) return true;
      seen = await measure(launches);
    }
    return false;
  } finally {
    programs.drop('timestamp-check');
    programs.releaseMemory();
  }
}
