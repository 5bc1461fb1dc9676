import { describe, expect, it } from 'vitest';
import { type ContenderSamples, selectFinalist, stillInTheRunning } from '../../src/search/index.ts';

/** A contender whose blocks cost the given times and energies. */
function contender(latencyMs: (number | null)[], joules: (number | null)[]): ContenderSamples {
  return { latencyMs, joules };
}

const energy = { minimize: 'energy', latencySlack: 0.03 } as const;

describe('selectFinalist', () => {
  const incumbent = contender([1, 1.01, 0.99], [10, 10.1, 9.9]);

  it('takes the contender with the lowest energy within the latency slack', () => {
    const selection = selectFinalist(
      [
        incumbent,
        contender([1.02, 1.02, 1.02], [9, 9.05, 9.1]),
        contender([1.2, 1.2, 1.2], [5, 5, 5]),
        contender([1, 1, 1], [9.5, 9.5, 9.5]),
      ],
      energy,
    );
    expect(selection.index).toBe(1);
    expect(selection.reason).toBe('better in every block');
    expect(selection.energyRatio?.estimate).toBeCloseTo(Math.cbrt((9 * 9.05 * 9.1) / (10 * 10.1 * 9.9)), 12);
    expect(selection.energyRatio!.low).toBeLessThan(selection.energyRatio!.estimate);
    expect(selection.energyRatio!.high).toBeGreaterThan(selection.energyRatio!.estimate);
  });

  it('keeps the incumbent against one that won on the mean but lost a block', () => {
    const lucky = contender([1, 1, 1], [8, 8, 9.95]);
    expect(selectFinalist([incumbent, lucky], energy).index).toBe(0);
  });

  it('keeps the incumbent against a gain that is too small to be worth a change', () => {
    const slight = contender([1, 1, 1], [9.95, 10.05, 9.85]);
    expect(selectFinalist([incumbent, slight], energy).index).toBe(0);
  });

  it('replaces an incumbent that is slower than the slack allows, even at more energy', () => {
    const faster = contender([0.5, 0.5, 0.5], [11, 11, 11]);
    const selection = selectFinalist([incumbent, faster], energy);
    expect(selection.index).toBe(1);
    expect(selection.reason).toContain('beyond the latency slack');
  });

  it('does not push an incumbent out for one slow block', () => {
    const unlucky = contender([1, 1.5, 1.4], [10, 10, 10]);
    const other = contender([1.05, 1.05, 1.05], [10.5, 10.5, 10.5]);
    expect(selectFinalist([unlucky, other], energy)).toMatchObject({
      index: 0,
      reason: 'no contender was faster in every block',
    });
  });

  it('takes the best where there is no incumbent that works, the first if nothing was measured', () => {
    const slow = contender([2, 2, 2], [20, 20, 20]);
    const good = contender([1, 1, 1], [10, 10, 10]);
    expect(selectFinalist([slow, good], energy, { incumbentFails: true })).toMatchObject({
      index: 1,
      reason: 'the previous configuration fails',
    });
    expect(selectFinalist([], energy, { incumbentFails: true }).index).toBe(0);
  });

  it('keeps the incumbent where nothing was measured', () => {
    expect(selectFinalist([], energy)).toMatchObject({
      index: 0,
      reason: 'it was not compared with another one',
    });
  });

  it('compares only blocks in which both were measured, and needs two of them', () => {
    const mostlyVoid = contender([0.9, null, null], [8, null, null]);
    expect(selectFinalist([incumbent, mostlyVoid], energy).index).toBe(0);
  });

  it('weighs latency against energy as the objective does', () => {
    const fast = contender([0.9, 0.9, 0.9], [12, 12, 12]);
    const balanced = contender([0.95, 0.95, 0.95], [9, 9, 9]);
    expect(selectFinalist([incumbent, fast, balanced], { minimize: 'latency' }).index).toBe(1);
    expect(selectFinalist([incumbent, fast, balanced], { minimize: 'edp' }).index).toBe(2);
    // 20 % faster for 40 % more energy: worse once, better squared.
    const hasty = contender([0.8, 0.8, 0.8], [14, 14, 14]);
    expect(selectFinalist([incumbent, hasty], { minimize: 'edp' }).index).toBe(0);
    expect(selectFinalist([incumbent, hasty], { minimize: 'ed2p' }).index).toBe(1);
  });
});

describe('stillInTheRunning', () => {
  const incumbent = contender([1, 1], [10, 10]);
  const isOpen = (latencyMs: (number | null)[], joules: (number | null)[]) =>
    stillInTheRunning([incumbent, contender(latencyMs, joules)], energy)[1];

  it('ends for who lost a block in energy and latency alike, however good the others were', () => {
    expect(isOpen([1.1], [10.1])).toBe(false);
    expect(isOpen([0.5, 1.1], [5, 10.1])).toBe(false);
    // Then it was not better in every block either.
    expect(isOpen([1], [10])).toBe(false);
  });

  it('goes on for who may yet be better, or faster, in every block', () => {
    expect(isOpen([1.1, 1.1], [9, 9])).toBe(true);
    expect(isOpen([0.9, 0.9], [11, 11])).toBe(true);
    expect(isOpen([0.9, 1.1], [11, 9])).toBe(true);
  });

  it('goes on where a block is void, and before the first one', () => {
    expect(isOpen([1.1, null], [null, 11])).toBe(true);
    expect(isOpen([], [])).toBe(true);
    expect(stillInTheRunning([contender([null], [null]), contender([2], [20])], energy)).toEqual([
      true,
      true,
    ]);
  });

  it('is never over for the incumbent', () => {
    expect(stillInTheRunning([incumbent, contender([0.5, 0.5], [5, 5])], energy)).toEqual([true, true]);
  });
});
