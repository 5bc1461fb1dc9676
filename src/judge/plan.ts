import type { BlockSample } from '../measure/index.ts';
import { confirmations, isDecided, isTested } from './confirmation.ts';
import { type Evidence, gatherEvidence } from './evidence.ts';
import { schedule } from './levels.ts';
import { gatherNetworkEvidence } from './networks.ts';
import { attemptsFactor, type JudgeOptions, withDefaults } from './options.ts';
import { pairsOf, poolAttempts, type SubjectKey, samplesBySubject } from './pairs.ts';
import { movedSentinels } from './sentinel.ts';
import { looksWorse, networkBlocks, standingOf } from './settled.ts';
import type { JudgePlan, Subject } from './types.ts';

export interface PlanOptions extends JudgeOptions {
  /** No more flagging blocks: what is flagged by now is confirmed in the time that is left. */
  readonly flaggingIsOver?: boolean;
  /**
   * Blocks of one subject that there is time for; as many as it takes unless given. What can be decided in them comes first, the
   * quickest before all, and what cannot comes last.
   */
  readonly blocksLeft?: number;
  /**
   * Tests that other runs may add to those here before all are judged together; none unless given. Taken to be as many at the
   * worst, so that what is certain here is certain among all.
   */
  readonly others?: number;
}

/**
 * What to measure next, given everything measured so far. Where there is no time for all of it, the first of `subjects`
 * are worth it most.
 *
 * Every subject gets three flagging blocks. Those whose outcome is still open get more, one at a time and up to six, the
 * nearest to their margin first; those that look worse than their margin even then, and are not flagged, up to twelve. Kernels of
 * networks that are open get as many beside them, one block of all of a network's kernels at a time.
 * Then, if a metric that gates is flagged, those kernels get fresh blocks to confirm it, the clearest first, and the
 * sentinels with them: the machine may have changed since. After three, and after every further one up to twelve, those
 * that are confirmed, or have no hope to be, are done. Void blocks are measured again,
 * up to twice the wanted number of blocks; a subject that never gave a block is given up.
 */
export function planNext(
  subjects: readonly Subject[],
  samples: readonly BlockSample[],
  options: PlanOptions = {},
): JudgePlan {
  const { flaggingIsOver = false, others = 0, blocksLeft = Number.POSITIVE_INFINITY, ...judging } = options;
  const settings = withDefaults(judging);
  if (settings.machineChanged !== null) return { phase: 'done' };
  const measuredOf = samplesBySubject(samples);
  const pooledOf = samplesBySubject(poolAttempts(samples, settings.earlier));
  const missing: Missing = (wanted) => missingBlocks({ ...wanted, samplesOf: measuredOf });
  const evidenceOf = evidenceBySubject(pooledOf, settings);
  const networks = settings.networks.map((network) => gatherNetworkEvidence(network, pooledOf, settings));
  const evidence = [...subjects.flatMap(evidenceOf), ...networks.flat()];
  const adjusted = confirmations(evidence);
  // Holm's largest factor among all, whatever the others flag.
  const factor = others === 0 ? 1 : others + evidence.filter((one) => isTested(one) && one.gates).length;
  const level = settings.alpha / factor;
  if (!flaggingIsOver) {
    const flag = flagNext({ subjects, evidenceOf, missing, settings, blocksLeft });
    const wanted = networks.map((one) => networkBlocks(one, adjusted, level, settings));
    const beside = settings.networks.flatMap(
      ({ members }, i) =>
        missing({ subjects: members, phase: 'flag', blocks: wanted[i] as number, finishFirst: false }) ?? [],
    );
    const next = together([...(flag === null ? [] : [flag]), ...beside]);
    if (next !== null) return next;
  }
  // With a moving sentinel nothing can turn red: confirming would measure the environment.
  if (movedSentinels(subjects, pooledOf, settings).length > 0) return { phase: 'done' };
  const flagged = subjects
    .map((subject) => ({ subject, strength: flagStrength(evidenceOf(subject)) }))
    .filter(({ strength }) => strength > 0)
    .sort((a, b) => b.strength - a.strength)
    .map(({ subject }) => subject);
  if (flagged.length === 0) return { phase: 'done' };
  const open = flagged.filter((subject) => !isDecided(evidenceOf(subject), adjusted, level));
  return confirmNext({ subjects, open, missing }) ?? { phase: 'done' };
}

/** Plans as one, of the first one's blocks; null if there is none. */
function together(plans: readonly Phase[]): Phase | null {
  const [first] = plans;
  if (first === undefined) return null;
  const subjects = new Map(plans.flatMap((plan) => plan.subjects.map((one) => [JSON.stringify(one), one])));
  return {
    ...first,
    blocks: Math.min(...plans.map(({ blocks }) => blocks)),
    subjects: [...subjects.values()],
  };
}

/** Fresh blocks of what is open, and of the sentinels beside it; null if no more are to be had. */
function confirmNext(request: {
  readonly subjects: readonly Subject[];
  readonly open: readonly Subject[];
  readonly missing: Missing;
}): Phase | null {
  const { subjects, open, missing } = request;
  const wanted = (of: readonly Subject[], blocks: number) =>
    missing({ subjects: of, phase: 'confirm', blocks, finishFirst: true });
  // Sentinels alone would confirm nothing.
  if (wanted(open, schedule.confirm) === null) return null;
  const all = [...subjects.filter(({ sentinel }) => sentinel), ...open];
  const first = wanted(all, schedule.least);
  if (first !== null) return first;
  const more = wanted(all, schedule.confirm);
  return more === null ? null : { ...more, blocks: 1 };
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
    const evidence = gatherEvidence(subject, samplesOf(subject), settings);
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
  readonly blocksLeft: number;
}): Phase | null {
  const { subjects, evidenceOf, missing, settings, blocksLeft } = request;
  const first = missing({ subjects, phase: 'flag', blocks: schedule.least, finishFirst: true });
  if (first !== null) return first;
  const open = subjects
    .map((subject) => ({ subject, ...standingOf(evidenceOf(subject), settings) }))
    .filter(({ settled }) => !settled)
    .sort(
      (a, b) =>
        Number(b.subject.sentinel) - Number(a.subject.sentinel) ||
        Number(a.blocksLeft > blocksLeft) - Number(b.blocksLeft > blocksLeft) ||
        (Number.isFinite(blocksLeft) ? a.blocksLeft - b.blocksLeft : 0) ||
        a.distance - b.distance,
    )
    .map(({ subject }) => subject);
  const more = missing({ subjects: open, phase: 'flag', blocks: schedule.flag, finishFirst: false });
  if (more !== null) return { ...more, blocks: 1 };
  const suspects = subjects.filter((subject) => evidenceOf(subject).some(isSuspect));
  const again = missing({
    subjects: suspects,
    phase: 'flag',
    blocks: schedule.suspect,
    finishFirst: false,
  });
  return again === null ? null : { ...again, blocks: 1 };
}

/**
 * Whether a metric that gates looks worse than its margin without being flagged: what is lost here is lost for good. More
 * looks flag more of what lies on its margin, which only costs blocks: fresh ones decide.
 */
function isSuspect(evidence: Evidence): boolean {
  return !evidence.flagged && looksWorse(evidence);
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
  readonly subjects: readonly SubjectKey[];
  readonly samplesOf: (subject: SubjectKey) => readonly BlockSample[];
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
  if (complete === 0 && pairs.length >= schedule.least) return 0;
  return Math.max(0, Math.min(wanted - complete, attemptsFactor * wanted - pairs.length));
}
