import type { BlockSample } from '../measure/index.ts';
import { gatherEvidence, metrics } from './evidence.ts';
import { attemptsFactor, type JudgeOptions, leastBlocks, withDefaults } from './options.ts';
import { pairsOf, samplesBySubject } from './pairs.ts';
import { movedSentinels } from './sentinel.ts';
import type { JudgePlan, Subject } from './types.ts';

/**
 * What to measure next, given everything measured so far.
 *
 * First every subject gets its flagging blocks. Then, if a metric that gates is flagged, those kernels get fresh blocks
 * to confirm it, and the sentinels with them: the machine may have changed since. Void blocks are measured again, up to
 * twice the wanted number of blocks; a subject that never gave a block is given up.
 */
export function planNext(
  subjects: readonly Subject[],
  samples: readonly BlockSample[],
  options: JudgeOptions = {},
): JudgePlan {
  const settings = withDefaults(options);
  const samplesOf = samplesBySubject(samples);
  const flag = missingBlocks(subjects, samplesOf, 'flag', settings.flagBlocks);
  if (flag !== null) return flag;
  // With a moving sentinel nothing can turn red: confirming would measure the environment.
  if (movedSentinels(subjects, samplesOf, settings).length > 0) return { phase: 'done' };
  const flagged = subjects.filter((subject) =>
    metrics.some((metric) => {
      const evidence = gatherEvidence(subject, metric, samplesOf(subject), settings);
      return evidence.gates && evidence.flagged;
    }),
  );
  if (flagged.length === 0) return { phase: 'done' };
  const again = subjects.filter((subject) => subject.sentinel || flagged.includes(subject));
  return missingBlocks(again, samplesOf, 'confirm', settings.confirmBlocks) ?? { phase: 'done' };
}

/** A plan for the subjects that lack blocks of a phase; null if none does, or none that can be helped. */
function missingBlocks(
  subjects: readonly Subject[],
  samplesOf: (subject: Subject) => readonly BlockSample[],
  phase: BlockSample['phase'],
  wanted: number,
): JudgePlan | null {
  const lacking = subjects
    .map((subject) => ({ subject, blocks: missingOf(samplesOf(subject), phase, wanted) }))
    .filter(({ blocks }) => blocks > 0);
  if (lacking.length === 0) return null;
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
