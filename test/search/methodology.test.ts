import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ScoredSpace } from '../../bench/search/methodology.ts';
import { loadPeers, peerRuns } from '../../bench/search/peers.ts';
import { benchSpaces, loadJson } from '../../bench/search/spaces.ts';

const data = process.env.JOULEGATE_DATA ?? '../shared/data';
const isHere = existsSync(join(data, 'peers'));
if (!isHere)
  console.warn(`SKIPPED: no sequences of peers at ${data}. Set JOULEGATE_DATA to the folder of recordings.`);

describe('the methodology score', () => {
  const space = new ScoredSpace(Array.from({ length: 1000 }, (_, i) => i + 1));

  test('is 1 for the optimum at once', () => {
    const summary = space.summarise([[1], [1]]);
    expect(summary).toEqual({
      seeds: 2,
      score: 1,
      percentOfOptimum: { 32: 100, 64: 100, 128: 100, 256: 100 },
      evaluationsToWithin1Percent: { median: 1, reached: 1 },
      gapAtBudgetPercent: 0,
    });
  });

  test('is a number also where random search has the optimum as soon as anyone can', () => {
    for (const recorded of [[1, 1, 1], [1, 2], [5]]) {
      const { score, gapAtBudgetPercent } = new ScoredSpace(recorded).summarise([[recorded[0] as number]]);
      expect([Number.isFinite(score), gapAtBudgetPercent]).toEqual([true, 0]);
    }
  });

  test('counts a failed evaluation, and never forgets the best', () => {
    const summary = space.summarise([[null, 4, null, 2, 8, 1]]);
    expect(summary.evaluationsToWithin1Percent.median).toBe(6);
    expect(space.curve([null, 4, null, 2, 8])).toEqual([
      Number.POSITIVE_INFINITY,
      4,
      4,
      ...new Array(space.length - 3).fill(2),
    ]);
  });
});

/** What our score says about sequences of evaluations that were scored elsewhere. */
describe.skipIf(!isHere)('scored as elsewhere', () => {
  const [energy] = benchSpaces([], data);
  if (energy === undefined) throw new Error('no spaces');
  const peers = isHere ? loadPeers(data)[energy.name] : undefined;
  const runs = isHere ? peerRuns(data, energy) : null;
  const recorded = () => {
    const { cache } = loadJson(energy.file) as { cache: Record<string, Record<string, unknown>> };
    return Object.values(cache).flatMap((row) => {
      const value = row[energy.field];
      return typeof value === 'number' && typeof row.time === 'number' ? [value] : [];
    });
  };

  test('the sequences of every peer on a recording, to the last digit but one', () => {
    const space = new ScoredSpace(recorded());
    expect(space.budget).toBe(peers?.budget);
    const strategies = Object.entries(peers?.strategies ?? {});
    expect(strategies.length).toBeGreaterThan(10);
    for (const [name, expected] of strategies) {
      const { score, ...others } = space.summarise(runs?.[name] ?? []);
      expect([name, others]).toEqual([name, { ...expected, score: undefined }]);
      // Sums in another order may round the other way.
      expect(Math.abs(score - expected.score)).toBeLessThan(0.0011);
    }
  });
});
