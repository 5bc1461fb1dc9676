import { describe, expect, test } from 'vitest';
import { type OtherDevice, runSearch } from '../../src/search/index.ts';
import { everything, searchTask, tiledKernel } from './synthetic-trials.ts';

const kernel = tiledKernel();
const all = everything(kernel);
const fastestMs = Math.min(...all.map(({ latencyMs }) => latencyMs));
const latency = { minimize: 'latency' } as const;

async function trialsToBest(otherDevice?: OtherDevice, seed = 1): Promise<number> {
  const { measurements } = await runSearch(
    searchTask(kernel, {
      objective: latency,
      budget: { trials: 96, seconds: 60 },
      seed,
      ...(otherDevice === undefined ? {} : { otherDevice }),
    }),
  );
  const at = measurements.findIndex((one) => one.latency?.medianMs === fastestMs);
  return at < 0 ? Number.POSITIVE_INFINITY : at + 1;
}

/** Every second configuration, as another device would run it. */
function recorded(sameVendor: boolean, latencyOf: (latencyMs: number, index: number) => number): OtherDevice {
  return {
    sameVendor,
    latencies: all
      .filter((_, index) => index % 2 === 0)
      .map(({ configuration, latencyMs }, index) => ({
        configuration,
        latencyMs: latencyOf(latencyMs, index),
      })),
  };
}

describe('another device of the same kernel', () => {
  test('shortens the way where it ranks alike, also by what it did not try', async () => {
    const alike = recorded(true, (latencyMs, index) => 3 * latencyMs ** 0.8 * (1 + 0.03 * (index % 3)));
    const sum = async (other?: OtherDevice) =>
      (await trialsToBest(other, 1)) + (await trialsToBest(other, 2)) + (await trialsToBest(other, 3));
    expect(await sum(alike)).toBeLessThan(await sum());
  });

  test('has no say where it is another vendor’s: the search is the same to the bit', async () => {
    const foreign = recorded(false, (latencyMs) => latencyMs);
    const task = { objective: latency, budget: { trials: 40, seconds: 60 } };
    const [cold, warm] = [
      await runSearch(searchTask(kernel, task)),
      await runSearch(searchTask(kernel, { ...task, otherDevice: foreign })),
    ];
    expect(warm).toEqual(cold);
  });

  test('that ranks the wrong way round does not keep the best from being found', async () => {
    expect(await trialsToBest(recorded(true, (latencyMs) => 1 / latencyMs))).toBeLessThanOrEqual(96);
  });

  test('that knows too little of the space is not asked', async () => {
    const little = recorded(true, (latencyMs) => latencyMs);
    const few = { ...little, latencies: little.latencies.slice(0, 10) };
    expect(await trialsToBest(few)).toBe(await trialsToBest());
  });
});
