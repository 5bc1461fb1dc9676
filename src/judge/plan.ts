import type { BlockSample } from '../measure/index.ts';
import { type Evidence, gatherEvidence, metrics } from './evidence.ts';
import { attemptsFactor, type JudgeOptions, leastBlocks, suspectFactor, withDefaults } from './options.ts';
import { pairsOf, poolAttempts, samplesBySubject } from './pairs.ts';
import { movedSentinels } from './sentinel.ts';
import { standingOf } from './settled.ts';
import type { JudgePlan, Subject } from './types.ts';

export interface PlanOptions extends JudgeOptions {
  /** No more flagging blocks: what is flagged by now is confirmed in the time that is left. */
  readonly flaggingIsOver?: boolean;
}

/**
 * What to measure next, given everything measured so far. Where there is no time for all of it, the first of `subjects`
 * are worth it most.
 *
 * Every subject gets three flagging blocks. Those whose outcome is still open get more, one at a time and up to six, the
 * nearest to their margin first; those that look worse than their margin even then, and are not flagged, up to twelve.
 * Then, if a metric that gates is flagged, those kernels get fresh blocks to confirm it, the clearest first, and the
 * sentinels with them: the machine may have changed since. Void blocks are measured again,
 * up to twice the wanted number of blocks; a subject that never gave a block is given up.
 */
export function planNext(
  subjects: readonly Subject[],
  samples: readonly BlockSample[],
  options: PlanOptions = {},
): JudgePlan {
  const { flaggingIsOver = false, ...judging } = options;
  const settings = withDefaults(judging);
  if (settings.machineChanged !== null) return { phase: 'done' };
  const measuredOf = samplesBySubject(samples);
  const pooledOf = samplesBySubject(poolAttempts(samples, settings.earlier));
  const missing: Missing = (wanted) => missingBlocks({ ...wanted, samplesOf: measuredOf });
  const evidenceOf = evidenceBySubject(pooledOf, settings);
  if (!flaggingIsOver) {
    const flag = flagNext({ subjects, evidenceOf, missing, settings });
    if (flag !== null) return flag;
  }
  // With a moving sentinel nothing can turn red: confirming would measure the environment.
  if (movedSentinels(subjects, pooledOf, settings).length > 0) return { phase: 'done' };
  const flagged = subjects
    .map((subject) => ({ subject, strength: flagStrength(evidenceOf(subject)) }))
    .filter(({ strength }) => strength > 0)
    .sort((a, b) => b.strength - a.strength)
    .map(({ subject }) => subject);
  if (flagged.length === 0) return { phase: 'done' };
  const sentinels = subjects.filter(({ sentinel }) => sentinel);
  const confirm = missing({
    subjects: [...sentinels, ...flagged],
    phase: 'confirm',
    blocks: settings.confirmBlocks,
    finishFirst: true,
  });
  return confirm ?? { phase: 'done' };
}

/** The evidence on all metrics of a subject, gathered when it is first asked for. */
function evidenceBySubject(
  samplesOf: (subject: Subject) => readonly BlockSample[],
  settings: Required<JudgeOptions>,
): (subject: Subject) => readonly Evidence[] {
  const gathered = new Map<Subject, readonly Evidence[]>();
  return (subject) => {
    const known = gathered.get(subject);
    if (known !== undefined) return known;
    const samples = samplesOf(subject);
    const evidence = metrics.map((metric) => gatherEvidence(subject, metric, samples, settings));
    gathered.set(subject, evidence);
    return evidence;
  };
}

type Missing = (wanted: Omit<Wanted, 'samplesOf'>) => Phase | null;
type Phase = Extract<JudgePlan, { phase: 'flag' | 'confirm' }>;

/** Flagging blocks that are still to be measured; null if there are none. */
function flagNext(request: {
  readonly subjects: readonly Subject[];
  readonly evidenceOf: (subject: Subject) => readonly Evidence[];
  readonly missing: Missing;
  readonly settings: Required<JudgeOptions>;
}): Phase | null {
  const { subjects, evidenceOf, missing, settings } = request;
  const { flagBlocks } = settings;
  const first = missing({
    subjects,
    phase: 'flag',
    blocks: Math.min(leastBlocks, flagBlocks),
    finishFirst: true,
  });
  if (first !== null) return first;
  const open = subjects
    .map((subject) => ({ subject, ...standingOf(evidenceOf(subject), settings) }))
    .filter(({ settled }) => !settled)
    .sort((a, b) => Number(b.subject.sentinel) - Number(a.subject.sentinel) || a.distance - b.distance)
    .map(({ subject }) => subject);
  const more = missing({ subjects: open, phase: 'flag', blocks: flagBlocks, finishFirst: false });
  if (more !== null) return { ...more, blocks: 1 };
  const suspects = subjects.filter((subject) => evidenceOf(subject).some(isSuspect));
  const again = missing({
    subjects: suspects,
    phase: 'flag',
    blocks: suspectFactor * flagBlocks,
    finishFirst: false,
  });
  return again === null ? null : { ...again, blocks: 1 };
}

/**
 * Whether a metric that gates looks worse than its margin without being flagged: what is lost here is lost for good. More
 * looks flag more of what lies on its margin, which only costs blocks: fresh ones decide.
 */
function isSuspect({ gates, flagged, flagEstimate, margin }: Evidence): boolean {
  return gates && !flagged && flagEstimate !== null && flagEstimate.mean > Math.log1p(margin.margin);
}

/** How many standard errors above its margin the clearest flagged metric that gates lies; 0 if none is flagged. */
function flagStrength(evidence: readonly Evidence[]): number {
  const strengths = evidence.map(({ gates, flagged, flagEstimate, margin }) => {
    if (!gates || !flagged || flagEstimate === null) return 0;
    return (flagEstimate.mean - Math.log1p(margin.margin)) / Math.max(flagEstimate.standardError, 1e-12);
  });
  return Math.max(...strengths);
}

interface Wanted {
  readonly subjects: readonly Subject[];
  readonly samplesOf: (subject: Subject) => readonly BlockSample[];
  readonly phase: BlockSample['phase'];
  readonly blocks: number;
  /** Those that lack least come first, whatever order they are given in. */
  readonly finishFirst: boolean;
}

/** A plan for the subjects that lack blocks of a phase; null if none does, or none that can be helped. */
function missingBlocks(wanted: Wanted): Phase | null {
  const { subjects, samplesOf, phase } = wanted;
  const lacking = subjects
    .map((subject) => ({ subject, blocks: missingOf(samplesOf(subject), phase, wanted.blocks) }))
    .filter(({ blocks }) => blocks > 0);
  if (lacking.length === 0) return null;
  if (wanted.finishFirst) lacking.sort((a, b) => a.blocks - b.blocks);
  return {
    phase,
    // The fewest that any of them needs: nobody is measured more often than planned, the next call sees to the rest.
    blocks: Math.min(...lacking.map(({ blocks }) => blocks)),
    subjects: lacking.map(({ subject: { kernel, workload } }) => ({ kernel, workload })),
  };
}

function missingOf(samples: readonly BlockSample[], phase: BlockSample['phase'], wanted: number): number {
  const pairs = pairsOf({ samples, phase, from: 'B', to: 'H' });
  const complete = pairs.filter(
    ({ from, to }) => from.voidReasons.length === 0 && to.voidReasons.length === 0,
  ).length;
  if (complete === 0 && pairs.length >= leastBlocks) return 0;
  return Math.max(0, Math.min(wanted - complete, attemptsFactor * wanted - pairs.length));
}
