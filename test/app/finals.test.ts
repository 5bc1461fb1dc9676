import { expect, test } from 'vitest';
import type { Host } from '../../src/app/index.ts';
import type { Laboratory } from '../../src/app/laboratory/index.ts';
import { runFinals, type WorkloadSearch } from '../../src/app/tuning/index.ts';
import { createSimulatedLab, simulatedVariant } from '../support/simulated-device.ts';

/** Launches of `W=n` take what is given for n; the incumbent is `W=0`. */
async function finalsOf(latencies: readonly number[], beyond: string | null = null) {
  const warnings: string[] = [];
  const lab = createSimulatedLab({
    verify: ({ id }) =>
      id === beyond
        ? { ok: false, failure: { kind: 'out-of-range', message: '`a[i]` reads beyond `a`' } }
        : { ok: true, value: null },
    cost: ({ configuration }) => ({ latencyMs: latencies[Number(configuration.W)] ?? 1, watts: 100 }),
  });
  const laboratory = {
    device: await lab.openDevice(),
    info: {},
    meter: {},
    clock: lab.clock,
    openDevice: () => lab.openDevice(),
    openAhead: async () => undefined,
    openMeter: () => lab.openMeter(),
    measureOptions: () => ({
      time: { samples: 3, minSampleMs: 1, maxMs: 100 },
      window: { preheatMs: 10, windowMs: 100 },
    }),
  } as unknown as Laboratory;
  const host = {
    signal: new AbortController().signal,
    progress: {
      stage: () => undefined,
      update: () => undefined,
      warn: (text: string) => void warnings.push(text),
    },
  } as unknown as Host;
  const search = {
    kernel: { name: 'softmax' },
    workload: { name: 'N=1' },
    incumbent: { W: 0 },
    objective: { minimize: 'energy', latencySlack: 0.05 },
    result: {
      measurements: [],
      finalists: latencies.slice(1).map((_, i) => ({ configuration: { W: i + 1 } })),
    },
    builder: {
      reference: async () => ({ ok: true, value: simulatedVariant('reference') }),
      build: async (configuration: Record<string, number>) => ({
        ok: true,
        value: simulatedVariant(`W=${configuration.W}`, configuration),
      }),
    },
    idOf: (configuration: Record<string, number>) => String(configuration.W),
  } as unknown as WorkloadSearch;
  const [final] = await runFinals({
    host,
    laboratory,
    searches: [search],
    deadlineMs: Number.POSITIVE_INFINITY,
  });
  const blocks = final?.samples.map(({ latencyMs }) => latencyMs.length);
  return { chosen: final?.selection.index, blocks, ...(warnings.length === 0 ? {} : { warnings }) };
}

test('finals go on without contenders that cannot replace the incumbent any more', async () => {
  expect(await finalsOf([1, 0.8, 1.2, 0.9])).toEqual({ chosen: 1, blocks: [3, 3, 1, 3] });
});

test('the incumbent has all its blocks, though nobody is better', async () => {
  expect(await finalsOf([1, 1.1, 1.2, 1.3])).toEqual({ chosen: 0, blocks: [3, 3, 1, 1] });
});

test('a contender whose indices are beyond its buffers is not compared, and that is said', async () => {
  expect(await finalsOf([1, 0.5, 0.8], 'W=1')).toEqual({
    chosen: 1,
    blocks: [3, 3],
    warnings: ['softmax N=1: W=1 is not compared: `a[i]` reads beyond `a`.'],
  });
});
