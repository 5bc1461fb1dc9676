import { describe, expect, it } from 'vitest';
import { featureNames } from '../../src/kernel/index.ts';
import { type CostRow, costModelToFile, createCostModel, fitWorkCosts } from '../../src/model/index.ts';
import { createRandom } from '../../src/stats/index.ts';

const family = 'nvidia-h200';

/** Features of a program that does so much in each of its invocations; nothing of all else. */
function features(counts: Readonly<Record<string, number>>): Float64Array {
  return Float64Array.from(featureNames, (name) => Math.log2(1 + (counts[name] ?? 0)));
}

/** A device on which an addition takes a picosecond of a launch, a barrier a hundred, a load fifty, and a launch a microsecond. */
const latencyMs = (counts: Readonly<Record<string, number>>) =>
  1e-3 +
  1e-9 *
    (counts.invocations ?? 0) *
    ((counts.floatAdd ?? 0) + 100 * (counts.barriers ?? 0) + 50 * (counts.storageLoads ?? 0));

function rows(count: number): CostRow[] {
  const random = createRandom(3);
  const upTo = (most: number) => Math.floor(most ** random.next());
  return Array.from({ length: count }, (_, i) => {
    const counts = {
      ...{ invocations: 1024 * upTo(64), floatAdd: upTo(2000), barriers: upTo(40), storageLoads: upTo(60) },
    };
    return {
      ...{ family, kernel: `kernel ${i % 3}`, workload: '', identity: `${i}` },
      ...{ features: features(counts), latencyMs: latencyMs(counts), watts: null, estimated: false },
    };
  });
}

const usual = { invocations: 16_384, floatAdd: 300, barriers: 4, storageLoads: 12 };

describe('the sum of work', () => {
  const work = fitWorkCosts(rows(200), featureNames);
  const costOf = (what: string) => work?.costs.find((cost) => cost.what === what)?.nanoseconds ?? Number.NaN;

  it('finds what each kind of work costs', () => {
    // Within a fifth: a little goes to what comes with them.
    const told = [costOf('float addition') / 1e-3, costOf('barrier') / 0.1, costOf('storage load') / 0.05];
    for (const share of told) expect(Math.abs(share - 1)).toBeLessThan(0.2);
    for (const { nanoseconds } of work?.costs ?? []) expect(nanoseconds).toBeGreaterThan(0);
  });

  it('says what a change costs that no row shows', () => {
    const changed = { ...usual, barriers: 400 };
    const said = (work?.latencyMs(features(changed)) ?? 0) / (work?.latencyMs(features(usual)) ?? 1);
    expect(said / (latencyMs(changed) / latencyMs(usual))).toBeCloseTo(1, 1);
  });

  it('takes a guess for kinds that no row has', () => {
    const withPowers = work?.latencyMs(features({ ...usual, pow: 100 })) ?? 0;
    const withAdditions = work?.latencyMs(features({ ...usual, floatAdd: usual.floatAdd + 100 })) ?? 0;
    expect(withPowers).toBeGreaterThan(withAdditions);
  });

  it('says the same of equal programs, to the bit', () => {
    expect(work?.latencyMs(features(usual))).toBe(work?.latencyMs(features({ ...usual })));
  });

  it('is sure of a change by what was measured, and leaves open what only a guess speaks of', () => {
    const of = (head: Readonly<Record<string, number>>) => work?.change(features(usual), features(head));
    const [measured, guessed] = [of({ ...usual, barriers: 40 }), of({ ...usual, pow: 30 })];
    expect(measured?.logRatio).toBeCloseTo(
      Math.log(latencyMs({ ...usual, barriers: 40 }) / latencyMs(usual)),
      1,
    );
    expect(measured?.deviation).toBeLessThan(0.2 * (measured?.logRatio ?? 0));
    // A guess may be off by as much as it says.
    expect(guessed?.deviation).toBeGreaterThan(0.4 * (guessed?.logRatio ?? 1));
    expect(of({ ...usual })).toEqual({ logRatio: 0, deviation: 0 });
  });

  it('leaves more open the worse rows agree', () => {
    const random = createRandom(5);
    const noisy = rows(200).map((row) => ({ ...row, latencyMs: row.latencyMs * 4 ** (random.next() - 0.5) }));
    const deviation = (known: readonly CostRow[]) =>
      fitWorkCosts(known, featureNames)?.change(features(usual), features({ ...usual, floatAdd: 600 }))
        .deviation ?? Number.NaN;
    expect(deviation(noisy)).toBeGreaterThan(2 * deviation(rows(200)));
  });

  it('costs something and is finite, whatever a file says', () => {
    const mad = rows(60).map((row, i) => ({
      ...row,
      features: row.features.map((value) => [value, Number.NaN, 1e300, -1e300][i % 4] as number),
    }));
    const found = fitWorkCosts(mad, featureNames);
    for (const { features: one } of mad) {
      const said = found?.latencyMs(one) ?? Number.NaN;
      expect(said > 0 && Number.isFinite(said)).toBe(true);
      expect(found?.change(features(usual), one).deviation).toBeGreaterThanOrEqual(0);
    }
  });

  it('is none of features that are not those of programs, or of no rows', () => {
    expect(fitWorkCosts(rows(30), ['TILE', 'LANES'])).toBeNull();
    expect(fitWorkCosts([], featureNames)).toBeNull();
  });
});

describe('a cost model on top of it', () => {
  const model = (known: readonly CostRow[]) =>
    createCostModel({ family, featureNames, rows: known, seed: 1 });

  it('follows a change far beyond what it was fitted to, where trees alone stand still', () => {
    const known = model(rows(200));
    const said = (barriers: number) =>
      known.predict(features({ ...usual, barriers }))?.latencyMs ?? Number.NaN;
    expect(said(4000) / said(400)).toBeGreaterThan(5);
  });

  it('has costs of its own family only', () => {
    const others = rows(40).map((row) => ({ ...row, family: 'nvidia-a100' }));
    expect(model(others).work).toBeNull();
    expect(model([...others, ...rows(23)]).work).toBeNull();
    expect(model([...others, ...rows(24)]).work).not.toBeNull();
  });

  it('writes them into its file', () => {
    const { workCosts } = costModelToFile(model(rows(40)));
    expect(workCosts.map(({ what }) => what)).toContain('barrier');
    expect(costModelToFile(model(rows(3))).workCosts).toEqual([]);
  });
});
