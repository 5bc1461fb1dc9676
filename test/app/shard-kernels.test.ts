import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shardKernels } from '../../src/app/fleet/index.ts';
import { manifestOf, softmax } from '../manifest/support.ts';

/** 600 s of search and 180 s of comparing for each workload whose space has 256 configurations or more. */
const header = softmax.slice(0, softmax.indexOf('kernels:')).replace('trials: 512', 'trials: 256');

interface Entry {
  readonly name: string;
  readonly workloads?: number;
  /** Values of its only tunable; none without one. */
  readonly values?: number;
  readonly more?: readonly string[];
}

function entry({ name, workloads = 1, values = 256, more = [] }: Entry): string {
  const sizes = Array.from({ length: workloads }, (_, i) => `{ N: ${i + 1} }`).join(', ');
  const list = Array.from({ length: values }, (_, i) => i + 1).join(', ');
  return [
    `  ${name}:`,
    '    source: other/plain.wgsl',
    '    entry: main',
    `    workloads: [${sizes}]`,
    ...(values === 0 ? [] : [`    tunables: { V: [${list}] }`, '    default: { V: 1 }']),
    '    buffers: { out: { binding: 0, type: f32, length: N, check: { relative: 0.1 } } }',
    '    dispatch: [1, 1, 1]',
    ...more.map((line) => `    ${line}`),
    '',
  ].join('\n');
}

function manifestWith(...entries: readonly Entry[]) {
  return manifestOf(`${header}kernels:\n${entries.map(entry).join('')}`);
}

/** Names of the kernels of every shard, and the minutes they are expected to take. */
function dealt(manifest: ReturnType<typeof manifestWith>, count: number, mode: 'guard' | 'retune') {
  return Array.from({ length: count }, (_, i) => {
    const { names, seconds } = shardKernels(manifest, { index: i + 1, count }, mode);
    return [names.join(' '), Math.round((seconds / 60) * 100) / 100];
  });
}

const sentinel = { name: 'still', more: ['sentinel: true'] };

describe('kernels dealt to shards', () => {
  it('of a guard are dealt by the minutes that their workloads are judged for', () => {
    const manifest = manifestWith(
      { name: 'a', workloads: 1, values: 0 },
      { name: 'b', workloads: 5, values: 0 },
      { name: 'c', workloads: 2, values: 0 },
      { name: 'd', workloads: 2, values: 0 },
      sentinel,
    );
    expect(dealt(manifest, 2, 'guard')).toEqual([
      ['b', 7.5],
      ['a c d', 7.5],
    ]);
  });

  it('of a night are dealt by what their spaces take to search: all of the budget, its part, or nothing', () => {
    const manifest = manifestWith(
      { name: 'large' },
      { name: 'small-1', values: 32 },
      { name: 'small-2', values: 32 },
      { name: 'small-3', values: 32 },
      { name: 'fixed-1', values: 0 },
      { name: 'fixed-2', values: 0 },
      { name: 'fixed-3', values: 0 },
      sentinel,
    );
    // 600 + 180 s; 600 * 32 / 256 + 180 s; nothing to choose from.
    expect(dealt(manifest, 2, 'retune')).toEqual([
      ['large', 13],
      ['small-1 small-2 small-3 fixed-1 fixed-2 fixed-3', 12.75],
    ]);
    // Where minutes say nothing, numbers are shared out.
    expect(dealt(manifestWith({ name: 'x', values: 0 }, { name: 'y', values: 0 }), 2, 'retune')).toEqual([
      ['x', 0],
      ['y', 0],
    ]);
  });

  it('count only configurations that constraints allow, on a board as most are', () => {
    const manifest = manifestWith(
      { name: 'half', more: ['constraints: ["V <= 128"]'] },
      { name: 'board', more: ['constraints: ["V <= max_invocations / 8"]'] },
      { name: 'none', more: ['constraints: ["V <= 1"]'] },
      { name: 'faulty', more: ['constraints: ["1 / (V - 7) >= -1"]'] },
    );
    const minutes = (name: string) => dealt(manifest, 4, 'retune').find(([names]) => names === name)?.[1];
    expect(minutes('half')).toBe((600 / 2 + 180) / 60);
    expect(minutes('board')).toBe((600 / 2 + 180) / 60);
    expect(minutes('none')).toBe(0);
    // That one of its configurations cannot be judged is said where it is searched.
    expect(minutes('faulty')).toBe((600 + 180) / 60);
  });

  it('are the same whatever the order of the manifest, so that jobs which know nothing of each other agree', () => {
    const entries = Array.from({ length: 9 }, (_, i) => ({
      name: `k${i}`,
      workloads: 1 + (i % 4),
      values: 0,
    }));
    const sets = (list: readonly Entry[]) =>
      dealt(manifestWith(...list), 3, 'guard').map(([names]) => String(names).split(' ').sort());
    fc.assert(
      fc.property(fc.shuffledSubarray(entries, { minLength: entries.length }), (shuffled) => {
        expect(sets(shuffled)).toEqual(sets(entries));
      }),
      { seed: 1, numRuns: 10 },
    );
  });

  it('are each in one shard and no other, none is idle while another has two more, and no sentinel is dealt', () => {
    const kernel = fc.record({
      workloads: fc.integer({ min: 1, max: 6 }),
      values: fc.constantFrom(0, 2, 8),
    });
    fc.assert(
      fc.property(
        fc.array(kernel, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 8 }),
        fc.constantFrom('guard', 'retune'),
        (kernels, count, mode) => {
          const manifest = manifestWith(sentinel, ...kernels.map((one, i) => ({ ...one, name: `k${i}` })));
          const shards = Array.from({ length: count }, (_, i) =>
            shardKernels(manifest, { index: i + 1, count }, mode),
          );
          const names = shards.flatMap((shard) => shard.names);
          expect(names.toSorted()).toEqual(kernels.map((_, i) => `k${i}`).sort());
          // Dealing the longest first is never worse than 4/3 of the best, which is at least the longest and the mean.
          const all = new Map(
            manifest.kernels
              .filter(({ sentinel }) => !sentinel)
              .map(({ name }) => {
                const alone = { ...manifest, kernels: manifest.kernels.filter((one) => one.name === name) };
                return [name, 1 + shardKernels(alone, { index: 1, count: 1 }, mode).seconds] as const;
              }),
          );
          const load = (shard: readonly string[]) =>
            shard.reduce((sum, name) => sum + (all.get(name) ?? 0), 0);
          const longest = Math.max(...all.values());
          const mean = load([...all.keys()]) / count;
          // Graham's bound for any greedy dealing.
          for (const shard of shards) expect(load(shard.names)).toBeLessThanOrEqual(mean + longest + 1e-9);
          if (kernels.length >= count) for (const shard of shards) expect(shard.names).not.toEqual([]);
        },
      ),
      { seed: 2, numRuns: 30 },
    );
  });

  it('leave shards empty where there are fewer kernels', () => {
    expect(dealt(manifestWith({ name: 'only', values: 0 }, sentinel), 3, 'guard')).toEqual([
      ['only', 1.5],
      ['', 0],
      ['', 0],
    ]);
  });
});
