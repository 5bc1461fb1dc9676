import type { FeatureVector } from '../kernel/index.ts';
import { costDoubt } from './cost-doubt.ts';
import { nonNegative } from './non-negative.ts';
import type { CostRow, WorkCosts } from './types.ts';
import { type WorkKind, workKinds } from './work-kinds.ts';

/** Weight of the guesses next to the measurements, which have 1 together. */
const guessWeight = 0.01;
const rounds = 10;
/** Of a guess: nothing is free, so that every program costs something. */
const leastFactor = 1e-3;
/** Logarithms beyond this are no counts. */
const mostBits = 60;
/** A step goes half the way, no farther than e. */
const farthest = 1;

type Counter = (features: FeatureVector) => number;

/** Code for how much of a kind a launch does; what is unknown counts as nothing. null where the features do not tell. */
function counterOf({ counts, shares = [], per }: WorkKind, featureNames: readonly string[]): Counter | null {
  const places = counts.map((name) => featureNames.indexOf(name));
  const plain = shares.map((name) => featureNames.indexOf(name));
  const launched = featureNames.indexOf('invocations');
  if ([...places, ...plain, launched].includes(-1)) return null;
  const known = (value: number | undefined) =>
    value === undefined || Number.isNaN(value) ? 0 : Math.max(0, Math.min(mostBits, value));
  const count = (features: FeatureVector, place: number) => 2 ** known(features[place]) - 1;
  return (features) => {
    let sum = counts.length === 0 ? 1 : 0;
    for (const place of places) sum += count(features, place);
    for (const place of plain) sum += known(features[place]);
    return per === 'launch' ? sum : sum * count(features, launched);
  };
}

/**
 * Costs per kind of work, all of them more than nothing, of least squared error of the logarithm of latency. Guesses, scaled together to what
 * was measured, stand for kinds that no row or every row has alike: kinds come in company, and the others would take their cost. Each
 * kernel and workload counts as much as any other, however many rows it has.
 *
 * @param rows of one device family
 * @returns null if the features are not those of programs
 */
export function fitWorkCosts(rows: readonly CostRow[], featureNames: readonly string[]): WorkCosts | null {
  const counters = workKinds.map((kind) => counterOf(kind, featureNames));
  if (rows.length === 0 || counters.some((counter) => counter === null)) return null;
  const guessed = (features: FeatureVector) =>
    counters.map((counter, kind) => (counter as Counter)(features) * (workKinds[kind] as WorkKind).guess);
  const amounts = rows.map((row) => guessed(row.features));
  const weights = evenWeights(rows);
  const logs = rows.map((row) => Math.log(row.latencyMs));
  const sum = (parts: readonly number[]) => parts.reduce((total, part) => total + part, 0);
  // What an addition costs, if all guesses are right but for their scale.
  const scale = Math.exp(
    sum(
      amounts.map((parts, row) => (weights[row] as number) * ((logs[row] as number) - Math.log(sum(parts)))),
    ),
  );
  let factors = workKinds.map(() => 1);
  const predicted = (parts: readonly number[]) =>
    scale * parts.reduce((total, part, kind) => total + part * (factors[kind] as number), 0);
  /** By how much log(p) moves for each factor. */
  const slopes = (parts: readonly number[]) => {
    const now = predicted(parts);
    return parts.map((part) => (scale * part) / now);
  };
  for (let round = 0; round < rounds; round++) {
    // log(p) near where it is now: least squares of the relative error of p, from a target that moves along.
    const equations = amounts.map((parts, row) => {
      const now = predicted(parts);
      const step = Math.max(-farthest, Math.min(farthest, (logs[row] as number) - Math.log(now)));
      return { left: slopes(parts), right: 1 + step, weight: weights[row] as number };
    });
    const found = nonNegative(equations, {
      ...{ ridge: guessWeight, towards: 1, least: leastFactor },
      start: factors,
    });
    factors = factors.map((factor, kind) => (factor + (found[kind] as number)) / 2);
  }
  const fitted = factors;
  let doubt: ReturnType<typeof costDoubt> | null = null;
  /** Rows of one kernel and workload are off together: each counts as one observation. */
  const doubtOf = (moved: readonly number[]) => {
    if (doubt === null) {
      const squares = amounts.map((parts, row) => ((logs[row] as number) - Math.log(predicted(parts))) ** 2);
      const spread = sum(squares.map((square, row) => square * (weights[row] as number)));
      const observations = amounts.map((parts, row) => ({
        slopes: slopes(parts),
        weight: weights[row] as number,
      }));
      doubt = costDoubt(observations, spread / groupSizes(rows).size);
    }
    return doubt(moved);
  };
  return {
    costs: workKinds.map(({ what, guess }, kind) => ({
      what,
      nanoseconds: 1e6 * scale * guess * (fitted[kind] as number),
    })),
    latencyMs: (features) => {
      const parts = guessed(features);
      let total = 0;
      for (let kind = 0; kind < parts.length; kind++)
        total += (parts[kind] as number) * (fitted[kind] as number);
      return scale * total;
    },
    change: (base, head) => {
      const [from, to] = [guessed(base), guessed(head)];
      const before = slopes(from);
      const moved = slopes(to).map((slope, kind) => slope - (before[kind] as number));
      return {
        logRatio: Math.log(predicted(to) / predicted(from)),
        deviation: Math.sqrt(doubtOf(moved)),
      };
    },
  };
}

const groupOf = ({ kernel, workload }: CostRow) => `${kernel}\n${workload}`;

/** How many rows each kernel and workload has. */
function groupSizes(rows: readonly CostRow[]): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const row of rows) sizes.set(groupOf(row), (sizes.get(groupOf(row)) ?? 0) + 1);
  return sizes;
}

/** A weight for each row, 1 together and the same for each kernel and workload. */
function evenWeights(rows: readonly CostRow[]): readonly number[] {
  const sizes = groupSizes(rows);
  return rows.map((row) => 1 / ((sizes.get(groupOf(row)) as number) * sizes.size));
}
