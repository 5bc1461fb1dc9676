import { describe, expect, it } from 'vitest';
import { budgetParts, networkSavings } from '../../src/app/retune/index.ts';
import type { Network } from '../../src/manifest/index.ts';

type Task = Parameters<typeof networkSavings>[1];
type Outlook = Task['outlooks'][number];
type Final = Task['finals'][number];

const gate = { energy: { margin: 0.01, allowEstimated: false }, latency: { margin: 0.01 }, failOn: [] };

function network(calls: Readonly<Record<string, number>>, own: Partial<Network> = {}): Network {
  return {
    name: 'detector',
    position: { file: 'joulegate.yaml', line: 1, column: 1 },
    calls: Object.entries(calls).map(([kernel, times]) => ({ kernel, workload: 'N=1', calls: times })),
    launchOverheadMs: 0,
    covers: { macs: 0.97, bytes: null },
    inferencesPerDay: null,
    gate,
    ...own,
  };
}

const outlook = (kernel: string, joules: number | null, own: Partial<Outlook> = {}): Outlook => ({
  kernel,
  workload: 'N=1',
  latencyMs: joules,
  joules,
  tried: 1,
  untried: 63,
  ...own,
});

const sum = (values: readonly number[]) => values.reduce((one, other) => one + other, 0);

describe('the budget of what networks launch', () => {
  it('goes where an inference spends its joules, and is as much in all', () => {
    const parts = budgetParts([network({ conv: 1, gelu: 3 })], [outlook('conv', 9), outlook('gelu', 1)]);
    expect(parts.map((part) => part.toFixed(3))).toEqual(['1.375', '0.625']);
    expect(sum(parts)).toBeCloseTo(2, 12);
  });

  it('goes where less was tried, and least where nothing is left to try', () => {
    const tried = (count: number, untried: number) => outlook(`tried-${count}`, 1, { tried: count, untried });
    const all = [tried(1, 63), tried(64, 63), tried(4, 0)];
    const [fresh = 0, known = 0, whole = 0] = budgetParts(
      [network({ 'tried-1': 1, 'tried-64': 1, 'tried-4': 1 })],
      all,
    );
    expect((fresh - 0.25) / (known - 0.25)).toBeCloseTo(Math.log(64) / Math.log(127 / 64), 9);
    expect(whole).toBe(0.25);
    expect(sum([fresh, known, whole])).toBeCloseTo(3, 12);
  });

  it('takes what was not measured for the mean of the rest, and latency where nothing measures energy', () => {
    const calls = network({ a: 1, b: 1, c: 1 });
    const unknown = budgetParts([calls], [outlook('a', 4), outlook('b', 2), outlook('c', null)]);
    expect(unknown.map((part) => part.toFixed(3))).toEqual(['1.250', '0.750', '1.000']);
    const slow = (kernel: string, latencyMs: number) => outlook(kernel, null, { latencyMs });
    expect(budgetParts([calls], [slow('a', 4), slow('b', 2), slow('c', 3)])).toEqual(unknown);
    expect(budgetParts([calls], [outlook('a', null), outlook('b', null), outlook('c', null)])).toEqual([
      1, 1, 1,
    ]);
  });

  it('is shared in equal parts where nothing is left to be found', () => {
    const whole = { untried: 0 };
    expect(budgetParts([network({ a: 1, b: 1 })], [outlook('a', 1, whole), outlook('b', 9, whole)])).toEqual([
      1, 1,
    ]);
  });
});

/** A kernel's final of which a contender won, or none did. */
function final(kernel: string, before: readonly number[], after: readonly number[] | null): Final {
  const samples = (values: readonly number[]) => ({ latencyMs: values, joules: values });
  return {
    search: {
      kernel: { name: kernel },
      workload: { name: 'N=1' },
      builder: { build: async () => ({ ok: true, value: { program: { passes: [{}] } } }) },
    } as unknown as Final['search'],
    incumbentFailure: null,
    contenders: [{}, {}],
    samples: [samples(before), ...(after === null ? [] : [samples(after)])],
    selection: {
      index: after === null ? 0 : 1,
      latencyRatio: null,
      energyRatio: null,
      reason: '',
    },
    identity: '',
  };
}

async function savings(own: Network, finals: readonly Final[], outlooks: readonly Outlook[]) {
  const [found] = await networkSavings([own], { finals, outlooks, estimated: false });
  return found;
}

describe('what a night saves of a network', () => {
  const calls = { conv: 2, gelu: 1, norm: 4 };
  const outlooks = [outlook('conv', 3), outlook('gelu', 2), outlook('norm', 0.5)];

  it('is the sum of what was replaced, block by block, beside what stayed', async () => {
    const finals = [
      // Both move with the board from block to block; their sum is lower by a quarter in each.
      final('conv', [3, 6, 3], [2, 4, 2]),
      final('gelu', [2, 8, 2], [1.5, 6, 1.5]),
      final('norm', [0.5, 0.5, 0.5], null),
    ];
    const found = await savings(network(calls, { inferencesPerDay: 1000 }), finals, outlooks);
    expect(found).toMatchObject({
      reason: '2 of 3 kernels and workloads replaced',
      covers: { macs: 0.97, bytes: null },
      base: { joules: 10, latencyMs: 10 },
      savedJoules: 2.5,
    });
    expect(found?.kWhPerMonth).toBeCloseTo((-2.5 * 1000 * 365.25) / 12 / 3.6e6, 12);
    const [energy] = found?.metrics ?? [];
    const logs = [Math.log(7.5 / 10), Math.log(16 / 22), Math.log(7.5 / 10)];
    expect(energy?.metric).toBe('energy');
    expect(energy?.ratio.estimate).toBeCloseTo(Math.exp(sum(logs) / 3), 12);
    expect(energy?.ratio.low).toBeLessThan(0.75);
    expect(found?.parts.map(({ kernel, share, change }) => [kernel, share, change])).toEqual([
      ['conv', 0.6, -0.2],
      ['gelu', 0.2, -0.05],
      ['norm', 0.2, -0],
    ]);
  });

  it('counts overheads of launches', async () => {
    const own = network({ conv: 2, gelu: 1 }, { launchOverheadMs: 1 });
    const finals = [final('conv', [3, 3], [2, 2]), final('gelu', [2, 2], null)];
    expect((await savings(own, finals, outlooks))?.base).toEqual({ latencyMs: 11, joules: 8 });
  });

  it('has no sum where something is not known, and says what was saved all the same', async () => {
    const finals = [final('conv', [3, 3], [2, 2])];
    const found = await savings(network(calls), finals, outlooks.slice(0, 2));
    expect(found).toMatchObject({
      reason: '1 of 3 kernels and workloads replaced; what norm N=1 cost before is not known',
      base: null,
      head: null,
      metrics: [],
      savedJoules: 2,
    });
    expect(await savings(network({ other: 1 }), finals, outlooks)).toBeUndefined();
  });

  it('is nothing where nothing was replaced', async () => {
    const found = await savings(network(calls), [final('conv', [3, 3], null)], outlooks);
    expect(found).toMatchObject({
      reason: 'nothing that it launches was replaced',
      metrics: [],
      savedJoules: 0,
    });
  });
});
