import { type JudgeOptions, noiseFloorOf } from '../../judge/index.ts';
import type { Variant } from '../../kernel/index.ts';
import type { BlockSample } from '../../measure/index.ts';
import type { Host, ProgressStatus } from '../host.ts';
import type { Laboratory } from './laboratory.ts';
import { measureBlocks } from './measure-blocks.ts';

/** As many blocks as `noiseFloorOf` needs at the least; nights that have less time add up. */
const wantedBlocks = 20;

/** What a device's noise is per metric, as a relative change; null where it is unknown. */
export type NoiseFloor = NonNullable<JudgeOptions['noiseFloor']>;

/** Without a number of blocks it is the time that ends them. */
function statusOf(done: number, blocks: number, secondsLeft: number): ProgressStatus {
  const text = `noise floor, A/A block ${done + 1}`;
  return Number.isFinite(blocks)
    ? { text: `${text} of ${blocks}`, share: done / blocks }
    : { text, secondsLeft };
}

/**
 * Measures A/A blocks, in which both arms run the same program, for as long as another one fits into the time.
 * @returns their samples; none if the time was too short for one block
 */
export async function measureNoise(options: {
  readonly host: Host;
  readonly laboratory: Laboratory;
  readonly variant: Variant;
  /** On the laboratory's clock. */
  readonly deadlineMs: number;
  /** At most so many blocks; 20 unless given. */
  readonly blocks?: number;
}): Promise<readonly BlockSample[]> {
  const { host, laboratory, variant, deadlineMs, blocks = wantedBlocks } = options;
  const { kernel, workload } = variant;
  return measureBlocks({
    ...options,
    blocks,
    subjects: [{ kernel, workload, variants: { B: variant, H: variant } }],
    onBlock: (block) =>
      host.progress.update(statusOf(block, blocks, (deadlineMs - laboratory.clock.nowMs()) / 1000)),
  });
}

/** The noise floor that A/A samples show, the noisiest kernel's where there are several; null if they are too few. */
export function noiseFloorIn(samples: readonly BlockSample[]): NoiseFloor | null {
  const subjects = new Map(
    samples.map(({ kernel, workload }) => [JSON.stringify([kernel, workload]), { kernel, workload }]),
  );
  const floorOf = (metric: 'energy' | 'latency') => {
    const floors = [...subjects.values()].flatMap(
      (subject) => noiseFloorOf({ subject, samples, metric }) ?? [],
    );
    return floors.length === 0 ? null : Math.max(...floors);
  };
  const floor = { energy: floorOf('energy'), latency: floorOf('latency') };
  return floor.energy === null && floor.latency === null ? null : floor;
}
