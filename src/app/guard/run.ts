import { type JudgeOptions, judge, type SubjectJudgement } from '../../judge/index.ts';
import type { Verdict } from '../../manifest/index.ts';
import type { BlockSample } from '../../measure/index.ts';
import type { ReportGuard } from '../../schema/index.ts';
import type { Host, KernelFilter, LaboratoryOptions, ManifestOptions } from '../host.ts';
import type { NoiseFloor } from '../laboratory/index.ts';
import {
  closeLaboratory,
  type Laboratory,
  openLaboratory,
  type PassTable,
  timePasses,
} from '../laboratory/index.ts';
import { optional } from '../optional.ts';
import type { ReportPlace } from '../project/index.ts';
import { type Advice, adviseRetuning, worthRetuning } from './advice.ts';
import { type BrokenArm, type Contest, checkArms, selectAdded, selectMeasurable } from './arms.ts';
import { attemptDigest, type Digests, earlierAttempts, keepAttempts } from './attempts.ts';
import { type Measured, measureContests } from './blocks.ts';
import { type Comparison, compareKernels, listMissingBaseline, listRemoved } from './comparison.ts';
import { type GuardMemory, type KeptNight, noMemory } from './memory.ts';
import { type MeasuredNetworks, measureNetworks, networksOf } from './network-costs.ts';
import { isJudged } from './networks.ts';
import type { GuardPolicy } from './policy.ts';
import { changesOf, type KernelChange } from './program-changes.ts';
import type { BaseCommit, BaseRevision } from './revisions.ts';
import { compareUntouched } from './untouched.ts';

/** The report's folder gets a suggested tuned state too. */
export interface GuardOptions extends ManifestOptions, LaboratoryOptions, KernelFilter, ReportPlace {
  /**
   * A commit; a git revision, for where head left it; or a folder with the base revision of the manifest. null: there is none,
   * so every kernel is new.
   */
  readonly base: string | BaseCommit | null;
  /** Kernels that head removed are listed whatever `kernels` leaves out: they are in no share of head's. */
  readonly listsRemoved?: boolean;
  /** Whether kernels of other jobs, which are left out here, are judged together with these. */
  readonly shared?: boolean;
  /** Verdicts that fail the run; the manifest's gates decide unless given. */
  readonly failOn?: readonly Verdict[];
  /** Judging ends with what was measured by then. */
  readonly maxMinutes?: number;
  /** Whether head is retuned where a kernel regressed; it is unless told otherwise. */
  readonly advise?: boolean;
  /** None unless given. */
  readonly memory?: GuardMemory;
  /**
   * Called, and waited for, with the report that is all but advice, once it is written and before advice is looked for; not at
   * all where none is. What it throws costs the advice.
   */
  readonly onVerdict?: (report: ReportGuard) => Promise<void>;
}

/** What was flagged may take this many times the budget more to be confirmed: three to twelve fresh blocks follow as many. */
const followUpFactor = 3;

/** What is compared. */
export interface GuardTask {
  readonly host: Host;
  readonly options: GuardOptions;
  readonly base: BaseRevision;
  readonly policy: GuardPolicy;
  /** Called, and waited for, with all but the advice before any is looked for; not at all where none is. */
  onJudged(outcome: GuardOutcome): Promise<void>;
}

/** What came of it. */
export interface GuardOutcome extends Measured, MeasuredNetworks {
  readonly comparisons: readonly Comparison[];
  readonly contests: readonly Contest[];
  readonly broken: readonly BrokenArm[];
  /** One per contest, then one per network that is judged. */
  readonly judgements: readonly SubjectJudgement[];
  /** What earlier attempts measured, oldest first. */
  readonly earlier: readonly (readonly BlockSample[])[];
  readonly warnings: readonly string[];
  readonly noiseFloor: NoiseFloor | null;
  readonly nights: readonly KeptNight[];
  readonly advice: readonly Advice[];
  /** Of kernels with several passes. */
  readonly passes: readonly PassTable[];
  /** Of kernels that changed. */
  readonly changes: readonly KernelChange[];
  /** What it was measured with; null where nothing had to be. */
  readonly measuredWith: Pick<Laboratory, 'info' | 'meter' | 'meterReason'> | null;
}

/** What can be said without building or measuring anything; null if that is not all there is to say. */
function compareFiles({ base, policy }: GuardTask): readonly Comparison[] | null {
  if (base.problem !== null) return listMissingBaseline(policy.head, base.problem);
  return base.revision === null ? null : compareUntouched(base.revision, policy.head);
}

/** A sentinel is kept whatever else is left out, unless the change touches it: then it is a kernel like any other. */
function selectComparisons(comparisons: readonly Comparison[], kernels: readonly string[] | null) {
  return kernels === null
    ? comparisons
    : comparisons.filter(
        ({ kernel, definition, status }) =>
          (definition.sentinel && status !== 'changed') || kernels.includes(kernel),
      );
}

/** Nothing of the verdict waits for advice: it is out before the search begins. */
async function advise(
  { host, options, policy, onJudged }: GuardTask,
  laboratory: Laboratory,
  judged: GuardOutcome,
  deadlineMs: number,
): Promise<readonly Advice[]> {
  const { contests, judgements } = judged;
  // On a machine that moves, what looks better need not be.
  const moved = judgements.some(({ verdict }) => verdict === 'environment');
  if (options.advise === false || host.signal.aborted || moved) return [];
  // The verdict of several jobs waits for the last of them: what did not regress is looked at only where nobody waits.
  const limited = Number.isFinite(deadlineMs) && options.shared !== true;
  const wanted = worthRetuning(contests, judgements, laboratory, limited);
  if (wanted.length === 0) return [];
  await onJudged(judged);
  if (host.signal.aborted) return [];
  const budget = policy.head.manifest.budget.guard;
  const ownMs = wanted.length * 2 * budget.searchSeconds * 1000;
  return adviseRetuning({
    host,
    laboratory,
    contests: wanted,
    budget,
    deadlineMs: Math.min(deadlineMs, laboratory.clock.nowMs() + ownMs),
  });
}

/** Tests that kernels may come to: two metrics of each that changed. */
function testsOf(comparisons: readonly Comparison[]): number {
  return 2 * comparisons.filter(({ status }) => status === 'changed').length;
}

/** @param removed kernels of base's that head has no more */
async function measureChanged(
  task: GuardTask,
  laboratory: Laboratory,
  removed: readonly Comparison[],
): Promise<GuardOutcome> {
  const { host, options, base, policy } = task;
  const { memory = noMemory } = options;
  const kept = await memory.restore(laboratory.info);
  const { noiseFloor } = kept;
  const startMs = laboratory.clock.nowMs();
  const { family, limits, features } = laboratory.info;
  const { print } = laboratory;
  const all = await compareKernels({
    base: base.revision,
    head: policy.head,
    family,
    limits,
    features,
    print,
  });
  const comparisons = selectComparisons(all, options.kernels);
  const { contests, broken, warnings } = await checkArms({
    host,
    laboratory,
    comparisons: [...selectAdded(comparisons), ...selectMeasurable(comparisons)],
  });
  const machine = { device: laboratory.info, meter: laboratory.meter?.info ?? null };
  const digests: Digests = new Map(contests.map((contest) => [contest, attemptDigest(contest, machine)]));
  const earlier = earlierAttempts(digests, kept.attempts);
  const judgeSeconds = policy.judgeSeconds * Math.max(1, contests.length);
  const deadlineMs = startMs + (options.maxMinutes ?? Number.POSITIVE_INFINITY) * 60_000;
  const compared = { comparisons: [...comparisons, ...removed], contests, broken };
  const lost: string[] = [];
  const warn = (text: string) => void lost.push(text);
  const { networks, alone } = await measureNetworks({
    host,
    laboratory,
    guarded: policy.networks,
    compared,
    shared: options.shared === true,
    deadlineMs,
    warn,
  });
  const judging: JudgeOptions = {
    earlier,
    networks: networks.filter(({ parts }) => isJudged(parts)).map(({ judged }) => judged),
    ...(noiseFloor === null ? {} : { noiseFloor }),
  };
  const leftSeconds = Math.max(0, (deadlineMs - laboratory.clock.nowMs()) / 1000);
  const seconds = Math.min(judgeSeconds, leftSeconds);
  const measured = await measureContests({
    host,
    laboratory,
    contests,
    seconds,
    followUpSeconds: Math.min(followUpFactor * judgeSeconds, leftSeconds - seconds),
    judging: {
      ...judging,
      // What other jobs may come to: two metrics of each of their kernels, and of each network.
      others: options.shared === true ? testsOf(all) - testsOf(comparisons) + 2 * policy.networks.length : 0,
    },
  });
  const { samples, machineChanged } = measured;
  const subjects = contests.map(({ subject }) => subject);
  const judgements = judge(subjects, samples, { ...judging, machineChanged });
  if (machineChanged === null && !host.signal.aborted) {
    const at = host.now().toISOString();
    const cost = 'a repetition of this run will not know what it measured';
    await optional({ cost, otherwise: undefined, warn }, () =>
      memory.keep(keepAttempts({ digests, kept: kept.attempts, samples, judgements, at })),
    );
  }
  const passes = await optional({ cost: 'no pass is timed by itself', otherwise: [], warn }, () =>
    timePasses({
      host,
      laboratory,
      subjects: contests.map(({ comparison: { kernel, workload, base, head } }) => ({
        ...{ kernel, workload },
        before: base.variant,
        after: head.variant,
      })),
    }),
  );
  const changes = await optional(
    { cost: 'nothing is said of what moved in programs', otherwise: [], warn },
    async () => changesOf(comparisons),
  );
  const judged: GuardOutcome = {
    ...measured,
    ...compared,
    networks,
    alone,
    judgements,
    earlier,
    warnings: [...warnings, ...lost],
    noiseFloor,
    nights: kept.nights,
    advice: [],
    passes,
    changes,
    measuredWith: laboratory,
  };
  const advice = await optional({ cost: 'nothing is advised', otherwise: [], warn }, () =>
    advise(task, laboratory, judged, deadlineMs),
  );
  return { ...judged, warnings: [...warnings, ...lost], advice };
}

/** Compares, measures and judges everything, and retunes what regressed. Opens a device only if something is to be built. */
export async function runGuard(task: GuardTask): Promise<GuardOutcome> {
  const { host, options, base, policy } = task;
  const settled = compareFiles(task);
  const gone = base.revision === null ? [] : listRemoved(base.revision, policy.head);
  const removed = options.listsRemoved === true ? gone : selectComparisons(gone, options.kernels);
  if (settled !== null) {
    const compared = {
      comparisons: [...selectComparisons(settled, options.kernels), ...removed],
      contests: [],
      broken: [],
    };
    return {
      ...compared,
      ...networksOf(policy.networks, compared, { alone: [], meter: null }),
      judgements: [],
      samples: [],
      earlier: [],
      cutShort: null,
      machineChanged: null,
      warnings: [],
      noiseFloor: null,
      nights: [],
      advice: [],
      passes: [],
      changes: [],
      measuredWith: null,
    };
  }
  const kernels = [policy.head.manifest, base.revision?.manifest].flatMap((one) => one?.kernels ?? []);
  const laboratory = await openLaboratory(host, options, kernels);
  try {
    return await measureChanged(task, laboratory, removed);
  } finally {
    await closeLaboratory(host, laboratory);
  }
}
