import { expect, test } from 'vitest';
import { createRandom, moments, shuffle } from '../../src/stats/index.ts';

const draw = (seed: number, count: number) => {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => random.next());
};

test('the same seed gives the same numbers, another seed others', () => {
  expect(draw(42, 5)).toEqual(draw(42, 5));
  expect(draw(42, 5)).not.toEqual(draw(43, 5));
});

test('a fork is independent of how much was drawn from its parent', () => {
  const fresh = createRandom(1).fork('a').next();
  const used = createRandom(1);
  used.next();
  expect(used.fork('a').next()).toBe(fresh);
  expect(createRandom(1).fork('b').next()).not.toBe(fresh);
});

test('uniform and normal numbers have their moments', () => {
  const random = createRandom(5);
  const uniform = moments(Array.from({ length: 20000 }, () => random.next()));
  expect(uniform.mean).toBeCloseTo(0.5, 1.9);
  expect(uniform.variance).toBeCloseTo(1 / 12, 2);
  const normal = moments(Array.from({ length: 20000 }, () => random.normal()));
  expect(Math.abs(normal.mean)).toBeLessThan(0.03);
  expect(Math.abs(normal.variance - 1)).toBeLessThan(0.04);
});

test('shuffling keeps every item and reaches every order', () => {
  const random = createRandom(3);
  const seen = new Set<string>();
  for (let i = 0; i < 200; i++) seen.add(shuffle([1, 2, 3], random).join(''));
  expect([...seen].sort()).toEqual(['123', '132', '213', '231', '312', '321']);
});
