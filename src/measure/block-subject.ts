import type { Variant, VariantFailure } from '../kernel/index.ts';
import { mean, type Random } from '../stats/index.ts';
import { turnOrder } from './block-order.ts';
import { blockWindowOf } from './block-window.ts';
import { heatUp } from './heat-up.ts';
import type { MeasureOptions } from './options.ts';
import { meanResetShares } from './resets.ts';
import { type Bench, type Turn, takeTurn } from './turn.ts';
import type { Arm, BlockSample } from './types.ts';

/** Where a run of blocks is, before a turn. Counts are 1-based. */
export interface BlockProgress {
  readonly phase: BlockSample['phase'];
  readonly block: number;
  readonly kernel: string;
  readonly workload: string;
  readonly arm: Arm;
  readonly turn: number;
  readonly turns: number;
  readonly subject: number;
  readonly subjects: number;
}

interface SubjectRequest {
  readonly subject: {
    readonly kernel: string;
    readonly workload: string;
    readonly variants: Readonly<Partial<Record<Arm, Variant | undefined>>>;
  };
  readonly order: readonly Arm[];
  readonly benches: ReadonlyMap<Arm, Bench>;
  readonly block: number;
  readonly phase: BlockSample['phase'];
  readonly options: MeasureOptions;
  /** The board is as cold as it was left: heat it up before the first turn. */
  readonly cold: boolean;
  readonly random: Random;
  isAborted(): boolean;
  /** See `BlockTask`. */
  readonly whileHeating?: (() => Promise<void>) | undefined;
  onTurn(turn: Omit<BlockProgress, 'subject' | 'subjects'>): void;
}

/** One subject's samples of a block, one per arm; null if it was interrupted. */
export async function measureSubject(request: SubjectRequest): Promise<BlockSample[] | null> {
  const { subject, order, phase, block } = request;
  const failures = new Map<Arm, VariantFailure>();
  const turns = new Map<Arm, Turn[]>(order.map((arm) => [arm, []]));
  if (request.isAborted()) return null;
  await prepareArms(request, failures);
  await heat(request, failures);
  const sequence = turnOrder(order);
  for (const [index, arm] of sequence.entries()) {
    if (request.isAborted()) return null;
    // Without B or H there is no pair; the other arms mean nothing alone.
    if (failures.has('B') || failures.has('H')) break;
    if (failures.has(arm)) continue;
    const { kernel, workload } = subject;
    request.onTurn({ phase, block, kernel, workload, arm, turn: index + 1, turns: sequence.length });
    const { bench, variant } = armOf(request, arm);
    const random = request.random.fork(`turn ${index}`);
    const turn = await takeTurn({ bench, variant, options: request.options, random });
    if (turn.ok) turns.get(arm)?.push(turn.value);
    else failures.set(arm, turn.failure);
  }
  return [...order]
    .sort((a, b) => 'BHXR'.indexOf(a) - 'BHXR'.indexOf(b))
    .map((arm) => toSample(request, arm, turns.get(arm) ?? [], failures));
}

/**
 * Compiling keeps the host busy: all of it is done before the first turn, on all arms' processes side by side. Programs of
 * other kinds are started one after the other: what they say of time while they warm up is checked against the clock.
 */
async function prepareArms(request: SubjectRequest, failures: Map<Arm, VariantFailure>): Promise<void> {
  const prepare = async (arm: Arm) => {
    const { bench, variant } = armOf(request, arm);
    const prepared = await bench.device.prepare(variant);
    if (!prepared.ok) failures.set(arm, prepared.failure);
  };
  const isProgram = (arm: Arm) => request.subject.variants[arm]?.command !== undefined;
  await Promise.all(request.order.filter((arm) => !isProgram(arm)).map(prepare));
  for (const arm of request.order.filter(isProgram)) await prepare(arm);
}

/** Brings the board to the temperature that it has under load, with the first arm that runs. */
async function heat(request: SubjectRequest, failures: Map<Arm, VariantFailure>): Promise<void> {
  const { order, options, cold, isAborted } = request;
  const arm = order.find((one) => !failures.has(one));
  const { heatUpMs: longestMs = 0 } = options.window;
  if (!cold || longestMs === 0 || arm === undefined || failures.has('B') || failures.has('H')) return;
  let isDisturbed = request.whileHeating !== undefined;
  const beside = (request.whileHeating?.() ?? Promise.resolve()).finally(() => {
    isDisturbed = false;
  });
  const [heated] = await Promise.allSettled([
    heatUp({ ...armOf(request, arm), longestMs, isAborted, isDisturbed: () => isDisturbed }),
    beside,
  ]);
  await beside;
  if (heated.status === 'rejected') throw heated.reason;
  if (!heated.value.ok) failures.set(arm, heated.value.failure);
}

function armOf({ subject, benches }: SubjectRequest, arm: Arm): { bench: Bench; variant: Variant } {
  const bench = benches.get(arm);
  const variant = subject.variants[arm];
  if (bench === undefined || variant === undefined) {
    throw new Error(`arm ${arm} of ${subject.kernel} was not opened`);
  }
  return { bench, variant };
}

/** An arm's turns as one sample. A missing turn voids it: half of A B B A no longer cancels drift. */
function toSample(
  { subject, block, phase }: SubjectRequest,
  arm: Arm,
  turns: readonly Turn[],
  failures: ReadonlyMap<Arm, VariantFailure>,
): BlockSample {
  const voidReasons = [...new Set(turns.flatMap((turn) => turn.voidReasons))];
  const own = failures.get(arm);
  const other = failures.get('B') === undefined ? 'H' : 'B';
  if (own !== undefined) voidReasons.push(`${own.kind}: ${own.message}`);
  else if (failures.has(other)) voidReasons.push(`not measured because arm ${other} failed`);
  const failed = own !== undefined || failures.has(other);
  const window = blockWindowOf(turns);
  const reset = meanResetShares(turns.map((turn) => turn.reset));
  return {
    kernel: subject.kernel,
    workload: subject.workload,
    arm,
    block,
    phase,
    latencyMs: failed ? null : meanOrNull(turns.map((turn) => turn.latencyMs)),
    joules: failed ? null : meanOrNull(turns.map((turn) => turn.energy?.joules ?? null)),
    latencyResolution: Math.max(0, ...turns.map((turn) => turn.latencyResolution)),
    energyResolution: Math.max(0, ...turns.map((turn) => turn.energy?.relativeResolution ?? 0)),
    voidReasons,
    ...(reset === null || failed ? {} : { reset }),
    ...(window === null || failed ? {} : { window }),
  };
}

/** Mean of the turns; null if one of them is missing. */
function meanOrNull(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length > 0 && known.length === values.length ? mean(known) : null;
}
