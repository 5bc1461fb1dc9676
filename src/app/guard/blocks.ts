import { type JudgePlan, mostFlagBlocks, type PlanOptions, planNext } from '../../judge/index.ts';
import { BlockDesigner, type BlockSample } from '../../measure/index.ts';
import type { Host } from '../host.ts';
import { type Laboratory, machineLabel, measureBlock } from '../laboratory/index.ts';
import type { Contest } from './arms.ts';

export interface Measured {
  readonly samples: readonly BlockSample[];
  /** What ended it before the judge was done; null if the judge was. */
  readonly cutShort: 'time' | 'interrupted' | null;
  /** How the machine changed while it was measured; null if it did not. */
  readonly machineChanged: string | null;
}

type Phase = Exclude<JudgePlan, { phase: 'done' }>;

function describePhase(phase: Phase['phase'], subjects: number): string {
  const kernels = subjects === 1 ? '1 kernel' : `${subjects} kernels`;
  return phase === 'flag'
    ? `measuring ${kernels}, base and head in turns`
    : `confirming ${kernels} in fresh blocks`;
}

function isOf({ subject }: Contest, one: { readonly kernel: string; readonly workload: string }): boolean {
  return subject.kernel === one.kernel && subject.workload === one.workload;
}

/**
 * The contests of a plan that can be brought to its end in the time that is left, the most worthwhile first. Sentinels
 * are always among them: without one there is nothing to tell a machine that moves by.
 * @param time.contestMs what a contest takes per block; 0 if that is unknown yet
 */
function fitting(
  contests: readonly Contest[],
  plan: Phase,
  time: { readonly leftMs: number; readonly contestMs: number },
): readonly Contest[] {
  const wanted = plan.subjects.flatMap((one) => contests.find((contest) => isOf(contest, one)) ?? []);
  if (time.leftMs <= 0) return [];
  if (time.contestMs <= 0) return wanted;
  const room = Math.floor(time.leftMs / (time.contestMs * plan.blocks));
  if (room >= wanted.length) return wanted;
  const sentinels = wanted.filter(({ subject }) => subject.sentinel);
  const others = wanted.filter(({ subject }) => !subject.sentinel);
  // What cannot be brought to its end is begun all the same: three blocks decide something.
  const chosen = [...sentinels, ...others.slice(0, Math.max(1, room - sentinels.length))];
  return chosen.length * time.contestMs <= time.leftMs ? chosen : [];
}

/** What the plan is told of the time: nothing as long as all contests get all the blocks that flagging may take. */
function blocksFitting(
  contests: number,
  { leftMs, contestMs }: { readonly leftMs: number; readonly contestMs: number },
): { readonly blocksLeft?: number } {
  const room = leftMs / contestMs;
  return contestMs <= 0 || room >= mostFlagBlocks * contests
    ? {}
    : { blocksLeft: Math.max(0, Math.floor(room)) };
}

/** A change by half a margin beyond it is to be seen. */
function designedSubject({ subject }: Contest) {
  const { kernel, workload, arms, gate } = subject;
  const wanted = { energy: gate.energy.margin / 2, latency: gate.latency.margin / 2 };
  return { kernel, workload, arms: arms.length, wanted };
}

/** Measures blocks for as long as the judge asks for them and the time lasts, one at a time. */
export async function measureContests(options: {
  readonly host: Host;
  readonly laboratory: Laboratory;
  readonly contests: readonly Contest[];
  /** Flagging stops then with what it has. */
  readonly seconds: number;
  /** What was flagged may take this much longer to be confirmed: a suspicion should not have to stay one. */
  readonly followUpSeconds: number;
  readonly judging: PlanOptions;
}): Promise<Measured> {
  const { host, laboratory, contests, seconds, followUpSeconds, judging } = options;
  const { clock } = laboratory;
  const subjects = contests.map((contest) => contest.subject);
  const samples: BlockSample[] = [];
  const flagUntilMs = clock.nowMs() + seconds * 1000;
  const confirmUntilMs = flagUntilMs + followUpSeconds * 1000;
  const machine = machineLabel(laboratory.info);
  const blocks = { flag: 0, confirm: 0 };
  const designer = new BlockDesigner(laboratory.measureOptions('judge'));
  let contestMs = 0;
  let stage = '';
  let flaggingIsOver = false;
  let machineChanged: string | null = null;
  const openDevice = async () => {
    const device = await laboratory.openDevice();
    const now = machineLabel(device.info);
    if (now !== machine) machineChanged ??= `a process ran on ${now}, not on ${machine}`;
    return device;
  };
  for (;;) {
    const blocksLeft = blocksFitting(contests.length, { leftMs: flagUntilMs - clock.nowMs(), contestMs });
    const plan = planNext(subjects, samples, { ...judging, machineChanged, flaggingIsOver, ...blocksLeft });
    if (plan.phase === 'done') {
      return { samples, cutShort: flaggingIsOver ? 'time' : null, machineChanged };
    }
    if (host.signal.aborted) return { samples, cutShort: 'interrupted', machineChanged };
    const startMs = clock.nowMs();
    // A block that cannot end in time would be thrown away, and the budget with it.
    const untilMs = plan.phase === 'flag' ? flagUntilMs : confirmUntilMs;
    const wanted = fitting(contests, plan, { leftMs: untilMs - startMs, contestMs });
    if (wanted.length === 0 && plan.phase === 'flag') {
      flaggingIsOver = true;
      continue;
    }
    if (wanted.length === 0) return { samples, cutShort: 'time', machineChanged };
    const nextStage = describePhase(plan.phase, wanted.length);
    if (nextStage !== stage) host.progress.stage(nextStage);
    stage = nextStage;
    const done = blocks[plan.phase]++;
    const measured = await measureBlock({
      host,
      laboratory,
      phase: plan.phase,
      block: done + 1,
      subjects: wanted.map((contest) => contest.blockSubject),
      openDevice,
      options: designer.next(plan.phase, samples, wanted.map(designedSubject), untilMs - startMs),
      onBlock: ({ costs }) => designer.learn(costs),
      onTurn: (turn) => {
        const within = (turn.subject - 1 + turn.turn / turn.turns) / turn.subjects;
        const total = done + plan.blocks;
        const leftMs = contestMs * wanted.length * (plan.blocks - within);
        host.progress.update({
          text: `block ${done + 1} of ${total}${plan.phase === 'flag' ? ' or more' : ''}: ${turn.kernel}`,
          share: (done + within) / total,
          ...(contestMs > 0 ? { secondsLeft: leftMs / 1000 } : {}),
        });
      },
    });
    // What ran on another machine is no pair.
    if (machineChanged === null) samples.push(...measured);
    contestMs = (clock.nowMs() - startMs) / wanted.length;
  }
}
