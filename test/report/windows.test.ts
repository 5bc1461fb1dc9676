import { describe, expect, it } from 'vitest';
import { type GuardReport, renderMarkdown, renderTerminal } from '../../src/report/index.ts';
import { guardKernel, guardReport, retunedKernel, retuneReport } from './samples.ts';

type Sample = NonNullable<GuardReport['samples']>[number];

function sample(changes: Partial<Sample> = {}): Sample {
  return {
    ...{ kernel: 'softmax', workload: 'ROWS=1024,COLS=512', arm: 'B', block: 0, phase: 'flag' },
    ...{ latencyMs: 1, joules: 0.3, latencyResolution: 0.001, energyResolution: 0.001, voidReasons: [] },
    window: {
      ...{ seconds: 6.2, launches: 6000, watts: 310, netJoules: 0.2, relativeError: 0.002 },
      ...{ disagreement: -0.013, busyShare: 0.995 },
      conditions: { smMhz: 1755, memoryMhz: 2619, celsius: 61, powerCappedPart: 0 },
    },
    ...changes,
  };
}

function report(
  samples: readonly Sample[],
  meter: Partial<NonNullable<GuardReport['meter']>> = {},
): GuardReport {
  const sample = guardReport([guardKernel()]);
  if (sample.meter === null) throw new Error('the sample has no meter');
  return { ...sample, meter: { ...sample.meter, ...meter }, samples: [...samples] };
}

function plain(text: string): string {
  return text.replaceAll('\\', '').replaceAll(/\s+/g, ' ');
}

const wide = { width: 2000, colour: false } as const;

describe('what energy was measured over', () => {
  it('is told with its length, its precision and the state of the board', () => {
    const { window } = sample();
    if (window?.conditions == null) throw new Error('the sample has no conditions');
    const conditions = { ...window.conditions, celsius: 64, powerCappedPart: 0.4 };
    const hot = sample({ arm: 'H', window: { ...window, conditions } });
    const told =
      '12 s of energy in 2 samples, standard error at most 0.2 %, counter and integrated power within 1.3 %, ' +
      'device busy at least 99.5 %, 61 to 64 °C, 1,755 MHz, at the power limit up to 40.0 % of the time';
    expect(plain(renderTerminal(report([sample(), hot]), wide))).toContain(told);
    expect(plain(renderMarkdown(report([sample(), hot])))).toContain(told);
  });

  it('says what putting back took that launches change, the most of it', () => {
    const samples = [
      sample({ reset: { time: 0.31, energy: 0.28 } }),
      sample({ reset: { time: 0.3, energy: null } }),
    ];
    const told =
      'putting back what launches change took up to 31.0 % of the time and 28.0 % of the energy, which is in no figure';
    expect(plain(renderTerminal(report(samples), wide))).toContain(told);
    expect(plain(renderMarkdown(report(samples)))).toContain(told);
    const [timed] = [sample({ joules: null, window: null, reset: { time: 0.31, energy: null } })];
    expect(plain(renderTerminal(report([timed as Sample]), wide))).toContain(
      'putting back what launches change took 31.0 % of the time, which is in no figure',
    );
    const retuned = retuneReport([retunedKernel({ reset: { time: 0.31, energy: 0.28 } })]);
    expect(plain(renderMarkdown(retuned))).toContain(
      'putting back what launches change took 31.0 % of the time and 28.0 % of the energy, which is in no figure',
    );
  });

  it('leaves out what the meter cannot tell', () => {
    const { window } = sample();
    if (window == null) throw new Error('the sample has no window');
    const bare = { ...window, relativeError: null, disagreement: null, busyShare: null, conditions: null };
    const text = plain(renderTerminal(report([sample({ window: bare })]), wide));
    expect(text).toContain('6.2 s of energy in 1 sample ');
  });

  it('says what blocks were made of, and what that was chosen by', () => {
    const { window } = sample();
    if (window == null) throw new Error('the sample has no window');
    const of = (block: number, processes: number, seconds: number) =>
      sample({
        block,
        turns: { count: processes, processes, seconds: 6, latencySd: 0.004, energySd: 0.006 },
        window: { ...window, seconds: processes * seconds, relativeError: 0.003 / Math.sqrt(processes) },
      });
    const samples = [of(0, 2, 1), of(1, 2, 1), of(2, 2, 1), of(3, 4, 2)];
    expect(plain(renderTerminal(report(samples), wide))).toContain(
      '3 blocks of 2 processes an arm and windows of 1.0 s, 1 block of 4 processes an arm and windows of 2.0 s; ' +
        'turns differ by 0.6 % in energy (the sensor 0.3 %) and 0.4 % in latency',
    );
  });

  it('says what was void, the most frequent reason first', () => {
    const samples = [
      sample(),
      sample({ joules: null, window: null, voidReasons: ['energy: the counter stood still'] }),
      sample({ joules: null, window: null, voidReasons: ['energy: the counter went back'] }),
      sample({ joules: null, window: null, voidReasons: ['energy: the counter went back'] }),
    ];
    const text = plain(renderTerminal(report(samples), wide));
    expect(text).toContain(
      '3 of 4 samples void: energy: the counter went back (2 times); energy: the counter stood still',
    );
  });

  it('is not mentioned without samples', () => {
    expect(renderTerminal(report([]), wide)).not.toContain('windows');
  });
});

describe('the meter', () => {
  it('is told with its update period, steps, the part of the time it sees and idle power', () => {
    const meter = { updatePeriodMs: 100, resolutionJoules: 0.001, sampledPart: 0.25, idleWatts: 75.25 };
    expect(plain(renderTerminal(report([], meter), wide))).toContain(
      'updated every 100 ms, in steps of 1.00 mJ, sees 25 % of the time, idle 75.3 W',
    );
  });
});
