import { resolve } from 'node:path';
import { findDriver, openWebgpuDevice } from '../../src/device/index.ts';
import type { Variant } from '../../src/kernel/index.ts';
import type { Device } from '../../src/measure/index.ts';
import type { Configuration } from '../../src/space/index.ts';
import { createRandom, quantile, sortSamples } from '../../src/stats/index.ts';
import { openKernel } from './kernels.ts';
import { alsoAt, mutations } from './mutations.ts';
import { type MeasuredChange, type MeasuredRow, startedRecording, writeRecording } from './recording.ts';

/** A turn is short, so that both sides of a ratio see the same machine. */
const turnMs = 25;

/**
 * Milliseconds of processor time of a launch: a software adapter computes on the processor, and what waits for its turn on a shared
 * machine does not count.
 */
async function timed(device: Device, variant: Variant): Promise<number | null> {
  const outcome = await device.run(variant, turnMs);
  if (!outcome.ok) return null;
  const [first] = outcome.value.completions;
  const last = outcome.value.completions.at(-1);
  if (first?.cpuSeconds == null || last?.cpuSeconds == null || last.launches === first.launches) return null;
  return (1000 * (last.cpuSeconds - first.cpuSeconds)) / (last.launches - first.launches);
}

/** Low, so that turns among which other programs emptied the caches count little, yet no single one decides. */
const low = (times: readonly number[]) => quantile(sortSamples(times), 0.2);

/** Head's time over base's, a turn each, the order turned round each time. */
async function inTurns(device: Device, [base, head]: readonly [Variant, Variant], turns: number) {
  const pairs: (readonly [number, number])[] = [];
  for (let i = 0; i < turns; i++) {
    const first = await timed(device, i % 2 === 0 ? base : head);
    const second = await timed(device, i % 2 === 0 ? head : base);
    if (first !== null && second !== null) pairs.push(i % 2 === 0 ? [first, second] : [second, first]);
  }
  const ratioOf = (some: typeof pairs) => Math.log(low(some.map(([, h]) => h)) / low(some.map(([b]) => b)));
  const half = (rest: number) => ratioOf(pairs.filter((_, i) => Math.floor(i / 2) % 2 === rest));
  const round = (value: number) => Number(value.toPrecision(4));
  return {
    logRatio: round(ratioOf(pairs)),
    error: round(Math.abs(half(0) - half(1)) / 2),
    baseMs: low(pairs.map(([b]) => b)),
  };
}

/** Builds and prepares; null for a configuration that does not work. */
async function prepared(
  device: Device,
  builder: ReturnType<typeof openKernel>['builder'],
  configuration: Configuration,
): Promise<Variant | null> {
  const built = await builder.build(configuration);
  if (!built.ok) return null;
  return (await device.prepare(built.value)).ok ? built.value : null;
}

/** Measures what is missing in the recording at `path`, on the adapter that the environment gives. */
export async function measureChanges(options: {
  readonly path: string;
  readonly turns: number;
  readonly configurations: number;
  readonly only: string | undefined;
}): Promise<void> {
  const { path, turns, only } = options;
  const workerPath = resolve('dist/worker.js');
  const cacheFolder = resolve('node_modules/.cache/joulegate-bench/drivers');
  const driver = await findDriver({ workerPath, environment: process.env, cacheFolder });
  const device = await openWebgpuDevice({ workerPath, driver });
  const { family, description, limits } = device.info;
  const started = startedRecording(path);
  const changes: MeasuredChange[] = [...started.changes];
  const rows: MeasuredRow[] = [...started.rows];
  const save = () =>
    writeRecording(path, {
      ...{ family, device: description, date: new Date().toISOString().slice(0, 10), limits },
      ...started,
      ...{ rows, changes },
    });
  const kernels = Object.keys(alsoAt).filter((name) => only === undefined || name === only);
  for (const kernel of kernels) {
    const base = openKernel(kernel, [], limits);
    const { defaults } = base.kernel;
    for (const mutation of mutations.filter((one) => one.kernel === kernel)) {
      const head = openKernel(kernel, mutation.edits, limits);
      for (const configuration of [defaults, { ...defaults, ...alsoAt[kernel] }]) {
        const isKnown = changes.some(
          (one) =>
            one.kernel === kernel && one.name === mutation.name && same(one.configuration, configuration),
        );
        if (isKnown) continue;
        const pair = [
          await prepared(device, base.builder, configuration),
          await prepared(device, head.builder, configuration),
        ];
        const [before, after] = pair;
        if (!before || !after) {
          const built = await head.builder.build(configuration);
          process.stderr.write(
            `${kernel}, ${mutation.name}: ${built.ok ? 'does not run' : built.failure.message}\n`,
          );
          continue;
        }
        const { logRatio, error } = await inTurns(device, [before, after], turns);
        const verified =
          mutation.kind === 'other' ? null : await device.verify(after, before, { indices: false });
        if (verified?.ok === false)
          process.stderr.write(`${kernel}, ${mutation.name}: ${verified.failure.message}\n`);
        changes.push({ kernel, name: mutation.name, configuration, logRatio, error });
        process.stderr.write(
          `${kernel}, ${mutation.name}: x ${Math.exp(logRatio).toFixed(2)} +- ${(100 * error).toFixed(1)} %\n`,
        );
        save();
      }
    }
    const reference = await prepared(device, base.builder, defaults);
    if (reference === null) throw new Error(`${kernel} does not work`);
    let referenceMs: number | null =
      rows.find((row) => row.kernel === kernel && same(row.configuration, defaults))?.ms ?? null;
    for (const point of [null, ...base.space.sample(createRandom(7), options.configurations)]) {
      const configuration = point === null ? defaults : base.space.configuration(point);
      if (rows.some((row) => row.kernel === kernel && same(row.configuration, configuration))) continue;
      const variant = await prepared(device, base.builder, configuration);
      if (variant === null) continue;
      const { logRatio, baseMs } = await inTurns(device, [reference, variant], Math.ceil(turns / 2));
      referenceMs ??= baseMs;
      rows.push({ kernel, configuration, ms: Number((referenceMs * Math.exp(logRatio)).toPrecision(4)) });
      save();
    }
    process.stderr.write(`${kernel}: ${rows.filter((row) => row.kernel === kernel).length} configurations\n`);
  }
  await device.close();
}

function same(one: Configuration, other: Configuration): boolean {
  return Object.entries(other).every(([name, value]) => one[name] === value);
}
