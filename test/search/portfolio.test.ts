import { describe, expect, test } from 'vitest';
import { choosePortfolio } from '../../src/search/index.ts';

function device(name: string, costs: Readonly<Record<string, number>>) {
  return { device: name, costs: new Map(Object.entries(costs)) };
}

describe('a portfolio', () => {
  // Two that are best at home and bad abroad, one that is good on both.
  const two = [
    device('nvidia', { spike: 1, peak: 4, even: 1.1, bad: 8 }),
    device('amd', { spike: 5, peak: 1, even: 1.2, bad: 9 }),
  ];

  test('of one is the configuration whose worst regret is least', () => {
    expect(choosePortfolio(two, 1)).toEqual({
      members: ['even'],
      shares: [[1 / 1.1, 1 / 1.2]],
      worstShare: 1 / 1.2,
    });
  });

  test('of two serves each device with its own best', () => {
    const { members, worstShare } = choosePortfolio(two, 2);
    expect([...members].sort()).toEqual(['peak', 'spike']);
    expect(worstShare).toBe(1);
  });

  test('takes no more members than help', () => {
    const alike = [device('a', { x: 1, y: 1.01 }), device('b', { x: 1.01, y: 1 })];
    expect(choosePortfolio(alike, 3).members).toHaveLength(1);
  });

  test('has an all-rounder beside the best of each, where there is room', () => {
    expect([...choosePortfolio(two, 3).members].sort()).toEqual(['even', 'peak', 'spike']);
  });

  test('of three devices that each need their own has three members', () => {
    const own = ['a', 'b', 'c'].map((name) => device(name, { a: 9, b: 9, c: 9, [name]: 1, all: 6 }));
    expect([...choosePortfolio(own, 3).members].sort()).toEqual(['a', 'b', 'c']);
  });

  test('prefers what is good everywhere to a best that is hardly better', () => {
    const devices = [
      device('a', { spike: 1, plain: 1.02, other: 3 }),
      device('b', { spike: 7, plain: 2, other: 1 }),
    ];
    expect([...choosePortfolio(devices, 2).members].sort()).toEqual(['other', 'plain']);
  });

  test('leaves out what a device never tried, and tells so', () => {
    const partly = [device('a', { x: 1, y: 1.5 }), device('b', { y: 1 }), device('silent', {})];
    const { members, shares, worstShare } = choosePortfolio(partly, 1);
    expect(members).toEqual(['y']);
    expect(shares).toEqual([[1 / 1.5, 1, null]]);
    expect(worstShare).toBe(1 / 1.5);
    expect(choosePortfolio([device('silent', {})], 3)).toEqual({ members: [], shares: [], worstShare: 0 });
  });
});
