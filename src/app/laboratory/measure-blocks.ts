import {
  type BlockProgress,
  type BlockSample,
  type BlockSubject,
  type BlockTask,
  type MeasureOptions,
  runBlocks,
} from '../../measure/index.ts';
import type { Host } from '../host.ts';
import type { Laboratory } from './laboratory.ts';

/** What a block is measured with, and what of. */
export interface BlockRun {
  readonly host: Host;
  readonly laboratory: Laboratory;
  readonly subjects: readonly BlockSubject[];
}

/** How many processes a block takes: one for each kind of arm that any subject has. */
function armsIn(subjects: readonly BlockSubject[]): number {
  return new Set(
    subjects.flatMap(({ variants }) =>
      Object.entries(variants).flatMap(([arm, variant]) => (variant === undefined ? [] : [arm])),
    ),
  ).size;
}

/**
 * Measures one block, in fresh processes of the laboratory.
 * @returns its samples; none if it was interrupted
 */
export function measureBlock(
  run: BlockRun & {
    readonly phase: BlockSample['phase'];
    /** Its number, never used twice in a phase. */
    readonly block: number;
    readonly openDevice?: Laboratory['openDevice'];
    /** A judge's unless given. */
    readonly options?: MeasureOptions;
    readonly onBlock?: BlockTask['onBlock'];
    readonly onTurn?: (turn: BlockProgress) => void;
  },
): Promise<readonly BlockSample[]> {
  const { host, laboratory, subjects, phase, block, onTurn } = run;
  return runBlocks({
    phase,
    firstBlock: block,
    blocks: 1,
    subjects,
    openDevice: run.openDevice ?? (() => laboratory.openDevice()),
    openMeter: () => laboratory.openMeter(),
    options: run.options ?? laboratory.measureOptions('judge'),
    onBlock: run.onBlock,
    clock: laboratory.clock,
    signal: host.signal,
    // There will probably be another block, of as many arms.
    whileHeating: () => laboratory.openAhead(armsIn(subjects)),
    onTurn,
  });
}

/**
 * Measures block by block for as long as another one, as long as the last, ends in time.
 * @returns samples of the blocks that were measured, numbered from 0
 */
export async function measureBlocks(
  run: BlockRun & {
    /** At most so many. */
    readonly blocks: number;
    /** On the laboratory's clock. */
    readonly deadlineMs: number;
    /** `subjects` with the arms that are worth another block; all of them unless given. */
    readonly worthAnother?: (samples: readonly BlockSample[]) => readonly BlockSubject[];
    /** Before each block, with its number. */
    readonly onBlock?: (block: number) => void;
    readonly onTurn?: (block: number, turn: BlockProgress) => void;
  },
): Promise<readonly BlockSample[]> {
  const { host, laboratory, blocks, deadlineMs, worthAnother, onBlock, onTurn } = run;
  const samples: BlockSample[] = [];
  let blockMs = 0;
  for (let block = 0; block < blocks; block++) {
    const startMs = laboratory.clock.nowMs();
    const subjects = worthAnother?.(samples) ?? run.subjects;
    if (host.signal.aborted || startMs + blockMs > deadlineMs) break;
    onBlock?.(block);
    const task = { host, laboratory, subjects, phase: 'flag', block } as const;
    samples.push(...(await measureBlock({ ...task, onTurn: (turn) => onTurn?.(block, turn) })));
    blockMs = laboratory.clock.nowMs() - startMs;
  }
  return samples;
}
