import { featureNames } from '../../src/kernel/index.ts';
import { type CostRow, createCostModel, fitWorkCosts } from '../../src/model/index.ts';
import { median } from '../../src/stats/index.ts';
import type { CountedChange, CountedRow } from './counted.ts';

/** How well a way of predicting tells what changes do. */
export interface Direction {
  readonly predictor: string;
  /** Changes that measure beyond 10 %, and by more than twice their error, of which a direction is told. */
  readonly coverage: number;
  /** Of those, which are told right. */
  readonly right: number;
  /** Of the same, which are slower: what always saying so would have right. */
  readonly slower: number;
  readonly slowerRight: number;
  readonly fasterRight: number;
  /** Changes that measure under 3 % and are said to be beyond 10 %, with what it may be off taken away. */
  readonly falseCalls: number;
  /** Median of |predicted ratio / measured ratio - 1|, of all that are no equal programs. */
  readonly medianError: number;
  /** Equal programs of which anything else is said than that they cost the same. */
  readonly unequal: number;
}

/** What is behind the shares. */
export interface ChangeCounts {
  readonly beyond: number;
  readonly slower: number;
  readonly quiet: number;
  readonly equal: number;
}

const beyond = Math.log(1.1);
const quiet = Math.log(1.03);
/** Deviations that leave 5 % to the other side, as verdicts do. */
const sureAt = 1.645;

/** Logarithm of a ratio, and by how much it may be off. */
export interface Told {
  readonly logRatio: number;
  readonly doubt: number;
}

type Predict = (change: CountedChange) => Told;

const certain = (logRatio: number): Told => ({ logRatio, doubt: 0 });

export function costRowsOf(rows: readonly CountedRow[], family: string): readonly CostRow[] {
  return rows.map((row, index) => ({
    ...{ family, kernel: row.kernel, workload: '', identity: `${row.kernel} ${index}` },
    ...{ features: row.features, latencyMs: row.ms, watts: null, estimated: false },
  }));
}

/** ln(head / base) of the cost model's latencies, and of its sum of work alone, from rows. */
function predictors(
  rows: readonly CostRow[],
  family: string,
): { readonly sure: Predict; readonly work: Predict; readonly model: Predict } {
  const costs = fitWorkCosts(rows, featureNames);
  const model = createCostModel({ family, featureNames, rows, seed: 1 });
  return {
    sure: ({ base, head }) => {
      const { logRatio, deviation } = costs?.change(base, head) ?? { logRatio: 0, deviation: 0 };
      return { logRatio, doubt: sureAt * deviation };
    },
    work: ({ base, head }) => certain(costs?.change(base, head).logRatio ?? 0),
    model: ({ base, head }) =>
      certain(Math.log((model.predict(head)?.latencyMs ?? 1) / (model.predict(base)?.latencyMs ?? 1))),
  };
}

/** Tells what changes do, from other kernels alone and from the kernel's own configurations as well. */
export function tellDirections(
  rows: readonly CountedRow[],
  changes: readonly CountedChange[],
  family: string,
): {
  readonly counts: ChangeCounts;
  readonly directions: readonly Direction[];
  /** What the sum of work says of a change, from other kernels. */
  readonly told: Predict;
} {
  const all = costRowsOf(rows, family);
  const kernels = [...new Set(changes.map(({ kernel }) => kernel))];
  const others = new Map(
    kernels.map((name) => [
      name,
      predictors(
        all.filter(({ kernel }) => kernel !== name),
        family,
      ),
    ]),
  );
  const every = predictors(all, family);
  const from = ({ kernel }: CountedChange) => others.get(kernel) ?? every;
  const ways: readonly (readonly [string, Predict])[] = [
    ['always slower', () => certain(Number.MIN_VALUE)],
    ['sum of work, other kernels, where it is sure', (change) => from(change).sure(change)],
    ['sum of work, other kernels', (change) => from(change).work(change)],
    ['sum of work and trees, other kernels', (change) => from(change).model(change)],
    ['sum of work, own configurations too, where it is sure', every.sure],
    ['sum of work, own configurations too', every.work],
    ['sum of work and trees, own configurations too', every.model],
  ];
  const changed = changes.filter(({ equal }) => !equal);
  const sure = changed.filter(({ logRatio, error }) => Math.abs(logRatio) > Math.max(beyond, 2 * error));
  const still = changed.filter(({ logRatio }) => Math.abs(logRatio) < quiet);
  const equal = changes.filter((change) => change.equal);
  const share = (of: readonly CountedChange[], holds: (change: CountedChange) => boolean) =>
    of.length === 0 ? Number.NaN : of.filter(holds).length / of.length;
  const directions = ways.map(([predictor, predict]): Direction => {
    const told = (change: CountedChange) => predict(change).logRatio;
    const right = (change: CountedChange) => told(change) * Math.sign(change.logRatio) > 0;
    const isCalled = (change: CountedChange) => Math.abs(told(change)) > predict(change).doubt;
    const called = predictor.endsWith('sure') ? sure.filter(isCalled) : sure;
    const isSlower = ({ logRatio }: CountedChange) => logRatio > 0;
    return {
      predictor,
      coverage: called.length / sure.length,
      right: share(called, right),
      slower: share(called, isSlower),
      slowerRight: share(called.filter(isSlower), right),
      fasterRight: share(
        called.filter(({ logRatio }) => logRatio < 0),
        right,
      ),
      falseCalls: share(still, (change) => Math.abs(told(change)) - predict(change).doubt > beyond),
      medianError: median(changed.map((change) => Math.abs(Math.expm1(told(change) - change.logRatio)))),
      unequal:
        predictor === 'always slower' ? equal.length : equal.filter((change) => told(change) !== 0).length,
    };
  });
  const counts = {
    ...{ beyond: sure.length, slower: share(sure, ({ logRatio }) => logRatio > 0) },
    ...{ quiet: still.length, equal: equal.length },
  };
  return { counts, directions, told: (change) => from(change).sure(change) };
}
