import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Host } from '../../src/app/index.ts';
import { openTrialStore } from '../../src/app/tuning/trial-store.ts';
import { createVariantBuilder, featureNames, type VariantBuilder } from '../../src/kernel/index.ts';
import { createKernelSpace, formatProblems, noFiles, parseManifest } from '../../src/manifest/index.ts';
import { createTrials, measureOptions } from '../../src/measure/index.ts';
import { type CostRow, createCostModel } from '../../src/model/index.ts';
import { operators } from '../../src/operators/index.ts';
import { runSearch } from '../../src/search/index.ts';
import type { Configuration } from '../../src/space/index.ts';
import { createRandom } from '../../src/stats/index.ts';
import { collectGarbage } from '../../test/support/held-objects.ts';
import { createSimulatedLab } from '../../test/support/simulated-device.ts';

function matmul() {
  const { manifest, problems } = parseManifest({
    path: 'joulegate.yaml',
    text: JSON.stringify({
      version: 1,
      kernels: { matmul: { operator: 'matmul', workloads: [{ m: 512, n: 512, k: 512 }] } },
    }),
    reader: noFiles,
    operators,
  });
  const kernel = manifest?.kernels[0];
  const workload = kernel?.workloads[0];
  if (!kernel || !workload) throw new Error(formatProblems(problems, { colour: false }));
  return { kernel, workload };
}

/** A cost model that knows some of the kernel's configurations. */
async function modelOf(configurations: readonly Configuration[], builder: VariantBuilder, family: string) {
  const rows: CostRow[] = [];
  for (const [i, configuration] of configurations.entries()) {
    const features = await builder.featuresOf(configuration);
    if (features === null) continue;
    const subject = { family, kernel: 'matmul', workload: 'earlier', identity: `${i}` };
    rows.push({ ...subject, features, ...trueCost(configuration), estimated: false });
  }
  return createCostModel({ family, featureNames, rows, seed: 1 });
}

/** Smooth in sizes, rugged where they meet: there is always something left to find. */
function trueCost(configuration: Configuration) {
  let log = 0;
  let hash = 7;
  for (const [i, value] of Object.values(configuration).entries()) {
    const level = typeof value === 'number' ? Math.log2(value + 1) : Number(value);
    log += 0.05 * (level - 2) ** 2 + 0.1 * Math.sin(3 * level + i);
    hash = (Math.imul(hash, 31) + Math.round(100 * level)) >>> 0;
  }
  const rugged = ((Math.imul(hash, 2654435761) >>> 0) / 2 ** 32 - 0.5) * 0.3;
  return { latencyMs: Math.exp(log + rugged), watts: 100 + 40 * Math.sin(log) };
}

/**
 * Searches the shipped matrix product as `retune` does, with a cost model and its trials kept on disk, on a simulated GPU in
 * virtual time. It never ends for having converged.
 */
export async function searchLong(options: {
  readonly trials: number;
  readonly every: number;
  readonly seen: (trials: number, held: { readonly rssMb: number; readonly heapMb: number }) => void;
}): Promise<void> {
  const look = async (trials: number) => {
    await collectGarbage();
    const { rss, heapUsed, external } = process.memoryUsage();
    options.seen(trials, { rssMb: rss / 1e6, heapMb: (heapUsed + external) / 1e6 });
  };
  await look(0);
  const { kernel, workload } = matmul();
  const lab = createSimulatedLab({
    cost: ({ configuration }) =>
      Number(configuration.GROUP_X) * Number(configuration.ROWS) === 256
        ? { kind: 'compile', message: 'too many registers' }
        : trueCost(configuration),
    noise: 0.01,
    tickMs: 20,
    idleWatts: 20,
    forgets: true,
  });
  const device = await lab.openDevice();
  const meter = await lab.openMeter();
  const { limits } = device.info;
  const space = createKernelSpace(kernel, workload, limits);
  const builder = createVariantBuilder({ kernel, workload, limits });
  const known = space.sample(createRandom(3), 200).map((point) => space.configuration(point));
  const costModel = await modelOf(known, builder, device.info.family);
  const stateFolder = mkdtempSync(join(tmpdir(), 'joulegate-growth-'));
  let next = options.every;
  const silent = () => undefined;
  const host: Host = {
    environment: {},
    workingDirectory: stateFolder,
    signal: new AbortController().signal,
    progress: {
      stage: silent,
      note: silent,
      warn: (text) => console.log(text),
      update: silent,
    },
    workerPath: '',
    version: '0.0.0',
    command: 'bench growth',
    now: () => new Date(0),
  };
  try {
    const store = openTrialStore({
      host,
      folder: stateFolder,
      kernel,
      workload,
      space,
      device: device.info,
      meter: meter.info,
    });
    const trials = createTrials({
      device,
      meter,
      builder,
      options: measureOptions({ device: device.info, meter: meter.info, purpose: 'search' }),
      clock: lab.clock,
    });
    const { measurements, energyMeasurements, stopped } = await runSearch({
      space,
      objective: { minimize: 'energy', latencySlack: 0.5 },
      budget: { trials: options.trials, seconds: Number.POSITIVE_INFINITY },
      seed: 1,
      start: [kernel.defaults],
      costModel,
      trials,
      clock: lab.clock,
      patience: Number.POSITIVE_INFINITY,
      onRound: async (progress) => {
        store.save(progress.measurements);
        while (progress.trials >= next) {
          await look(next);
          next += options.every;
        }
      },
    });
    console.log(`\n${measurements.length} trials, ${energyMeasurements} with energy; stopped: ${stopped}`);
  } finally {
    rmSync(stateFolder, { recursive: true, force: true });
  }
}
