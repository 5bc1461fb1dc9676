import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Configuration,
  type Constraint,
  configurationId,
  createListedSpace,
  createSpace,
  type Point,
  type Space,
  type Tunable,
} from '../../src/space/index.ts';
import { createRandom } from '../../src/stats/index.ts';

const tunables: readonly Tunable[] = [
  { name: 'WORKGROUP', values: [32, 64, 128, 256] },
  { name: 'PER_THREAD', values: [1, 2, 4] },
  { name: 'VECTORIZE', values: [true, false] },
];

function constraint(names: readonly string[], test: (c: Configuration) => boolean): Constraint {
  return { names, test };
}

const fits = constraint(
  ['WORKGROUP', 'PER_THREAD'],
  (c) => Number(c.WORKGROUP) * Number(c.PER_THREAD) <= 256,
);

const softmax = createSpace({ tunables, constraints: [fits] });

function key(point: Point): string {
  return point.join(',');
}

function keys(points: Iterable<Point>): string[] {
  return [...points].map(key);
}

/** All valid points by brute force: every raw point through every constraint. */
function bruteForce(space: Space, constraints: readonly Constraint[]): string[] {
  let points: number[][] = [[]];
  for (const { values } of space.tunables)
    points = points.flatMap((point) => values.map((_, index) => [...point, index]));
  return points.filter((point) => constraints.every(({ test }) => test(space.configuration(point)))).map(key);
}

/** Small spaces with random constraints of one or two tunables. */
const anySpace = fc
  .record({
    levels: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 }),
    rules: fc.array(fc.record({ a: fc.nat(4), b: fc.nat(4), divisor: fc.integer({ min: 2, max: 4 }) }), {
      maxLength: 3,
    }),
  })
  .map(({ levels, rules }) => {
    const own = levels.map((count, d) => ({
      name: `T${d}`,
      values: Array.from({ length: count }, (_, i) => i + 1),
    }));
    const constraints = rules
      .filter(({ a, b }) => a < own.length && b < own.length)
      .map(({ a, b, divisor }) =>
        constraint([`T${a}`, `T${b}`], (c) => (Number(c[`T${a}`]) + Number(c[`T${b}`])) % divisor !== 0),
      );
    return { space: createSpace({ tunables: own, constraints }), constraints };
  });

describe('enumerate', () => {
  it('gives exactly the valid points, in lexicographic order', () => {
    fc.assert(
      fc.property(anySpace, ({ space, constraints }) => {
        expect(keys(space.enumerate())).toEqual(bruteForce(space, constraints));
      }),
    );
  });

  it('leaves a branch as soon as the tunables of a failing constraint are chosen', () => {
    let tests = 0;
    const first = constraint(['T0'], (c) => {
      tests++;
      return c.T0 === 1;
    });
    const wide = Array.from({ length: 6 }, (_, d) => ({ name: `T${d}`, values: [1, 2, 3, 4, 5, 6, 7, 8] }));
    const space = createSpace({ tunables: wide, constraints: [first] });
    expect(space.count()).toEqual({ value: 8 ** 5, exact: true });
    expect(tests).toBe(8);
  });

  it('is lazy: the first points of an endless space come at once', () => {
    const wide = Array.from({ length: 12 }, (_, d) => ({
      name: `T${d}`,
      values: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    }));
    const space = createSpace({ tunables: wide, constraints: [] });
    expect(space.rawSize).toBe(1e12);
    expect(space.enumerate().next().value).toEqual(new Array(12).fill(0));
    expect(space.count(100)).toEqual({ value: 100, exact: false });
  });

  it('has one point without tunables, none with a constraint that never holds', () => {
    const single = createSpace({ tunables: [], constraints: [] });
    expect([...single.enumerate()]).toEqual([[]]);
    expect(single.id([])).toBe('default');
    expect(single.sample(createRandom(1), 3)).toEqual([[]]);
    const never = createSpace({ tunables, constraints: [constraint([], () => false)] });
    expect([...never.enumerate()]).toEqual([]);
    expect(never.sample(createRandom(1), 3)).toEqual([]);
    expect(never.stratified(createRandom(1), 3)).toEqual([]);
  });

  it('counts up to a limit', () => {
    expect(softmax.rawSize).toBe(24);
    expect(softmax.count()).toEqual({ value: 18, exact: true });
    expect(softmax.count(18)).toEqual({ value: 18, exact: true });
    expect(softmax.count(17)).toEqual({ value: 17, exact: false });
  });
});

describe('points, configurations and ids', () => {
  it('translates both ways', () => {
    const configuration = { WORKGROUP: 64, PER_THREAD: 4, VECTORIZE: false };
    expect(softmax.point(configuration)).toEqual([1, 2, 1]);
    expect(softmax.configuration([1, 2, 1])).toEqual(configuration);
    expect(softmax.id([1, 2, 1])).toBe('WORKGROUP=64,PER_THREAD=4,VECTORIZE=false');
    expect(configurationId({ VECTORIZE: false, PER_THREAD: 4, WORKGROUP: 64 }, tunables)).toBe(
      'WORKGROUP=64,PER_THREAD=4,VECTORIZE=false',
    );
  });

  it('knows no point for a missing tunable or a value outside, also of another type', () => {
    expect(softmax.point({ WORKGROUP: 64, PER_THREAD: 4 })).toBeNull();
    expect(softmax.point({ WORKGROUP: 65, PER_THREAD: 4, VECTORIZE: true })).toBeNull();
    expect(softmax.point({ WORKGROUP: '64', PER_THREAD: 4, VECTORIZE: true })).toBeNull();
    expect(softmax.point(Object.create({ WORKGROUP: 64, PER_THREAD: 4, VECTORIZE: true }))).toBeNull();
  });

  it('takes a point that breaks a constraint, but does not call it valid', () => {
    const point = softmax.point({ WORKGROUP: 256, PER_THREAD: 4, VECTORIZE: true });
    expect(point).toEqual([3, 2, 0]);
    expect(softmax.isValid(point as Point)).toBe(false);
    for (const other of [
      [0, 0],
      [0, 0, 0, 0],
      [4, 0, 0],
      [-1, 0, 0],
      [0.5, 0, 0],
      [Number.NaN, 0, 0],
    ])
      expect(softmax.isValid(other)).toBe(false);
  });

  it('gives every point an id of its own', () => {
    const ids = [...softmax.enumerate()].map((point) => softmax.id(point));
    expect(new Set(ids).size).toBe(18);
  });
});

describe('sample', () => {
  it('gives distinct valid points, all of them if more are asked for', () => {
    fc.assert(
      fc.property(anySpace, fc.nat(30), fc.integer(), ({ space, constraints }, count, seed) => {
        const valid = bruteForce(space, constraints);
        const drawn = keys(space.sample(createRandom(seed), count));
        expect(drawn).toHaveLength(Math.min(count, valid.length));
        expect(new Set(drawn).size).toBe(drawn.length);
        expect(valid).toEqual(expect.arrayContaining(drawn));
      }),
    );
  });

  /** Pearson's chi-squared of single draws against equal chances. */
  function chiSquared(space: Space, valid: readonly string[], draws: number): number {
    const random = createRandom(7);
    const counts = new Map(valid.map((point) => [point, 0]));
    for (let i = 0; i < draws; i++) {
      const drawn = key(space.sample(random, 1)[0] as Point);
      counts.set(drawn, (counts.get(drawn) as number) + 1);
    }
    const expected = draws / valid.length;
    return [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  }

  it('is uniform where constraints are loose', () => {
    const levels = Array.from({ length: 4 }, (_, d) => ({
      name: `T${d}`,
      values: [1, 2, 3, 4, 5, 6, 7, 8, 9],
    }));
    // Of 6,561 raw points the 495 with T0 + T1 + T2 + T3 <= 12 are valid: 7.5 %, found by trial and error.
    const sum = constraint(
      ['T0', 'T1', 'T2', 'T3'],
      (c) => Number(c.T0) + Number(c.T1) + Number(c.T2) + Number(c.T3) <= 12,
    );
    const space = createSpace({ tunables: levels, constraints: [sum] });
    const valid = keys(space.enumerate());
    expect(valid).toHaveLength(495);
    // 494 degrees of freedom: mean 494, standard deviation 31.4.
    expect(chiSquared(space, valid, 20_000)).toBeLessThan(494 + 4 * 31.4);
  });

  it('is uniform where constraints are tight', () => {
    const levels = Array.from({ length: 5 }, (_, d) => ({ name: `T${d}`, values: [1, 2, 3, 4, 5, 6, 7, 8] }));
    // T0 = T1 = T2 and T3 <= T4: 8 * 36 of 32,768 raw points, which pruning reaches with unequal chances.
    const space = createSpace({
      tunables: levels,
      constraints: [
        constraint(['T0', 'T1'], (c) => c.T0 === c.T1),
        constraint(['T1', 'T2'], (c) => c.T1 === c.T2),
        constraint(['T3', 'T4'], (c) => Number(c.T3) <= Number(c.T4)),
      ],
    });
    const valid = keys(space.enumerate());
    expect(valid).toHaveLength(288);
    expect(chiSquared(space, valid, 10_000)).toBeLessThan(287 + 4 * 24);
  });

  it('finds points of a space that is tight and beyond listing', () => {
    const names = Array.from({ length: 12 }, (_, d) => `T${d}`);
    const levels = names.map((name) => ({ name, values: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] }));
    // Of 10^12 raw points 10 * 3^11, about 2 in a million: trial and error is hopeless.
    const steps = names
      .slice(1)
      .map((name, d) =>
        constraint([`T${d}`, name], (c) => (Number(c[name]) - Number(c[`T${d}`]) + 10) % 10 <= 2),
      );
    const space = createSpace({ tunables: levels, constraints: steps });
    const drawn = space.sample(createRandom(3), 50);
    expect(new Set(keys(drawn)).size).toBe(50);
    expect(drawn.every((point) => space.isValid(point))).toBe(true);
    expect(new Set(drawn.map((point) => point[0])).size).toBeGreaterThan(5);
  });

  it('does not depend on what was asked of the space before', () => {
    const make = () => createSpace({ tunables, constraints: [fits] });
    const used = make();
    used.sample(createRandom(99), 10);
    used.stratified(createRandom(98), 5);
    expect(used.sample(createRandom(5), 6)).toEqual(make().sample(createRandom(5), 6));
  });
});

describe('stratified', () => {
  it('covers every value of every tunable as evenly as it can', () => {
    const levels = Array.from({ length: 4 }, (_, d) => ({ name: `T${d}`, values: [1, 2, 3, 4] }));
    const space = createSpace({ tunables: levels, constraints: [] });
    const start = space.stratified(createRandom(1), 12);
    expect(new Set(keys(start)).size).toBe(12);
    for (let d = 0; d < 4; d++) {
      const counts = [0, 1, 2, 3].map((index) => start.filter((point) => point[d] === index).length);
      expect(Math.min(...counts)).toBeGreaterThanOrEqual(2);
      expect(Math.max(...counts)).toBeLessThanOrEqual(4);
    }
  });

  it('keeps clear of points that are chosen already', () => {
    const all = [...softmax.enumerate()];
    const chosen = all.slice(0, 15);
    const rest = softmax.stratified(createRandom(1), 10, chosen);
    expect(keys(rest).sort()).toEqual(keys(all.slice(15)).sort());
  });

  it('gives distinct valid points, as many as there are, and the same for the same seed', () => {
    fc.assert(
      fc.property(anySpace, fc.nat(20), fc.integer(), ({ space, constraints }, count, seed) => {
        const valid = bruteForce(space, constraints);
        const start = keys(space.stratified(createRandom(seed), count));
        expect(start).toHaveLength(Math.min(count, valid.length));
        expect(new Set(start).size).toBe(start.length);
        expect(valid).toEqual(expect.arrayContaining(start));
        expect(keys(space.stratified(createRandom(seed), count))).toEqual(start);
      }),
      { numRuns: 50 },
    );
  });
});

describe('variation', () => {
  it('neighbours are the valid points that differ in one tunable', () => {
    const point = [1, 2, 0];
    const differences = (other: Point) => other.filter((index, d) => index !== point[d]).length;
    const expected = [...softmax.enumerate()].filter((other) => differences(other) === 1);
    expect(keys(softmax.neighbours(point)).sort()).toEqual(keys(expected).sort());
  });

  it('children take every tunable from one of their parents, and are valid', () => {
    fc.assert(
      fc.property(anySpace, fc.integer(), ({ space }, seed) => {
        const random = createRandom(seed);
        const [a, b] = space.sample(random, 2);
        if (a === undefined || b === undefined) return;
        const child = space.crossover(a, b, random);
        if (child === null) return;
        expect(space.isValid(child)).toBe(true);
        child.forEach((index, d) => {
          expect([a[d], b[d]]).toContain(index);
        });
      }),
    );
  });

  it('mutation redraws as many tunables as its rate says, and stays valid', () => {
    const random = createRandom(4);
    const levels = Array.from({ length: 10 }, (_, d) => ({
      name: `T${d}`,
      values: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    }));
    const space = createSpace({ tunables: levels, constraints: [] });
    const point = new Array<number>(10).fill(0);
    expect(space.mutate(point, 0, random)).toEqual(point);
    let changed = 0;
    for (let i = 0; i < 1000; i++)
      changed += (space.mutate(point, 0.15, random) as Point).filter((index) => index !== 0).length;
    // Ten tunables, redrawn with .15, different with .9: 1.35 a point, standard deviation .034 in the mean.
    expect(changed / 1000).toBeGreaterThan(1.35 - 0.15);
    expect(changed / 1000).toBeLessThan(1.35 + 0.15);
    for (let i = 0; i < 200; i++) {
      const child = softmax.mutate([3, 0, 0], 0.5, random);
      if (child !== null) expect(softmax.isValid(child)).toBe(true);
    }
  });

  it('gives up where no valid child can be found', () => {
    const space = createSpace({
      tunables: [
        { name: 'A', values: [0, 1] },
        { name: 'B', values: [0, 1] },
      ],
      constraints: [constraint([], () => false)],
    });
    expect(space.crossover([0, 0], [1, 1], createRandom(1))).toBeNull();
    expect(space.mutate([0, 0], 1, createRandom(1))).toBeNull();
  });
});

describe('a listed space', () => {
  const points = [
    [3, 2, 1],
    [0, 0, 0],
    [0, 1, 0],
    [0, 0, 0],
    [9, 9, 9],
  ];
  const listed = createListedSpace(tunables, points);

  it('holds the given points once, in order, and nothing outside the tunables', () => {
    expect([...listed.enumerate()]).toEqual([
      [0, 0, 0],
      [0, 1, 0],
      [3, 2, 1],
    ]);
    expect(listed.count()).toEqual({ value: 3, exact: true });
    expect(listed.rawSize).toBe(24);
    expect(listed.isValid([0, 0, 1])).toBe(false);
    expect(listed.isValid([0, 1, 0])).toBe(true);
  });

  it('draws, spreads and varies within the list', () => {
    expect(keys(listed.sample(createRandom(1), 9)).sort()).toEqual(['0,0,0', '0,1,0', '3,2,1']);
    expect(keys(listed.stratified(createRandom(1), 9)).sort()).toEqual(['0,0,0', '0,1,0', '3,2,1']);
    expect(listed.neighbours([0, 0, 0])).toEqual([[0, 1, 0]]);
    expect(listed.neighbours([3, 2, 1])).toEqual([]);
  });
});
