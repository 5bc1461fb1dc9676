import type { Variant } from '../../kernel/index.ts';
import { takeTurn } from '../../measure/index.ts';
import { createRandom } from '../../stats/index.ts';
import type { Host } from '../host.ts';
import type { Laboratory } from './laboratory.ts';

/** What a launch costs, or why that is not known. */
export type OnceMeasured =
  | { readonly latencyMs: number | null; readonly joules: number | null }
  | { readonly fault: string };

/**
 * Measures each variant once, in one process: enough to weigh it beside others, too little to compare it with anything.
 * What fails, or is left when the time is up, costs itself only.
 * @param options.deadlineMs on the laboratory's clock
 */
export async function measureOnce(options: {
  readonly host: Host;
  readonly laboratory: Laboratory;
  readonly variants: readonly Variant[];
  readonly deadlineMs: number;
}): Promise<readonly OnceMeasured[]> {
  const { host, laboratory, variants, deadlineMs } = options;
  if (variants.length === 0) return [];
  const device = await laboratory.openDevice();
  const meter = await laboratory.openMeter();
  const random = createRandom(1);
  const measured: OnceMeasured[] = [];
  try {
    for (const [index, variant] of variants.entries()) {
      const { kernel, workload } = variant;
      if (host.signal.aborted || laboratory.clock.nowMs() > deadlineMs) {
        measured.push({ fault: 'the time was up' });
        continue;
      }
      host.progress.update({ text: `measuring ${kernel} once`, share: index / variants.length });
      const turn = await takeTurn({
        bench: { device, meter },
        variant,
        options: laboratory.measureOptions('search'),
        random: random.fork(`${kernel} ${workload}`),
      });
      measured.push(
        turn.ok
          ? { latencyMs: turn.value.latencyMs, joules: turn.value.energy?.joules ?? null }
          : { fault: turn.failure.message },
      );
    }
    return measured;
  } finally {
    await meter?.close();
    await device.close();
  }
}
