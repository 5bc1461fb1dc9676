import { launchedAlike, type Variant } from '../kernel/index.ts';
import { createRandom } from '../stats/index.ts';
import { armOrder, turnOrder } from './block-order.ts';
import { type BlockProgress, SubjectBlock } from './block-subject.ts';
import type { BlockCosts } from './design.ts';
import type { MeasureOptions } from './options.ts';
import type { Clock, Device, Meter } from './ports.ts';
import type { Bench } from './turn.ts';
import type { Arm, BlockSample } from './types.ts';

/** One kernel and workload to compare. Identical arms are not passed in, except a sentinel's. */
export interface BlockSubject {
  readonly kernel: string;
  readonly workload: string;
  readonly variants: {
    readonly B: Variant;
    readonly H: Variant;
    readonly X?: Variant | undefined;
    readonly R?: Variant | undefined;
  };
}

/** A finished block. */
export interface FinishedBlock {
  readonly block: number;
  readonly samples: readonly BlockSample[];
  readonly elapsedMs: number;
  readonly costs: BlockCosts;
}

export interface BlockTask {
  readonly phase: BlockSample['phase'];
  /** Number of the first block; numbers are never used twice in a phase. */
  readonly firstBlock: number;
  readonly blocks: number;
  readonly subjects: readonly BlockSubject[];
  /** Opens a fresh process for an arm. */
  openDevice(arm: Arm): Promise<Device>;
  /** The meter of a device; null if energy is not measured. */
  openMeter(device: Device): Promise<Meter | null>;
  readonly options: MeasureOptions;
  readonly clock: Clock;
  /** Of the phases at which a sensor that sees a part of the time is met; 1 unless given. */
  readonly seed?: number;
  readonly signal?: AbortSignal | undefined;
  /** Awaited after every block, so that the caller can save it. */
  readonly onBlock?: ((finished: FinishedBlock) => void | Promise<void>) | undefined;
  /**
   * Begun when a board begins to be heated up, and waited for before the first turn: what loads the host or the board has its
   * place there, such as opening the next block's processes. Never called where nothing is heated up, as on software adapters.
   */
  readonly whileHeating?: (() => Promise<void>) | undefined;
  /** Before every turn, for live progress. */
  readonly onTurn?: ((progress: BlockProgress) => void) | undefined;
}

/**
 * Measures every subject's arms side by side in `blocks` blocks.
 *
 * A block is the unit of replication: fresh processes, because a process fixes memory layout, clocks and caches for its
 * lifetime and iterations inside it repeat that one draw. All arms are alive together and take turns; where the options say so, in
 * several processes of each arm, one after the other. Opening them lets the
 * board cool, so a block begins with heating it up.
 *
 * Launches of all arms start alike: what is put back for one of them is put back for all.
 *
 * A failing variant costs its samples of that block (void, with the reason). When `signal` fires, the block under way is
 * dropped and the finished ones are returned. Whatever happens, every device and meter is closed.
 * @throws what opening or using a device throws when it is gone for good
 */
export async function runBlocks(request: BlockTask): Promise<BlockSample[]> {
  const task = { ...request, subjects: request.subjects.map(withArmsAlike) };
  const samples: BlockSample[] = [];
  for (let block = task.firstBlock; block < task.firstBlock + task.blocks; block++) {
    const finished = await runBlock(task, block);
    if (finished === null) break;
    samples.push(...finished.samples);
    await task.onBlock?.(finished);
  }
  return samples;
}

/** What is put back for one arm is put back for all. */
function withArmsAlike(subject: BlockSubject): BlockSubject {
  const { B, H, X, R } = subject.variants;
  const alike = launchedAlike([B, H, X, R].filter((variant) => variant !== undefined));
  const next = alike.values();
  const one = (variant: Variant | undefined) => (variant === undefined ? undefined : next.next().value);
  return { ...subject, variants: { B: one(B) ?? B, H: one(H) ?? H, X: one(X), R: one(R) } };
}

/** null if it was interrupted. */
async function runBlock(task: BlockTask, block: number): Promise<FinishedBlock | null> {
  const startMs = task.clock.nowMs();
  const random = createRandom(task.seed ?? 1);
  const isAborted = () => task.signal?.aborted === true;
  const processes = task.options.processes ?? 1;
  const blocks = task.subjects.map(
    (subject, index) =>
      new SubjectBlock({
        subject,
        turns: turnOrder(armOrder(subjectArms(subject), block), processes),
        block,
        phase: task.phase,
        options: task.options,
        clock: task.clock,
        random: random.fork(`${task.phase} ${block} ${subject.kernel} ${subject.workload}`),
        isAborted,
        whileHeating: task.whileHeating,
        onTurn: (turn) => task.onTurn?.({ ...turn, subject: index + 1, subjects: task.subjects.length }),
      }),
  );
  for (let launch = 0; launch < processes; launch++) {
    if (!(await runLaunch(task, blocks, { block, launch, isAborted }))) return null;
  }
  const elapsedMs = task.clock.nowMs() - startMs;
  const arms = blocks.reduce((sum, one) => sum + one.arms, 0);
  const turns = blocks.reduce((sum, one) => sum + one.spent.turns, 0);
  const turnsMs = blocks.reduce((sum, one) => sum + one.spent.turnsMs, 0);
  return {
    block,
    samples: blocks.flatMap((one) => one.samples((elapsedMs - turnsMs) / arms)),
    elapsedMs,
    costs: {
      launchMs: (elapsedMs - turnsMs) / processes,
      turnMs: Math.max(0, turnsMs / Math.max(1, turns) - task.options.window.windowMs),
    },
  };
}

/** Opens a process of every arm, and takes in them the turns that are theirs; false if it was interrupted. */
async function runLaunch(
  task: BlockTask,
  blocks: readonly SubjectBlock[],
  at: { readonly block: number; readonly launch: number; isAborted(): boolean },
): Promise<boolean> {
  const benches = new Map<Arm, Bench>();
  const opened: { close(): Promise<void> }[] = [];
  try {
    if (at.isAborted()) return false;
    const arms = armOrder(task.subjects.flatMap(subjectArms), at.block);
    for (const [arm, device] of await openDevices(task, arms, opened)) {
      const meter = await task.openMeter(device);
      if (meter !== null) opened.push(meter);
      benches.set(arm, { device, meter });
    }
    for (const [index, one] of blocks.entries()) {
      if (!(await one.takeTurns({ benches, isFirst: index === 0 }))) return false;
    }
    return true;
  } finally {
    await closeAll(opened);
  }
}

/** Nothing is measured yet, so the processes start side by side. What could be opened is in `opened`, whoever fails. */
async function openDevices(
  task: BlockTask,
  arms: readonly Arm[],
  opened: { close(): Promise<void> }[],
): Promise<readonly (readonly [Arm, Device])[]> {
  const opening = arms.map(async (arm) => {
    const device = await task.openDevice(arm);
    opened.push(device);
    return [arm, device] as const;
  });
  await Promise.allSettled(opening);
  return Promise.all(opening);
}

function subjectArms({ variants }: BlockSubject): Arm[] {
  return (['B', 'H', 'X', 'R'] as const).filter((arm) => variants[arm] !== undefined);
}

/** Closes in reverse order; one that fails to close does not keep the others open. */
async function closeAll(opened: readonly { close(): Promise<void> }[]): Promise<void> {
  const results: PromiseSettledResult<void>[] = [];
  for (const one of [...opened].reverse()) results.push(...(await Promise.allSettled([one.close()])));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
