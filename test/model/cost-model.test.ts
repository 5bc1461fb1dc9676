import { describe, expect, test } from 'vitest';
import {
  type CostRow,
  costModelFromFile,
  costModelToFile,
  createCostModel,
  maxCostRows,
} from '../../src/model/index.ts';
import { validateModel } from '../../src/schema/index.ts';
import { createRandom } from '../../src/stats/index.ts';

const featureNames = ['log_flops', 'log_bytes', 'noise'];

/** Latency grows with the first feature, power falls with the second. */
function rows(count: number, options: Partial<CostRow> = {}, seed = 1): CostRow[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, i) => {
    const features = Float64Array.from([4 * random.next(), random.next(), random.next()]);
    const [flops = 0, bytes = 0] = features;
    return {
      family: 'nvidia-h200',
      kernel: 'matmul',
      workload: 'M=1',
      identity: `program-${seed}-${i}`,
      features,
      latencyMs: Math.exp(flops - 3),
      watts: 300 - 100 * bytes,
      estimated: false,
      ...options,
    };
  });
}

const model = (known: readonly CostRow[]) =>
  createCostModel({ family: 'nvidia-h200', featureNames, rows: known, seed: 5 });

describe('cost model', () => {
  test('predicts nothing until it knows 24 rows', () => {
    const features = Float64Array.of(1, 0.5, 0.5);
    expect(model(rows(23)).predict(features)).toBeNull();
    expect(model(rows(24)).predict(features)).not.toBeNull();
  });

  test('learns latency over magnitudes, and power, from the features', () => {
    const known = model(rows(400));
    for (const [flops, bytes] of [
      [0.5, 0.2],
      [2, 0.5],
      [3.5, 0.8],
    ] as const) {
      const prediction = known.predict(Float64Array.of(flops, bytes, 0.5));
      expect(prediction?.latencyMs).toBeGreaterThan(0.85 * Math.exp(flops - 3));
      expect(prediction?.latencyMs).toBeLessThan(1.15 * Math.exp(flops - 3));
      expect(Math.abs((prediction?.watts ?? 0) - (300 - 100 * bytes))).toBeLessThan(12);
    }
  });

  test('predicts latency alone while no energy is known', () => {
    const prediction = model(rows(50, { watts: null })).predict(Float64Array.of(2, 0.5, 0.5));
    expect(prediction?.latencyMs).toBeGreaterThan(0);
    expect(prediction?.watts).toBeNaN();
  });

  test('takes no power over from another family where it was only estimated', () => {
    const software = rows(50, { family: 'mesa-llvmpipe', estimated: true });
    expect(model(software).predict(Float64Array.of(2, 0.5, 0.5))?.watts).toBeNaN();
    const measured = rows(50, { family: 'nvidia-a100', estimated: false });
    expect(model(measured).predict(Float64Array.of(2, 0.5, 0.5))?.watts).toBeGreaterThan(0);
  });

  test('believes its own family where families contradict each other', () => {
    const own = rows(60, { latencyMs: 1 });
    const other = rows(60, { family: 'nvidia-a100', latencyMs: 100 }, 2);
    const prediction = model([...other, ...own]).predict(Float64Array.of(2, 0.5, 0.5));
    expect(prediction?.latencyMs).toBeLessThan(1.5);
  });

  test('is most exact about good configurations', () => {
    // The same features cost 1 or 100: the model cannot tell them apart and must take sides.
    const features = Float64Array.of(1, 1, 1);
    const mixed = rows(40, { features }).map((row, i) => ({ ...row, latencyMs: i % 2 === 0 ? 1 : 100 }));
    expect(model(mixed).predict(features)?.latencyMs).toBeCloseTo(100 ** (0.01 / 1.01), 3);
  });

  test('a later measurement of a program replaces the earlier one, but never forgets its power', () => {
    const [first] = rows(1) as [CostRow];
    const again = { ...first, latencyMs: 7, watts: null };
    const updated = model([first]).update([again]);
    expect(updated.rows).toHaveLength(1);
    expect(updated.rows[0]).toMatchObject({ latencyMs: 7, watts: expect.closeTo(first.watts as number, 5) });
    const elsewhere = updated.update([{ ...first, family: 'nvidia-a100' }]);
    expect(elsewhere.rows).toHaveLength(2);
  });

  test('keeps the newest 20,000 rows', () => {
    const many = model(rows(maxCostRows)).update(rows(10, {}, 2));
    expect(many.rows).toHaveLength(20_000);
    expect(many.rows.at(-1)?.identity).toBe('program-2-9');
    expect(many.rows[0]?.identity).toBe('program-1-10');
  });

  test('refuses rows that cannot have been measured', () => {
    expect(() => model(rows(1, { latencyMs: 0 }))).toThrow(RangeError);
    expect(() => model(rows(1, { watts: Number.NaN }))).toThrow(RangeError);
    expect(() => model(rows(1, { features: Float64Array.of(1) }))).toThrow('1 features, not 3');
  });
});

describe('model file', () => {
  const known = model(
    rows(200).map((row, i) => (i % 7 === 0 ? { ...row, features: row.features.with(2, Number.NaN) } : row)),
  );
  const file = JSON.parse(JSON.stringify(costModelToFile(known)));
  const probe = Float64Array.of(1.234567, 0.7654321, Number.NaN);

  test('fulfils its schema', () => {
    expect(validateModel(file)).toMatchObject({ ok: true });
  });

  test('read back predicts the same to the bit', () => {
    const read = costModelFromFile(file);
    expect(read.predict(probe)).toEqual(known.predict(probe));
    expect(costModelToFile(read)).toEqual(file);
  });

  test('matches features by name where another version had others', () => {
    const read = costModelFromFile(file, { featureNames: ['barriers', 'log_bytes', 'log_flops'] });
    expect(read.featureNames).toEqual(['barriers', 'log_bytes', 'log_flops']);
    const [row] = read.rows;
    expect([...(row?.features ?? [])]).toEqual([
      Number.NaN,
      file.rows[0].features[1],
      file.rows[0].features[0],
    ]);
  });

  test('without any feature that this version has is refused, so that the search starts cold', () => {
    expect(() => costModelFromFile(file, { featureNames: ['renamed', 'others'] })).toThrowError(
      expect.objectContaining({ code: 'model-features-differ' }),
    );
  });

  test('with rows of another length is refused with what to do', () => {
    const damaged = { ...file, rows: [{ ...file.rows[0], features: [1, 2] }] };
    expect(() => costModelFromFile(damaged)).toThrowError(
      expect.objectContaining({ kind: 'bad-input', code: 'model-features-differ' }),
    );
  });

  test.each([
    ['infinite numbers', { latencyMs: 1e308 * 10 }],
    ['a latency of zero', { latencyMs: 0 }],
    ['negative power', { watts: -1 }],
    ['features that are no numbers', { features: ['1', 2, 3] }],
    ['unknown keys', { constructor: 'x' }],
  ])('with %s does not fulfil its schema', (_, change) => {
    expect(validateModel({ ...file, rows: [{ ...file.rows[0], ...change }] })).toMatchObject({ ok: false });
  });
});
