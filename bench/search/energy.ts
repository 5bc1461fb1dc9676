import { runSearch } from '../../src/search/index.ts';
import { replayTrials } from './replay-trials.ts';
import type { BenchOptions } from './scores.ts';
import { loadRecording } from './spaces.ts';

const file = 'powersensor3/tcbf_RTX_4000_Ada.json.gz';

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Energy search with few energy measurements, for several budgets and latency slacks. */
export async function reportEnergySearch(options: BenchOptions): Promise<void> {
  if (!file.includes(options.only.split(':')[0] ?? '')) return;
  const trials = replayTrials(loadRecording(options.data, file, { time: 'time', energy: 'ps_energy' }), true);
  const all = [...trials.space.enumerate()].flatMap((point) => {
    const configuration = trials.space.configuration(point);
    const latencyMs = trials.latencyOf(configuration);
    const joules = trials.joulesOf(configuration);
    return latencyMs === null || joules === null ? [] : [{ latencyMs, joules }];
  });
  const fastest = Math.min(...all.map(({ latencyMs }) => latencyMs));
  console.log(`\n${file}: energy, few energy measurements, ${options.seeds} seeds`);
  console.log(
    'slack    trials  energies  above the best in the slack (mean, per seed)   slowdown against the fastest',
  );
  for (const latencySlack of [Number.POSITIVE_INFINITY, 0.2, 0.1, 0.05, 0.03]) {
    const cap = fastest * (1 + latencySlack);
    const best = Math.min(...all.filter(({ latencyMs }) => latencyMs <= cap).map(({ joules }) => joules));
    for (const budget of [64, 128, 200, 400]) {
      const gaps: number[] = [];
      const energies: number[] = [];
      const slowdowns: number[] = [];
      for (let seed = 1; seed <= options.seeds; seed++) {
        const result = await runSearch({
          space: trials.space,
          trials,
          objective: { minimize: 'energy', latencySlack },
          budget: { trials: budget, seconds: Number.POSITIVE_INFINITY },
          seed,
          start: [],
          costModel: null,
          clock: trials.clock,
          patience: Number.POSITIVE_INFINITY,
        });
        gaps.push(100 * ((result.best?.energy?.joules ?? Number.NaN) / best - 1));
        slowdowns.push(100 * ((result.best?.latency?.medianMs ?? Number.NaN) / fastest - 1));
        energies.push(result.energyMeasurements);
      }
      const perSeed = options.seeds <= 6 ? gaps.map((gap) => gap.toFixed(1)).join(' ') : '';
      console.log(
        `${String(latencySlack).padEnd(9)}${String(budget).padEnd(8)}${mean(energies).toFixed(0).padEnd(10)}` +
          `${mean(gaps).toFixed(2)} %  (${perSeed})`.padEnd(47) +
          `${mean(slowdowns).toFixed(1)} %`,
      );
    }
  }
}
