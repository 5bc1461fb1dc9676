import { runSearch } from '../../src/search/index.ts';
import { checkpoints, summarise } from './methodology.ts';
import { replayTrials } from './replay-trials.ts';
import { benchSpaces, loadRecording } from './spaces.ts';

export interface PeerSummary {
  readonly strategies: Readonly<
    Record<string, { readonly score: number; readonly percentOfOptimum: Readonly<Record<string, number>> }>
  >;
}

export interface BenchOptions {
  readonly data: string;
  readonly seeds: number;
  readonly trials: number;
  /** Only spaces whose name contains this. */
  readonly only: string;
  readonly peers: Readonly<Record<string, PeerSummary>>;
}

/** Seconds of our own time that a run may be given: the clock of a recording stands still. */
const noLimit = Number.POSITIVE_INFINITY;

function row(cells: readonly string[]): string {
  return cells.map((cell, i) => (i === 0 ? cell.padEnd(30) : cell.padStart(9))).join('');
}

/** Per space: methodology score and share of the optimum, ours beside the best peer's; every trial is measured. */
export async function reportScores(options: BenchOptions): Promise<void> {
  console.log(`One objective, measured in every trial: ${options.seeds} seeds, ${options.trials} trials`);
  console.log(
    row(['space', 'score', ...checkpoints.map((at) => `%@${at}`), 'ms/trial', 'peer', 'peer %@64']),
  );
  const scores: number[] = [];
  for (const { name, file, field } of benchSpaces.filter((space) => space.name.includes(options.only))) {
    const trials = replayTrials(loadRecording(options.data, file, { time: field }), false);
    const recorded: number[] = [];
    for (const point of trials.space.enumerate()) {
      const value = trials.latencyOf(trials.space.configuration(point));
      if (value !== null) recorded.push(value);
    }
    const runs: (number | null)[][] = [];
    const startedAt = performance.now();
    let tried = 0;
    for (let seed = 1; seed <= options.seeds; seed++) {
      const result = await runSearch({
        space: trials.space,
        trials,
        objective: { minimize: 'latency' },
        budget: { trials: options.trials, seconds: noLimit },
        seed,
        start: [],
        costModel: null,
        clock: trials.clock,
        patience: noLimit,
      });
      runs.push(result.measurements.map(({ latency }) => latency?.medianMs ?? null));
      tried += result.measurements.length;
    }
    const msPerTrial = (performance.now() - startedAt) / tried;
    const { score, percentOfOptimum } = summarise(recorded, runs);
    scores.push(score);
    const best = Object.entries(options.peers[name]?.strategies ?? {}).sort(
      (a, b) => b[1].score - a[1].score,
    )[0];
    console.log(
      row([
        name,
        score.toFixed(3),
        ...percentOfOptimum.map((value) => value.toFixed(1)),
        msPerTrial.toFixed(1),
        best?.[1].score.toFixed(3) ?? '-',
        best?.[1].percentOfOptimum['64']?.toFixed(1) ?? '-',
      ]),
    );
  }
  console.log(row(['mean', (scores.reduce((sum, value) => sum + value, 0) / scores.length).toFixed(3)]));
}
