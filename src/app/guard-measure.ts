import { planNext, type Subject } from '../judge/index.ts';
import { type BlockSample, type BlockSubject, runBlocks } from '../measure/index.ts';
import type { Comparison } from './comparison.ts';
import type { Host } from './host.ts';
import type { Laboratory } from './laboratory.ts';

type Measurable = Extract<Comparison, { status: 'identical' | 'changed' }>;
type Added = Extract<Comparison, { status: 'new' }>;

/** A comparison that is measured: a changed kernel, or a sentinel beside one. */
export interface Contest {
  readonly comparison: Measurable;
  readonly subject: Subject;
  readonly blockSubject: BlockSubject;
}

/** An arm that does not run: what the user sees instead of a measurement. */
export interface BrokenArm {
  readonly comparison: Comparison;
  readonly status: 'missing-baseline' | 'broken-head';
  readonly reason: string;
}

/** What will be measured: everything that changed and, if anything did, the sentinels. */
export function selectMeasurable(comparisons: readonly Comparison[]): readonly Measurable[] {
  const changed = comparisons.some((comparison) => comparison.status === 'changed');
  return comparisons.filter(
    (comparison): comparison is Measurable =>
      comparison.status === 'changed' ||
      (changed && comparison.status === 'identical' && comparison.definition.sentinel),
  );
}

/** Kernels that are new in head: not compared with anything, but they have to run. */
export function selectAdded(comparisons: readonly Comparison[]): readonly Added[] {
  return comparisons.filter((comparison): comparison is Added => comparison.status === 'new');
}

/** Runs every arm once and compares its outputs: nothing wrong or failing gets as far as a block. */
export async function checkArms(options: {
  readonly host: Host;
  readonly laboratory: Laboratory;
  readonly comparisons: readonly (Measurable | Added)[];
}): Promise<{ readonly contests: readonly Contest[]; readonly broken: readonly BrokenArm[] }> {
  const { host, laboratory, comparisons } = options;
  const { device } = laboratory;
  const contests: Contest[] = [];
  const broken: BrokenArm[] = [];
  for (const [index, comparison] of comparisons.entries()) {
    host.signal.throwIfAborted();
    const { kernel, workload, head, definition } = comparison;
    host.progress.update({ text: `checking ${kernel} ${workload}`, share: index / comparisons.length });
    const headRuns = await device.verify(head.variant, head.reference);
    if (!headRuns.ok) {
      const reason = `head does not run: ${headRuns.failure.message}`;
      broken.push({ comparison, status: 'broken-head', reason });
      continue;
    }
    if (comparison.status === 'new') continue;
    const { base, codeOnly } = comparison;
    const baseRuns = await device.verify(base.variant, base.reference);
    if (!baseRuns.ok) {
      const reason = `base does not run: ${baseRuns.failure.message}`;
      broken.push({ comparison, status: 'missing-baseline', reason });
      continue;
    }
    const codeOnlyRuns = codeOnly !== null && (await device.verify(codeOnly.variant, codeOnly.reference)).ok;
    contests.push({
      comparison,
      subject: {
        kernel,
        workload,
        gate: definition.gate,
        sentinel: definition.sentinel,
        arms: codeOnlyRuns ? ['B', 'H', 'X'] : ['B', 'H'],
        energyEstimated: laboratory.meter?.info.estimated ?? false,
      },
      blockSubject: {
        kernel,
        workload,
        variants: {
          B: base.variant,
          H: head.variant,
          X: codeOnlyRuns ? codeOnly.variant : undefined,
        },
      },
    });
  }
  return { contests, broken };
}

/** Seconds after which judging stops with what it has, and why the caller chose them. */
export interface JudgeBudget {
  readonly seconds: number;
}

export interface Measured {
  readonly samples: readonly BlockSample[];
  /** True if the budget or the user ended it before the judge was done. */
  readonly partial: boolean;
}

function describePhase(phase: 'flag' | 'confirm', subjects: number): string {
  const kernels = subjects === 1 ? '1 kernel' : `${subjects} kernels`;
  return phase === 'flag'
    ? `measuring ${kernels}, base and head in turns`
    : `confirming ${kernels} in fresh blocks`;
}

/** Measures blocks for as long as the judge asks for them and the budget lasts. */
export async function measureContests(options: {
  readonly host: Host;
  readonly laboratory: Laboratory;
  readonly contests: readonly Contest[];
  readonly budget: JudgeBudget;
}): Promise<Measured> {
  const { host, laboratory, contests, budget } = options;
  const subjects = contests.map((contest) => contest.subject);
  const samples: BlockSample[] = [];
  const deadlineMs = laboratory.clock.nowMs() + budget.seconds * 1000;
  for (;;) {
    const plan = planNext(subjects, samples);
    if (plan.phase === 'done') return { samples, partial: false };
    const wanted = contests.filter((contest) =>
      plan.subjects.some(
        (subject) =>
          subject.kernel === contest.subject.kernel && subject.workload === contest.subject.workload,
      ),
    );
    host.progress.stage(describePhase(plan.phase, wanted.length));
    const first = 1 + Math.max(0, ...samples.filter((s) => s.phase === plan.phase).map((s) => s.block));
    let blockMs = 0;
    for (let done = 0; done < plan.blocks; done++) {
      // A block that cannot end in time would be thrown away, and the budget with it.
      const outOfTime = laboratory.clock.nowMs() + blockMs > deadlineMs;
      if (outOfTime || host.signal.aborted) return { samples, partial: true };
      const startMs = laboratory.clock.nowMs();
      const block = await runBlocks({
        phase: plan.phase,
        firstBlock: first + done,
        blocks: 1,
        subjects: wanted.map((contest) => contest.blockSubject),
        openDevice: () => laboratory.openDevice(),
        openMeter: (device) => laboratory.openMeter(device),
        options: laboratory.measureOptions('judge'),
        clock: laboratory.clock,
        signal: host.signal,
        onTurn: (turn) => {
          const within = (turn.subject - 1 + turn.turn / turn.turns) / turn.subjects;
          host.progress.update({
            text: `block ${done + 1} of ${plan.blocks}: ${turn.kernel}`,
            share: (done + within) / plan.blocks,
            ...(blockMs > 0 ? { secondsLeft: (blockMs * (plan.blocks - done - within)) / 1000 } : {}),
          });
        },
      });
      samples.push(...block);
      blockMs = laboratory.clock.nowMs() - startMs;
    }
  }
}
