import { describe, expect, test } from 'vitest';
import { judge, noiseFloorOf, planNext, type Subject, type SubjectJudgement } from '../../src/judge/index.ts';
import type { BlockSample } from '../../src/measure/index.ts';
import { createRandom, type Random } from '../../src/stats/index.ts';
import { drawBlocks, subjectOf, type Truth } from './support.ts';

/** Plays a whole comparison: measures what the plan asks for until it is done, then judges. */
function play(subjects: readonly Subject[], truthOf: (kernel: string) => Truth, random: Random) {
  const samples: BlockSample[] = [];
  let blocks = 0;
  for (;;) {
    const plan = planNext(subjects, samples);
    if (plan.phase === 'done') break;
    for (const { kernel } of plan.subjects) {
      const truth = truthOf(kernel);
      const firstBlock = blocks;
      samples.push(...drawBlocks({ ...plan, kernel, truth, random, firstBlock }));
    }
    blocks += plan.blocks;
  }
  return { judgements: judge(subjects, samples), samples, blocks };
}

const isRed = ({ verdict }: SubjectJudgement) => verdict === 'regressed';
const atTheMargin: Truth = { energy: 0.03, latency: 0.05, sd: 0.015 };

describe('simulated comparisons', () => {
  test('forty kernels exactly at their margins: any false red in at most 5 % of the runs', () => {
    const subjects = Array.from({ length: 40 }, (_, i) => subjectOf(`kernel-${i}`));
    const random = createRandom(2024);
    const runs = 60;
    let red = 0;
    let flagged = 0;
    for (let run = 0; run < runs; run++) {
      const { judgements } = play(subjects, () => atTheMargin, random);
      if (judgements.some(isRed)) red++;
      flagged += judgements.flatMap(({ metrics }) => metrics).filter((metric) => metric.flagged).length;
    }
    // 5 % and two standard errors of 60 runs.
    expect(red / runs).toBeLessThan(0.107);
    // The test could fail: eighty metrics at the margin are flagged at 10 % after three blocks, and at 5 % at up to nine looks more.
    expect(flagged / runs / 80).toBeGreaterThan(0.1);
    expect(flagged / runs / 80).toBeLessThan(0.24);
  });

  test('+10 % with a spread of 1 % is always caught, and nothing else turns red with it', () => {
    const subjects = ['worse', 'same', 'better'].map((kernel) => subjectOf(kernel));
    const truths: Record<string, Truth> = {
      worse: { energy: 0.1, latency: 0.1 },
      same: {},
      better: { energy: -0.1, latency: -0.1 },
    };
    const random = createRandom(5);
    let spent = 0;
    for (let run = 0; run < 200; run++) {
      const { judgements, blocks } = play(subjects, (kernel) => truths[kernel] ?? {}, random);
      expect(judgements.map(({ verdict }) => verdict)).toEqual(['regressed', 'unchanged', 'improved']);
      // Three to six flagging blocks, three to twelve fresh ones.
      expect(blocks).toBeGreaterThanOrEqual(6);
      expect(blocks).toBeLessThanOrEqual(18);
      spent += blocks / 200;
    }
    // Two others have to settle as well.
    expect(spent).toBeLessThan(9);
  });

  test('no change and a spread of 1 %: never red, mostly green, done after three to six blocks', () => {
    const random = createRandom(6);
    let unchanged = 0;
    let spent = 0;
    for (let run = 0; run < 300; run++) {
      const { judgements, blocks } = play([subjectOf('same')], () => ({}), random);
      expect(judgements[0]?.verdict).not.toBe('regressed');
      if (judgements[0]?.verdict === 'unchanged') unchanged++;
      spent += blocks;
    }
    expect(unchanged).toBeGreaterThan(280);
    expect(spent / 300).toBeLessThan(5.5);
  });

  test('exactly 1 % better is called improved in about 5 % of the runs, 4 % better nearly always', () => {
    const random = createRandom(8);
    const share = (change: number) => {
      let improved = 0;
      for (let run = 0; run < 400; run++) {
        const truth = { energy: 0, latency: change };
        const { judgements } = play([subjectOf('gelu')], () => truth, random);
        if (judgements[0]?.metrics[1]?.verdict === 'improved') improved++;
      }
      return improved / 400;
    };
    expect(share(-0.01)).toBeLessThan(0.08);
    expect(share(-0.04)).toBeGreaterThan(0.95);
  });

  test('a machine that slows head down by 10 % is environment, never red', () => {
    const subjects = [subjectOf('gelu'), subjectOf('copy', { sentinel: true })];
    const random = createRandom(9);
    for (let run = 0; run < 200; run++) {
      const { judgements } = play(subjects, () => ({ energy: 0.1, latency: 0.1 }), random);
      expect(judgements.map(({ verdict }) => verdict)).toEqual(['environment', 'environment']);
    }
  });

  test('clocks that fall on one of two speeds per process cause no false red', () => {
    const random = createRandom(10);
    let red = 0;
    for (let run = 0; run < 300; run++) {
      const bimodal = (samples: BlockSample[]) =>
        samples.map((s) => ({ ...s, latencyMs: (s.latencyMs ?? 0) * (random.next() < 0.5 ? 1 : 1.1) }));
      const subjects = [subjectOf('gelu')];
      const flag = bimodal(drawBlocks({ kernel: 'gelu', phase: 'flag', blocks: 6, truth: {}, random }));
      const fresh = bimodal(drawBlocks({ kernel: 'gelu', phase: 'confirm', blocks: 9, truth: {}, random }));
      if (judge(subjects, [...flag, ...fresh]).some(isRed)) red++;
    }
    expect(red).toBeLessThanOrEqual(1);
  });
});

describe('the noise floor', () => {
  const floorOf = (truth: Truth, blocks = 30) =>
    noiseFloorOf({
      subject: { kernel: 'copy', workload: 'N=1' },
      samples: drawBlocks({ kernel: 'copy', phase: 'flag', blocks, truth, random: createRandom(3) }),
      metric: 'latency',
    });

  test('is unknown from fewer than twenty A/A blocks', () => {
    expect(floorOf({}, 19)).toBeNull();
    expect(floorOf({}, 20)).not.toBeNull();
  });

  test('grows with the spread and with an offset between equal arms', () => {
    // t(.95, 5) / sqrt(6) = .82 of the spread.
    expect(floorOf({ sd: 0.02 })).toBeGreaterThan(0.012);
    expect(floorOf({ sd: 0.02 })).toBeLessThan(0.03);
    expect(floorOf({ sd: 0.02, latency: 0.05 })).toBeGreaterThan(0.055);
    expect(floorOf({ sd: 0.0001 })).toBeLessThan(0.0005);
  });
});
