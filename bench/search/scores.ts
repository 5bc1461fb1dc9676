import { ablations, type Contender, ours, plain, type Run } from './contenders.ts';
import { round, ScoredSpace, type SearchSummary } from './methodology.ts';
import type { PeerSpace } from './peers.ts';
import { type ReplayTrials, replayTrials } from './replay-trials.ts';
import { type BenchSpace, loadRecording } from './spaces.ts';

export interface ScoreOptions {
  readonly seeds: number;
  /** Seeds of the ablations, which take longest. */
  readonly ablationSeeds: number;
  readonly peers: Readonly<Record<string, PeerSpace>>;
}

/** What was reached on one space. */
export interface SpaceScores {
  readonly ours: SearchSummary & { readonly millisecondsPerTrial: number };
  readonly ablations: Readonly<Record<string, SearchSummary>>;
  readonly plain: Readonly<Record<string, SearchSummary>>;
  readonly peers: PeerSpace['strategies'];
}

export interface ScoredResult {
  readonly name: string;
  readonly space: ScoredSpace;
  readonly scores: SpaceScores;
  /** For the curves. */
  readonly runs: Readonly<Record<string, readonly Run[]>>;
}

function valuesOf(trials: ReplayTrials): number[] {
  return [...trials.space.enumerate()].flatMap((point) => {
    const value = trials.latencyOf(trials.space.configuration(point));
    return value === null ? [] : [value];
  });
}

async function runsOf(
  contender: Contender,
  task: { trials: ReplayTrials; space: ScoredSpace; seeds: number },
) {
  const runs: Run[] = [];
  const { trials, space } = task;
  for (let seed = 1; seed <= task.seeds; seed++) {
    runs.push(await contender({ trials, evaluations: space.length, seed, optimum: space.optimum }));
  }
  return runs;
}

/** One objective, measured in every evaluation: ours, ours with parts taken out, and what needs no model. */
export async function scoreSpace(benchSpace: BenchSpace, options: ScoreOptions): Promise<ScoredResult> {
  const trials = replayTrials(loadRecording(benchSpace.file, { time: benchSpace.field }), false);
  const space = new ScoredSpace(valuesOf(trials));
  const startedAt = process.cpuUsage();
  const own = await runsOf(ours, { trials, space, seeds: options.seeds });
  const tried = own.reduce((sum, run) => sum + run.length, 0);
  const { user, system } = process.cpuUsage(startedAt);
  const millisecondsPerTrial = round((user + system) / 1000 / tried, 1);
  const runs: Record<string, readonly Run[]> = { ours: own };
  const summaries = async (contenders: Readonly<Record<string, Contender>>, seeds: number) => {
    const found: Record<string, SearchSummary> = {};
    for (const [name, contender] of Object.entries(contenders)) {
      const theirs = await runsOf(contender, { trials, space, seeds });
      runs[name] = theirs;
      if (theirs.length > 0) found[name] = space.summarise(theirs);
    }
    return found;
  };
  return {
    name: benchSpace.name,
    space,
    scores: {
      ours: { ...space.summarise(own), millisecondsPerTrial },
      ablations: {
        // Like with like: what was taken out may have run on fewer seeds.
        ...(options.ablationSeeds > 0 && options.ablationSeeds < options.seeds
          ? { 'ours, same seeds': space.summarise(own.slice(0, options.ablationSeeds)) }
          : {}),
        ...(await summaries(ablations, options.ablationSeeds)),
      },
      plain: await summaries(plain, options.seeds),
      peers: options.peers[benchSpace.name]?.strategies ?? {},
    },
    runs,
  };
}
