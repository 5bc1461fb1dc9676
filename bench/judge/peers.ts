import { mean, median, moments, normalCdf, type Random, studentTQuantile } from '../../src/stats/index.ts';
import type { NoiseModel, Session } from './noise.ts';

/**
 * How other tools decide that a benchmark got slower, as formulas on numbers (no code of theirs). Each gets what it would
 * have: a stored baseline of earlier sessions, or both sides of one session.
 */
export interface PeerRule {
  readonly name: string;
  readonly formula: string;
  /** Whether it calls head, slower by `change`, worse than base. */
  isWorse(change: number, model: NoiseModel, random: Random): boolean;
}

const margin = 0.03;
const iterations = 30;

/** What a benchmark tool takes down: many iterations in one process. */
function iterate(session: Session, change: number, count = iterations): number[] {
  const process = session.openProcess();
  return Array.from({ length: count }, () => (1 + change) * Math.exp(process.turn(0)));
}

function ratioRule(name: string, threshold: number): PeerRule {
  return {
    name,
    formula: `head / stored base > ${threshold}, one figure each (mean of ${iterations} iterations in a process)`,
    isWorse(change, model, random) {
      const machine = model.machine(random);
      const before = mean(iterate(machine.openSession(), 0));
      return mean(iterate(machine.openSession(), change)) / before > threshold;
    },
  };
}

const history = 30;

const bencher: PeerRule = {
  name: 'Bencher, t-test',
  formula: `head > mean + t(.98, n - 1) s sqrt(1 + 1/n) of the last n = ${history} sessions' figures`,
  isWorse(change, model, random) {
    const machine = model.machine(random);
    const past = Array.from({ length: history }, () => mean(iterate(machine.openSession(), 0)));
    const { mean: centre, standardDeviation } = moments(past);
    const reach = studentTQuantile(0.98, history - 1) * standardDeviation * Math.sqrt(1 + 1 / history);
    return mean(iterate(machine.openSession(), change)) > centre + reach;
  },
};

const resamples = 300;

function resampledMean(values: readonly number[], random: Random): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[random.integer(values.length)] ?? 0;
  return sum / values.length;
}

const criterion: PeerRule = {
  name: 'criterion',
  formula: `bootstrap (${resamples} resamples) of mean head / mean stored base - 1: the 95 % interval lies above the noise threshold of 1 %`,
  isWorse(change, model, random) {
    const machine = model.machine(random);
    const before = iterate(machine.openSession(), 0);
    const after = iterate(machine.openSession(), change);
    const ratios = Array.from(
      { length: resamples },
      () => resampledMean(after, random) / resampledMean(before, random) - 1,
    ).sort((a, b) => a - b);
    return (ratios[Math.floor(0.025 * resamples)] ?? 0) > 0.01;
  },
};

/** Two-sided p of the Mann-Whitney U test, by its normal approximation with continuity correction. */
function mannWhitney(a: readonly number[], b: readonly number[]): number {
  let u = 0;
  for (const x of a) for (const y of b) u += x > y ? 1 : x === y ? 0.5 : 0;
  const { length: n } = a;
  const { length: m } = b;
  const sd = Math.sqrt((n * m * (n + m + 1)) / 12);
  const z = (Math.abs(u - (n * m) / 2) - 0.5) / sd;
  return Math.min(1, 2 * (1 - normalCdf(z)));
}

/** asv takes two processes of ten samples for each side; continuous runs measure both sides in one session. */
function asvRule(name: string, factor: number): PeerRule {
  return {
    name,
    formula: `median head / median base > ${factor} and Mann-Whitney p < .002, 2 processes of 10 samples each, one session`,
    isWorse(change, model, random) {
      const session = model.machine(random).openSession();
      const side = (by: number) => [...iterate(session, by, 10), ...iterate(session, by, 10)];
      const before = side(0);
      const after = side(change);
      return median(after) / median(before) > factor && mannWhitney(after, before) < 0.002;
    },
  };
}

export const peerRules: readonly PeerRule[] = [
  ratioRule('github-action-benchmark (default, 200 %)', 2),
  ratioRule('github-action-benchmark (at the margin, 103 %)', 1 + margin),
  bencher,
  criterion,
  asvRule('asv continuous (default factor 1.1)', 1.1),
  asvRule('asv continuous (factor 1.03)', 1 + margin),
];
