import { describe, expect, it } from 'vitest';
import { judge, type Network, overallVerdict, planNext } from '../../src/judge/index.ts';
import { around, exactBlocks, gate, subjectOf } from './support.ts';

const halfPercent = { energy: { margin: 0.005, allowEstimated: false }, latency: { margin: 0.005 } };

function networkOf(calls: Readonly<Record<string, number>>, rest: Partial<Network> = {}): Network {
  const nothing = { base: 0, head: 0 };
  return {
    name: 'detector',
    gate: { ...gate, ...halfPercent },
    energyEstimated: false,
    members: Object.entries(calls).map(([kernel, count]) => ({ kernel, workload: 'N=1', calls: count })),
    beside: { energy: nothing, latency: nothing },
    lacking: { energy: null, latency: null },
    ...rest,
  };
}

const [conv, gelu] = [subjectOf('conv'), subjectOf('gelu')];

/** The judgement of the one network of a run. */
function judged(
  network: Network,
  samples: Parameters<typeof judge>[1],
  options: Parameters<typeof judge>[2] = {},
) {
  return judge([conv, gelu], samples, { networks: [network], ...options })[2]!;
}

const ratioIn = (judgement: ReturnType<typeof judged>) => judgement.metrics[0]?.ratio?.estimate;

describe('a network', () => {
  it('is judged by the sum of what its kernels cost, each as often as it is launched', () => {
    const samples = [...exactBlocks('conv', [1.02, 1.02, 1.02]), ...exactBlocks('gelu', [1, 1, 1])];
    expect(ratioIn(judged(networkOf({ conv: 3, gelu: 1 }), samples))).toBeCloseTo(1 + (3 * 0.02) / 4, 12);
    const beside = { base: 4, head: 4 };
    const whole = networkOf({ conv: 3, gelu: 1 }, { beside: { energy: beside, latency: beside } });
    expect(ratioIn(judged(whole, samples))).toBeCloseTo(1 + (3 * 0.02) / 8, 12);
  });

  it('regresses by what every kernel loses within its margin', () => {
    const samples = [
      ...exactBlocks('conv', around(1.02, 0.001, 6)),
      ...exactBlocks('gelu', around(1.02, 0.001, 6)),
    ];
    const [first, second, network] = judge([conv, gelu], samples, {
      networks: [networkOf({ conv: 1, gelu: 1 })],
    });
    expect([first, second, network].map((one) => one?.verdict)).toEqual([
      'unchanged',
      'unchanged',
      'regressed',
    ]);
    expect(network).toMatchObject({ kernel: 'network detector', workload: 'per inference' });
    expect(network?.reason).toMatch(
      /^energy: \+2\.0 % .* is above the margin of 0\.5 %, in 6 blocks of all its kernels/,
    );
    const overall = overallVerdict({
      judgements: [first!, second!, network!],
      listed: [],
      failOn: ['regressed'],
    });
    expect(overall).toMatchObject({ verdict: 'failed', failing: [{ kernel: 'network detector' }] });
  });

  it('is paired by blocks: what moves all kernels of a block moves the sum, and what cancels in it does not', () => {
    const up = around(1, 0.02, 6);
    const down = around(1, -0.02, 6);
    const width = (second: readonly number[]) => {
      const samples = [...exactBlocks('conv', up), ...exactBlocks('gelu', second)];
      const { low, high } = judged(networkOf({ conv: 1, gelu: 1 }), samples).metrics[0]!.ratio!;
      return high - low;
    };
    expect(width(up)).toBeGreaterThan(0.04);
    expect(width(down)).toBeLessThan(0.003);
  });

  it('goes by blocks of all its kernels only', () => {
    const samples = [
      ...exactBlocks('conv', [1.01, 1.01, 1.01, 5, 5, 5]),
      ...exactBlocks('gelu', [1.01, 1.01, 1.01]),
    ];
    const { metrics } = judged(networkOf({ conv: 1, gelu: 1 }), samples);
    expect(metrics[0]).toMatchObject({ blocks: 3 });
    expect(metrics[0]?.ratio?.estimate).toBeCloseTo(1.01, 12);
  });

  it('takes the next block of a kernel for one that is void', () => {
    const samples = exactBlocks('gelu', [1, 1, 1, 1]).map((sample) =>
      sample.block === 1 ? { ...sample, joules: null, latencyMs: null, voidReasons: ['busy'] } : sample,
    );
    const { metrics } = judged(networkOf({ conv: 1, gelu: 1 }), [
      ...exactBlocks('conv', [1, 1, 1]),
      ...samples,
    ]);
    expect(metrics.map(({ blocks }) => blocks)).toEqual([3, 3]);
  });

  it('is one of the tests among which a kernel is confirmed', () => {
    const samples = [
      ...exactBlocks('conv', around(1.3, 0.01, 6)),
      ...exactBlocks('conv', around(1.3, 0.01, 3), { phase: 'confirm' }),
      ...exactBlocks('gelu', around(1, 0.01, 6)),
    ];
    const pOf = (networks: readonly Network[]) =>
      judge([conv, gelu], samples, { networks })[0]!.metrics[0]!.confirmP!;
    // Two more tests, neither of them with the smallest p: energy and latency of the network.
    expect(pOf([networkOf({ gelu: 1 })]) / pOf([])).toBeCloseTo(4 / 2, 9);
  });

  it('is inconclusive, and never green, where something of it is not known', () => {
    const lacking = { energy: 'what gelu costs is not known', latency: null };
    const network = networkOf({ conv: 1 }, { lacking });
    const judgement = judged(network, exactBlocks('conv', around(1, 0.0001, 6)));
    expect(judgement).toMatchObject({
      verdict: 'inconclusive',
      reason: 'energy: what gelu costs is not known',
    });
    expect(overallVerdict({ judgements: [judgement], listed: [], failOn: ['regressed'] }).verdict).not.toBe(
      'failed',
    );
    const both = networkOf({ conv: 1 }, { lacking: { energy: 'gone', latency: 'gone' } });
    const lost = judged(both, exactBlocks('conv', around(1, 0.0001, 6)));
    expect(overallVerdict({ judgements: [lost], listed: [], failOn: ['regressed'] }).verdict).toBe(
      'could-not-measure',
    );
  });

  it('is failed by estimated energy only where its gate allows it', () => {
    const samples = exactBlocks('conv', around(1.1, 0.001, 6)).map((one) => ({ ...one, latencyMs: 1 }));
    const network = networkOf({ conv: 1 }, { energyEstimated: true });
    expect(judged(network, samples).verdict).toBe('unchanged');
    const energy = { margin: 0.005, allowEstimated: true };
    expect(judged({ ...network, gate: { ...network.gate, energy } }, samples).verdict).toBe('regressed');
  });

  it('is excused by a machine that changed', () => {
    const samples = exactBlocks('conv', around(1.1, 0.001, 6));
    const judgement = judged(networkOf({ conv: 1 }), samples, {
      machineChanged: 'the driver is another one',
    });
    expect(judgement.verdict).toBe('environment');
  });

  it('goes by the blocks of earlier attempts as well', () => {
    const run = exactBlocks('conv', around(1.007, 0.003, 6));
    expect(judged(networkOf({ conv: 1 }), run, { earlier: [run] }).metrics[0]).toMatchObject({ blocks: 12 });
  });
});

describe('the plan of a network', () => {
  const network = networkOf({ conv: 1, gelu: 1 });
  const wanted = (samples: Parameters<typeof planNext>[1]) =>
    planNext([conv, gelu], samples, { networks: [network] });

  it('goes on with all kernels of a network that is open, one block at a time', () => {
    const samples = [
      ...exactBlocks('conv', around(1.01, 0.004, 3)),
      ...exactBlocks('gelu', around(1.01, 0.004, 3)),
    ];
    expect(planNext([conv, gelu], samples)).toEqual({ phase: 'done' });
    expect(wanted(samples)).toEqual({
      phase: 'flag',
      blocks: 1,
      subjects: [
        { kernel: 'conv', workload: 'N=1' },
        { kernel: 'gelu', workload: 'N=1' },
      ],
    });
  });

  it('ends after six blocks, or where no blocks that are left would tell', () => {
    const six = [
      ...exactBlocks('conv', around(1.007, 0.004, 6)),
      ...exactBlocks('gelu', around(1.007, 0.004, 6)),
    ];
    expect(wanted(six)).toEqual({ phase: 'done' });
    const near = [
      ...exactBlocks('conv', around(1.005, 0.004, 3)),
      ...exactBlocks('gelu', around(1.005, 0.004, 3)),
    ];
    expect(wanted(near)).toEqual({ phase: 'done' });
  });
});
