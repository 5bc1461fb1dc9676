import { type BoostedTrees, featureMatrix, trainTrees } from '../model/index.ts';
import type { Configuration, Point, Space } from '../space/index.ts';
import { quantile, sortSamples, spearman } from '../stats/index.ts';
import type { Coordinates } from './coordinates.ts';
import type { GoodTrial } from './ledger.ts';

/** What another device needed for configurations of the same kernel and workload. */
export interface OtherDevice {
  readonly sameVendor: boolean;
  /** `latencyMs` is null where it failed. */
  readonly latencies: readonly { readonly configuration: Configuration; readonly latencyMs: number | null }[];
}

/** Fewer say nothing, more are thinned out before trees learn from them. */
const fewest = 24;
const most = 400;

/** The other device's fastest that are tried first. */
const startFrom = 4;

/** Its latencies up to this share of them spread over [0, 1]; slower ones, and failures, follow at a fifth of the scale. */
const knee = 0.7;
const beyondKnee = 0.2;
const farthest = 1.5;

/** Rank correlation of the trials so far, at least so many, below which the other device has no say. */
const enoughToTell = 6;
const leastCorrelation = 0.5;

/**
 * Another device's latency as a coordinate: one more number about a configuration, whose length scale is fitted like any
 * other, so that it counts for as much as it explains. Devices of another vendor rank too differently to be asked.
 */
export class OtherDeviceAxis {
  readonly #coordinates: Coordinates;
  readonly #keyOf: (point: Point) => string;
  readonly #known = new Map<string, number>();
  readonly #points: readonly Point[];
  readonly #seed: number;
  #trees: BoostedTrees | null = null;
  #isOpen = false;
  #isWeighed = false;

  private constructor(task: {
    readonly coordinates: Coordinates;
    readonly seed: number;
    readonly rows: readonly { readonly point: Point; readonly logLatency: number | null }[];
    readonly keyOf: (point: Point) => string;
  }) {
    const { coordinates, seed, rows, keyOf } = task;
    this.#coordinates = coordinates;
    this.#seed = seed;
    this.#keyOf = keyOf;
    const logs = sortSamples(rows.flatMap(({ logLatency }) => logLatency ?? []));
    const lowest = quantile(logs, 0);
    const range = Math.max(quantile(logs, knee) - lowest, 1e-9);
    for (const { point, logLatency } of rows) {
      const share = logLatency === null ? Number.POSITIVE_INFINITY : (logLatency - lowest) / range;
      const bent = share > 1 ? 1 + beyondKnee * (share - 1) : share;
      this.#known.set(keyOf(point), Math.min(farthest, bent));
    }
    this.#points = rows
      .filter(({ logLatency }) => logLatency !== null)
      .sort((a, b) => (a.logLatency as number) - (b.logLatency as number))
      .map(({ point }) => point);
  }

  /** null where the other device cannot help: another vendor's, or one that knows too little of this space. */
  static of(
    other: OtherDevice | undefined,
    task: {
      readonly space: Space;
      readonly coordinates: Coordinates;
      readonly seed: number;
      readonly keyOf: (point: Point) => string;
    },
  ): OtherDeviceAxis | null {
    if (other === undefined || !other.sameVendor) return null;
    const { space, keyOf } = task;
    const rows = new Map<string, { readonly point: Point; readonly logLatency: number | null }>();
    for (const { configuration, latencyMs } of other.latencies) {
      const point = space.point(configuration);
      if (point === null || !space.isValid(point)) continue;
      rows.set(keyOf(point), { point, logLatency: latencyMs === null ? null : Math.log(latencyMs) });
    }
    const worked = [...rows.values()].filter(({ logLatency }) => logLatency !== null);
    return worked.length < fewest ? null : new OtherDeviceAxis({ ...task, rows: [...rows.values()] });
  }

  /** The other device's fastest. */
  get start(): readonly Point[] {
    return this.#points.slice(0, startFrom);
  }

  /** Decides, once enough was tried, whether the two devices rank alike. */
  weigh(trials: readonly GoodTrial[]): void {
    if (this.#isWeighed || trials.length < enoughToTell) return;
    this.#isWeighed = true;
    const correlation = spearman(
      trials.map(({ point }) => this.#value(point)),
      trials.map(({ latency }) => latency.medianMs),
    );
    this.#isOpen = correlation >= leastCorrelation;
  }

  #value(point: Point): number {
    const known = this.#known.get(this.#keyOf(point));
    if (known !== undefined) return known;
    this.#trees ??= this.#train();
    const value = Math.min(farthest, Math.max(0, this.#trees.predict(this.#coordinates.features(point))));
    this.#known.set(this.#keyOf(point), value);
    return value;
  }

  /** Trees for what the other device did not try. */
  #train(): BoostedTrees {
    const step = Math.ceil(this.#points.length / most);
    const rows = this.#points.filter((_, index) => index % step === 0);
    return trainTrees(
      {
        features: featureMatrix(
          rows.map((point) => this.#coordinates.features(point)),
          this.#coordinates.featureCount,
        ),
        targets: Float64Array.from(rows, (point) => this.#known.get(this.#keyOf(point)) as number),
      },
      {
        trees: 80,
        learningRate: 0.1,
        maxLeaves: 16,
        maxDepth: 6,
        minLeafRows: 2,
        columnShare: 0.8,
        seed: this.#seed,
      },
    );
  }

  /** `coordinates` with the other device's latency behind them. Where that has no say it is the same everywhere. */
  extended(): Coordinates {
    const base = this.#coordinates;
    const value = (point: Point) => (this.#isOpen ? this.#value(point) : 0);
    return {
      dimensions: [...base.dimensions, { ordinal: true, hamming: false }],
      coordinates: (point) => Float64Array.from([...base.coordinates(point), value(point)]),
      featureCount: base.featureCount + 1,
      features: (point) => Float64Array.from([...base.features(point), value(point)]),
    };
  }
}
