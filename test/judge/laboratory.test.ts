import { expect, test } from 'vitest';
import { judge, planNext, type Subject } from '../../src/judge/index.ts';
import { type BlockSample, type BlockSubject, runBlocks } from '../../src/measure/index.ts';
import { createSimulatedLab, simulatedVariant } from '../support/simulated-device.ts';
import { subjectOf } from './support.ts';

/** Plan, blocks and verdicts together on the simulated laboratory: one kernel costs more, one less, one the same. */
async function compare(seed: number, headSlowdown = 1) {
  const kernels = ['worse', 'better', 'same', 'copy'];
  const factors: Record<string, number> = { worse: 1.15, better: 0.85 };
  const lab = createSimulatedLab({
    seed,
    noise: 0.03,
    processNoise: 0.01,
    idleWatts: 60,
    tickMs: 20,
    quantumJoules: 0.001,
    timerResolutionMs: 0.001,
    cost: ({ id }, timeMs) => {
      const [kernel = '', arm] = id.split(' ');
      const changed = arm === 'H' ? (factors[kernel] ?? 1) * headSlowdown : 1;
      // The board warms up: everything slows by 1 % a second.
      return { latencyMs: 0.4 * changed * (1 + timeMs / 100_000), watts: 180 };
    },
  });
  const blockSubjects = kernels.map((kernel): BlockSubject => {
    const variants = { B: simulatedVariant(`${kernel} B`), H: simulatedVariant(`${kernel} H`) };
    return { kernel, workload: 'N=1', variants };
  });
  const subjects: Subject[] = kernels.map((kernel) => subjectOf(kernel, { sentinel: kernel === 'copy' }));
  const samples: BlockSample[] = [];
  for (;;) {
    const plan = planNext(subjects, samples);
    if (plan.phase === 'done') break;
    const wanted = blockSubjects.filter(({ kernel }) => plan.subjects.some((one) => one.kernel === kernel));
    samples.push(
      ...(await runBlocks({
        phase: plan.phase,
        firstBlock: samples.length,
        blocks: plan.blocks,
        subjects: wanted,
        openDevice: () => lab.openDevice(),
        openMeter: () => lab.openMeter(),
        options: {
          time: { samples: 9, minSampleMs: 2, maxMs: 100 },
          window: { preheatMs: 50, windowMs: 400 },
        },
        clock: lab.clock,
      })),
    );
  }
  expect(lab.open()).toBe(0);
  return judge(subjects, samples);
}

test('a comparison finds what is worse, better and the same, in energy and in latency', async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const judgements = await compare(seed);
    expect(judgements.map(({ kernel, verdict }) => [kernel, verdict])).toEqual([
      ['worse', 'regressed'],
      ['better', 'improved'],
      ['same', 'unchanged'],
      ['copy', 'unchanged'],
    ]);
    for (const { ratio } of judgements[0]?.metrics ?? []) {
      expect(ratio?.low).toBeLessThan(1.16);
      expect(ratio?.high).toBeGreaterThan(1.14);
    }
  }
});

test('a machine that slows every head down is environment', async () => {
  const judgements = await compare(1, 1.2);
  expect(judgements.map(({ verdict }) => verdict)).not.toContain('regressed');
  expect(judgements.at(-1)?.verdict).toBe('environment');
});

test('the same seed gives the same judgement to the bit', async () => {
  expect(await compare(3)).toEqual(await compare(3));
});
