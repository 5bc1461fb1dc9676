import { describe, expect, test } from 'vitest';
import { changePoints } from '../../src/judge/index.ts';
import { createRandom } from '../../src/stats/index.ts';

/** Stretches of normal values around the levels given, one after the other. */
function series(seed: number, levels: readonly (readonly [count: number, level: number])[], sd = 0.01) {
  const random = createRandom(seed);
  return levels.flatMap(([count, level]) =>
    Array.from({ length: count }, () => level + sd * random.normal()),
  );
}

describe('change points', () => {
  test('are where a series changes for good, to the night', () => {
    const found = changePoints(
      series(1, [
        [20, 0],
        [20, 0.06],
        [20, -0.02],
      ]),
    );
    expect(found.map(({ at }) => at)).toEqual([20, 40]);
    for (const { p } of found) expect(p).toBe(1 / 200);
  });

  test('are none in noise: at most one series in twenty-five has one at a level of 1 %', () => {
    let found = 0;
    for (let seed = 0; seed < 100; seed++) if (changePoints(series(seed, [[30, 0]])).length > 0) found++;
    expect(found).toBeLessThanOrEqual(4);
  });

  test('are none of a single bad night', () => {
    const values = series(3, [[30, 0]]);
    values[12] = 0.3;
    expect(changePoints(values)).toEqual([]);
  });

  test('see a spread that changes, not only a mean', () => {
    const calm = series(4, [[40, 0]], 0.001);
    const wild = series(5, [[40, 0]], 0.05);
    const [first] = changePoints([...calm, ...wild]);
    expect(Math.abs((first?.at ?? 0) - 40)).toBeLessThanOrEqual(4);
  });

  test('are none in series that are short, constant or empty', () => {
    expect(changePoints([])).toEqual([]);
    expect(changePoints(Array(30).fill(1))).toEqual([]);
    expect(changePoints([0, 0, 0, 0, 1, 1, 1, 1])).toEqual([]);
  });

  test('are the same for the same series', () => {
    const values = series(6, [
      [15, 0],
      [15, 0.02],
    ]);
    expect(changePoints(values)).toEqual(changePoints(values));
  });
});
