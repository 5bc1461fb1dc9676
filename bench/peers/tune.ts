import { createVariantBuilder, type Program } from '../../src/kernel/index.ts';
import { createTrials, type Device, measureOptions } from '../../src/measure/index.ts';
import { runSearch } from '../../src/search/index.ts';
import { type Configuration, configurationId } from '../../src/space/index.ts';
import { createRandom } from '../../src/stats/index.ts';
import { defineCase, type OperatorCase } from './cases.ts';

export interface TuneOptions {
  readonly trials: number;
  readonly seconds: number;
  /** Valid configurations that are drawn, of which the median counts. */
  readonly sample: number;
  readonly seed: number;
}

export interface Tuned {
  readonly configurations: number;
  readonly trials: number;
  readonly best: string;
  readonly programs: { readonly best: Program; readonly default: Program; readonly median: Program };
}

/** Searches a case's space without a cost model, and draws a sample of it. */
export async function tune(device: Device, one: OperatorCase, wanted: TuneOptions): Promise<Tuned> {
  const { limits } = device.info;
  const { kernel, workload, space } = defineCase(one, limits);
  const clock = { nowMs: () => performance.now() };
  const builder = createVariantBuilder({ kernel, workload, limits });
  const options = measureOptions({ device: device.info, meter: null, purpose: 'search' });
  const trials = createTrials({ device, meter: null, builder, options, clock });
  const sampled: { readonly configuration: Configuration; readonly latencyMs: number }[] = [];
  for (const point of space.sample(createRandom(wanted.seed), wanted.sample)) {
    const configuration = space.configuration(point);
    const outcome = await trials.latency(configuration);
    if (outcome.ok) sampled.push({ configuration, latencyMs: outcome.value.medianMs });
  }
  const middle = sampled.sort((a, b) => a.latencyMs - b.latencyMs)[Math.floor(sampled.length / 2)];
  const result = await runSearch({
    ...{
      space,
      trials,
      objective: { minimize: 'latency' },
      start: [kernel.defaults],
      costModel: null,
      clock,
    },
    budget: { trials: wanted.trials, seconds: wanted.seconds },
    seed: wanted.seed,
  });
  if (result.best === null || middle === undefined) throw new Error('nothing worked');
  const program = async (configuration: Configuration): Promise<Program> => {
    const built = await builder.build(configuration);
    if (!built.ok || built.value.program === null)
      throw new Error('a variant that was timed cannot be built');
    return built.value.program;
  };
  return {
    ...{ configurations: space.count(2_000_000).value, trials: result.measurements.length },
    best: configurationId(result.best.configuration, kernel.tunables),
    programs: {
      best: await program(result.best.configuration),
      default: await program(kernel.defaults),
      median: await program(middle.configuration),
    },
  };
}
