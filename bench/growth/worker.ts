import { resolve } from 'node:path';
import { findDriver } from '../../src/device/index.ts';
import type { Variant } from '../../src/kernel/index.ts';
import { variantOf } from '../../test/device/programs.ts';
import { openWatchedDevice } from '../../test/support/watched-worker.ts';

/** A program like no other, of a few dozen instructions. */
function different(n: number): Variant {
  const turns = Array.from({ length: 16 }, (_, i) => `x = fract(x * 1.${(n * 16 + i) % 997} + 0.${n});`);
  const body = ['var x = a[i];', ...turns, 'o[i] = select(a[i], x, x > 2.0);'];
  return variantOf(`different-${n}`, body.join('\n'));
}

/** Prepares, checks and times that many programs on the adapter at hand, and runs every fourth for a while. */
export async function launchMany(options: {
  readonly trials: number;
  readonly every: number;
  readonly seen: (trials: number, held: { readonly rssMb: number; readonly heapMb: number }) => void;
}): Promise<void> {
  const workerPath = resolve('dist/worker.js');
  const cacheFolder = resolve('node_modules/.cache/joulegate-bench');
  const driver = await findDriver({ workerPath, environment: process.env, cacheFolder });
  const { device, held } = await openWatchedDevice({ workerPath, driver });
  const look = async (trials: number) => {
    const { rss, heap } = await held();
    options.seen(trials, { rssMb: rss / 1e6, heapMb: heap / 1e6 });
  };
  const reference = variantOf('reference', 'o[i] = a[i];');
  await look(0);
  for (let n = 1; n <= options.trials; n++) {
    const variant = different(n);
    const outcomes = [
      await device.prepare(variant),
      await device.verify(variant, reference),
      await device.time(variant, { samples: 3, minSampleMs: 1, maxMs: 100 }),
      ...(n % 4 === 0 ? [await device.run(variant, 30)] : []),
    ];
    const failed = outcomes.find(({ ok }) => !ok);
    if (failed !== undefined) throw new Error(JSON.stringify(failed));
    if (n % options.every === 0) await look(n);
  }
  console.log(`\non ${device.info.description}`);
  await device.close();
}
