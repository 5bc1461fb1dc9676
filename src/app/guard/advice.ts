import { JoulegateError } from '../../errors/index.ts';
import { compareArms, type Metric, type Ratio, type SubjectJudgement } from '../../judge/index.ts';
import { type Variant, variantIdentity } from '../../kernel/index.ts';
import {
  type Budget,
  createKernelSpace,
  latencySlackOf,
  measurableObjective,
  type Verdict,
  weighObjective,
} from '../../manifest/index.ts';
import type { BlockSample } from '../../measure/index.ts';
import type { Configuration } from '../../space/index.ts';
import { emptyTuned, type Tuned, withTunedEntry } from '../../store/index.ts';
import type { Host } from '../host.ts';
import { type Laboratory, measureBlocks } from '../laboratory/index.ts';
import { medianOrNull } from '../project/index.ts';
import { type Final, runFinals, searchWorkload, type WorkloadSearch } from '../tuning/index.ts';
import type { Contest } from './arms.ts';

/** Fresh blocks in which what the finals chose is measured beside base and head: a winner's own reading is flattered. */
const adviceBlocks = 3;

/** Smaller gains are not worth a change of the tuned state. */
const worthwhileGain = 0.01;

interface Ratios {
  readonly energy: Ratio | null;
  readonly latency: Ratio | null;
}

/** A configuration of head that is better than the one it ships. It advises; it never gates. */
export interface Advice {
  readonly kernel: string;
  readonly workload: string;
  readonly configuration: Configuration;
  readonly overBase: Ratios;
  readonly overHead: Ratios;
  readonly tuned: Tuned['entries'][number];
}

export interface AdviceTask {
  readonly host: Host;
  readonly laboratory: Laboratory;
  /** Those that need it most first. */
  readonly contests: readonly Contest[];
  readonly budget: Budget;
  /** On the laboratory's clock; what cannot be found and shown by then is no advice. */
  readonly deadlineMs: number;
}

interface Found {
  readonly contest: Contest;
  readonly final: Final;
  readonly configuration: Configuration;
  readonly variant: Variant;
}

/** Whether there is a choice at all. */
function isTunable({ comparison }: Contest, laboratory: Pick<Laboratory, 'info'>): boolean {
  const { definition, head } = comparison;
  const { workload } = head.variant;
  const declared = definition.workloads.find(({ name }) => name === workload);
  if (declared === undefined) return false;
  return createKernelSpace(definition, declared, laboratory.info.limits).count(2).value > 1;
}

async function searchAll(task: AdviceTask): Promise<Map<Contest, WorkloadSearch>> {
  const { host, laboratory, budget } = task;
  const searches = new Map<Contest, WorkloadSearch>();
  for (const [index, contest] of task.contests.entries()) {
    const secondsLeft = (task.deadlineMs - laboratory.clock.nowMs()) / 1000;
    // The finals and the fresh blocks want their share.
    const seconds = Math.min(budget.searchSeconds, secondsLeft / 2);
    if (host.signal.aborted || seconds <= 1) break;
    const { definition, head, base, kernel } = contest.comparison;
    const workload = definition.workloads.find(({ name }) => name === contest.subject.workload);
    if (workload === undefined) continue;
    host.progress.stage(
      `[${index + 1}/${task.contests.length}] looking for a better configuration of ${kernel}`,
    );
    try {
      const search = await searchWorkload({
        host,
        device: laboratory.device,
        print: laboratory.print,
        meter: laboratory.meter,
        clock: laboratory.clock,
        kernel: definition,
        workload,
        incumbent: head.variant.configuration,
        hints: [base.variant.configuration],
        recordings: [],
        objective: measurableObjective(definition.objective, laboratory.meter !== null),
        budget: { ...budget, searchSeconds: seconds },
        seed: 1,
        costModel: null,
        stateFolder: null,
      });
      searches.set(contest, search);
    } catch (error) {
      if (!(error instanceof JoulegateError) || error.code !== 'reference-failed') throw error;
      host.progress.warn(error.message);
    }
  }
  return searches;
}

/** What beat head's own configuration in the finals. */
async function findBetter(
  searches: ReadonlyMap<Contest, WorkloadSearch>,
  finals: readonly Final[],
): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const [contest, search] of searches) {
    const final = finals.find((one) => one.search === search);
    const configuration = final?.contenders[final.selection.index];
    if (final === undefined || configuration === undefined || final.selection.index === 0) continue;
    const built = await search.builder.build(configuration);
    if (built.ok) found.push({ contest, final, configuration, variant: built.value });
  }
  return found;
}

async function measureBeside(task: AdviceTask, found: readonly Found[]): Promise<readonly BlockSample[]> {
  const samples = await measureBlocks({
    ...task,
    blocks: adviceBlocks,
    subjects: found.map(({ contest, variant }) => ({
      ...contest.blockSubject,
      variants: { B: contest.blockSubject.variants.B, H: contest.blockSubject.variants.H, R: variant },
    })),
  });
  // Fewer than these show nothing.
  return new Set(samples.map(({ block }) => block)).size < adviceBlocks ? [] : samples;
}

function adviceOf(task: AdviceTask, found: Found, samples: readonly BlockSample[]): Advice | null {
  const { laboratory, host } = task;
  const { contest, final, configuration, variant } = found;
  const { kernel, workload } = contest.subject;
  const { definition, head } = contest.comparison;
  const ratio = (from: 'B' | 'H', metric: Metric) =>
    compareArms({ subject: contest.subject, samples, metric, from, to: 'R' });
  const over = (from: 'B' | 'H'): Ratios => ({
    energy: ratio(from, 'energy'),
    latency: ratio(from, 'latency'),
  });
  const overHead = over('H');
  const objective = measurableObjective(definition.objective, laboratory.meter !== null);
  const latencyRatio = overHead.latency?.estimate ?? null;
  const gain = weighObjective(objective.minimize, {
    energy: overHead.energy?.estimate ?? null,
    latency: latencyRatio,
  });
  if (gain === null || gain > 1 - worthwhileGain) return null;
  if (latencyRatio === null || latencyRatio > 1 + latencySlackOf(objective)) return null;
  const own = samples.filter(
    (sample) => sample.kernel === kernel && sample.workload === workload && sample.arm === 'R',
  );
  const latencyMs = medianOrNull(own.map((sample) => sample.latencyMs));
  const declared = definition.workloads.find(({ name }) => name === workload);
  if (latencyMs === null || declared === undefined) return null;
  const joules = medianOrNull(own.map((sample) => sample.joules));
  return {
    kernel,
    workload: head.variant.workload,
    configuration,
    overBase: over('B'),
    overHead,
    tuned: {
      kernel,
      workload: { name: declared.name, parameters: declared.parameters },
      family: laboratory.info.family,
      configuration,
      latencyMs,
      joules,
      estimated: joules !== null && (laboratory.meter?.info.estimated ?? false),
      device: laboratory.info.description || laboratory.info.device,
      driver: laboratory.info.driver,
      identity: variantIdentity(variant) ?? '',
      trials: final.search.result.measurements.length,
      energyMeasurements: final.search.result.energyMeasurements,
      seed: final.search.seed,
      measuredAt: host.now().toISOString(),
    },
  };
}

/**
 * Retunes head's kernels in the time that is left, and measures what is found beside base and head in fresh blocks.
 * Only what is better than head there as well is advised.
 */
export async function adviseRetuning(task: AdviceTask): Promise<readonly Advice[]> {
  const { host, laboratory } = task;
  const searches = await searchAll(task);
  if (searches.size === 0 || host.signal.aborted) return [];
  const finals = await runFinals({
    host,
    laboratory,
    searches: [...searches.values()],
    deadlineMs: task.deadlineMs,
  });
  const found = await findBetter(searches, finals);
  if (found.length === 0) return [];
  host.progress.stage('measuring what retuning found beside base and head');
  const samples = await measureBeside(task, found);
  return found.flatMap((one) => adviceOf(task, one, samples) ?? []);
}

/** Head's tuned state with the advice taken. */
export function suggestedTuned(tuned: Tuned | null, advice: readonly Advice[]): Tuned {
  return advice.reduce((state, one) => withTunedEntry(state, one.tuned), tuned ?? emptyTuned());
}

function isJudgementOf({ subject }: Contest, { kernel, workload }: SubjectJudgement): boolean {
  return subject.kernel === kernel && subject.workload === workload;
}

/** Head's kernels that are worth retuning, those that regressed first; the others only in time that was granted anyway. */
export function worthRetuning(
  contests: readonly Contest[],
  judgements: readonly SubjectJudgement[],
  laboratory: Laboratory,
  alsoOthers: boolean,
): readonly Contest[] {
  const withVerdict = (wanted: readonly Verdict[]) =>
    contests.filter(
      (contest) =>
        !contest.subject.sentinel &&
        judgements.some((one) => isJudgementOf(contest, one) && wanted.includes(one.verdict)) &&
        isTunable(contest, laboratory),
    );
  const others = alsoOthers ? withVerdict(['unchanged', 'inconclusive', 'improved']) : [];
  return [...withVerdict(['regressed']), ...others];
}
