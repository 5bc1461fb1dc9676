import { judge, type Network, planNext, type Subject, type SubjectJudgement } from '../../src/judge/index.ts';
import type { Arm, BlockSample } from '../../src/measure/index.ts';
import type { Random } from '../../src/stats/index.ts';
import type { NoiseModel, Session } from './noise.ts';

export const margins = { energy: 0.03, latency: 0.05 } as const;

/** What a kernel really costs against base, per arm, as a relative change. */
export interface Truth {
  readonly energy: Partial<Record<Arm, number>>;
  readonly latency: Partial<Record<Arm, number>>;
}

/** Head against base; nothing else changes. */
export function changed(energy: number, latency = energy): Truth {
  return { energy: { H: energy }, latency: { H: latency } };
}

export function subjectsOf(count: number, arms: readonly Arm[] = ['B', 'H']): readonly Subject[] {
  return Array.from({ length: count }, (_, i) => ({
    kernel: `kernel-${i}`,
    workload: 'N=1',
    gate: {
      energy: { margin: margins.energy, allowEstimated: false },
      latency: { margin: margins.latency },
      failOn: ['regressed', 'missing-baseline'],
    },
    sentinel: false,
    arms,
    energyEstimated: false,
  }));
}

/**
 * One block as `runBlocks` measures it: arms in turns there and back, two turns an arm, the way back in a fresh process unless the
 * model says that one takes both.
 */
function measureBlock(request: {
  readonly session: Session;
  readonly processes: 1 | 2;
  readonly subjects: readonly { readonly subject: Subject; readonly index: number }[];
  readonly truthOf: (index: number) => Truth;
  readonly phase: BlockSample['phase'];
  readonly block: number;
}): BlockSample[] {
  const { session, phase, block } = request;
  const arms = request.subjects[0]?.subject.arms ?? [];
  const there = block % 2 === 0 ? arms : [...arms].reverse();
  const open = () => new Map(there.map((arm) => [arm, session.openProcess()]));
  const first = open();
  const launches = [
    { sequence: there, processes: first },
    { sequence: [...there].reverse(), processes: request.processes === 1 ? first : open() },
  ];
  return request.subjects.flatMap(({ subject, index }) => {
    const errors = new Map<Arm, { energy: number; latency: number }>();
    for (const { sequence, processes } of launches) {
      for (const arm of sequence) {
        const process = processes.get(arm);
        if (process === undefined) continue;
        const sum = errors.get(arm) ?? { energy: 0, latency: 0 };
        sum.energy += process.turn(2 * index) / 2;
        sum.latency += process.turn(2 * index + 1) / 2;
        errors.set(arm, sum);
      }
    }
    const truth = request.truthOf(index);
    return arms.map((arm) => ({
      kernel: subject.kernel,
      workload: subject.workload,
      arm,
      block,
      phase,
      joules: Math.exp(Math.log1p(truth.energy[arm] ?? 0) + (errors.get(arm)?.energy ?? 0)),
      latencyMs: Math.exp(Math.log1p(truth.latency[arm] ?? 0) + (errors.get(arm)?.latency ?? 0)),
      latencyResolution: 0,
      energyResolution: 0,
      voidReasons: [],
    }));
  });
}

export interface Played {
  readonly judgements: readonly SubjectJudgement[];
  readonly samples: readonly BlockSample[];
  /** Blocks per kernel, on average. */
  readonly blocks: number;
}

/** A whole comparison by the project's own plan and judge, on simulated blocks. */
export function play(request: {
  readonly subjects: readonly Subject[];
  readonly truthOf: (index: number) => Truth;
  readonly model: NoiseModel;
  readonly random: Random;
  readonly earlier?: readonly (readonly BlockSample[])[];
  readonly networks?: readonly Network[];
}): Played {
  const { subjects, truthOf, model, random, earlier = [], networks = [] } = request;
  const session = model.machine(random).openSession();
  const indexOf = new Map(subjects.map(({ kernel }, index) => [kernel, index]));
  const samples: BlockSample[] = [];
  let block = 0;
  let measured = 0;
  for (;;) {
    const plan = planNext(subjects, samples, { earlier, networks });
    if (plan.phase === 'done') break;
    const wanted = plan.subjects.flatMap(({ kernel }) => {
      const index = indexOf.get(kernel);
      const subject = index === undefined ? undefined : subjects[index];
      return index === undefined || subject === undefined ? [] : [{ subject, index }];
    });
    for (let i = 0; i < plan.blocks; i++) {
      samples.push(
        ...measureBlock({
          session,
          processes: model.processes,
          subjects: wanted,
          truthOf,
          phase: plan.phase,
          block: block++,
        }),
      );
      measured += wanted.length;
    }
  }
  return {
    judgements: judge(subjects, samples, { earlier, networks }),
    samples,
    blocks: measured / subjects.length,
  };
}
