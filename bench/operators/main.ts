// What tuning an operator is worth on this machine's adapter: default, median configuration and the best one found.
// usage: npm run bench:operators -- --operator matmul --sizes '{"m":256,"n":256,"k":256}' [--sample N] [--trials N] [--seed N]
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { findDriver, openWebgpuDevice } from '../../src/device/index.ts';
import { createVariantBuilder } from '../../src/kernel/index.ts';
import { createKernelSpace, formatProblems, parseManifest } from '../../src/manifest/index.ts';
import { createTrials, measureLatency, measureOptions } from '../../src/measure/index.ts';
import { operators } from '../../src/operators/index.ts';
import { runSearch } from '../../src/search/index.ts';
import { type Configuration, configurationId } from '../../src/space/index.ts';
import { createRandom, median } from '../../src/stats/index.ts';

const { values } = parseArgs({
  options: {
    operator: { type: 'string', default: 'matmul' },
    sizes: { type: 'string', default: '{"m":256,"n":256,"k":256}' },
    /** JSON list of partial configurations to time besides. */
    also: { type: 'string', default: '[]' },
    sample: { type: 'string', default: '20' },
    trials: { type: 'string', default: '0' },
    seconds: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
  },
});

const text = JSON.stringify({
  version: 1,
  kernels: { kernel: { operator: values.operator, workloads: [JSON.parse(values.sizes)] } },
});
const reader = { read: () => null, list: () => [] };
const { manifest, problems } = parseManifest({ path: 'joulegate.yaml', text, reader, operators });
const kernel = manifest?.kernels[0];
const workload = kernel?.workloads[0];
if (!kernel || !workload) throw new Error(formatProblems(problems, { colour: false }));

// The GPU process knows nothing of operators, so the built one will do.
const workerPath = resolve('dist/worker.js');
const cacheFolder = resolve('node_modules/.cache/joulegate-bench/drivers');
const driver = await findDriver({ workerPath, environment: process.env, cacheFolder });
const device = await openWebgpuDevice({ workerPath, driver });
const clock = { nowMs: () => performance.now() };
try {
  const { limits } = device.info;
  const space = createKernelSpace(kernel, workload, limits);
  const builder = createVariantBuilder({ kernel, workload, limits });
  const options = measureOptions({ device: device.info, meter: null, purpose: 'search' });
  const trials = createTrials({ device, meter: null, builder, options, clock });
  const size = space.count(2_000_000);
  console.log(`${values.operator} ${workload.name} on ${device.info.description}`);
  console.log(`valid configurations: ${size.exact ? '' : 'more than '}${size.value} of ${space.rawSize}`);

  const latencyOf = async (configuration: Configuration) => {
    const started = clock.nowMs();
    const outcome = await trials.latency(configuration);
    const took = ((clock.nowMs() - started) / 1000).toFixed(1);
    const name = configurationId(configuration, kernel.tunables);
    console.log(
      `${outcome.ok ? `${outcome.value.medianMs.toFixed(3)} ms` : outcome.failure.message} (${took} s) ${name}`,
    );
    return outcome.ok ? outcome.value.medianMs : null;
  };

  const defaultMs = await latencyOf(kernel.defaults);
  for (const changes of JSON.parse(values.also)) await latencyOf({ ...kernel.defaults, ...changes });
  const sampled: number[] = [];
  let failures = 0;
  for (const point of space.sample(createRandom(Number(values.seed)), Number(values.sample))) {
    const latencyMs = await latencyOf(space.configuration(point));
    if (latencyMs === null) failures++;
    else sampled.push(latencyMs);
  }
  if (sampled.length > 0)
    console.log(`median of ${sampled.length}: ${median(sampled).toFixed(3)} ms; failures: ${failures}`);

  if (Number(values.trials) > 0) {
    const result = await runSearch({
      space,
      trials,
      objective: { minimize: 'latency' },
      budget: { trials: Number(values.trials), seconds: Number(values.seconds) },
      seed: Number(values.seed),
      start: [kernel.defaults],
      costModel: null,
      clock,
    });
    if (result.best === null) throw new Error('nothing worked');
    const best = result.best.configuration;
    console.log(
      `searched ${result.measurements.length} (${result.stopped}), failures ${result.measurements.filter(({ failure }) => failure !== null).length}; best ${configurationId(best, kernel.tunables)}`,
    );
    // Side by side: on a shared machine moments differ more than configurations.
    const ratios: number[] = [];
    const [standard, tuned] = await Promise.all([builder.build(kernel.defaults), builder.build(best)]);
    if (!standard.ok || !tuned.ok) throw new Error('a variant that was timed cannot be built');
    for (let turn = 0; turn < 7; turn++) {
      const a = await measureLatency({ device, variant: standard.value, options: options.time });
      const b = await measureLatency({ device, variant: tuned.value, options: options.time });
      if (a.ok && b.ok) ratios.push(a.value.medianMs / b.value.medianMs);
    }
    const gain = median(ratios);
    console.log(`default / best, side by side: ${gain.toFixed(2)}`);
    if (sampled.length > 0 && defaultMs !== null)
      console.log(`median configuration / best: ${((median(sampled) / defaultMs) * gain).toFixed(2)}`);
  }
} finally {
  await device.close();
}
