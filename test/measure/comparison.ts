import { judge, planNext, type Subject, type SubjectJudgement } from '../../src/judge/index.ts';
import {
  BlockDesigner,
  type BlockSample,
  type BlockSubject,
  type MeasureOptions,
  runBlocks,
} from '../../src/measure/index.ts';
import { simulatedVariant } from '../support/simulated-device.ts';
import type { SimulatedGpu } from '../support/simulated-gpu/gpu.ts';

/** Quick enough for hundreds of windows, with as many updates of the sensor in each as a judge's. */
export const quickOptions: MeasureOptions = {
  time: { samples: 9, minSampleMs: 2, maxMs: 100 },
  window: { preheatMs: 200, windowMs: 1000 },
};

/** Plans, measures and judges kernels on a simulated GPU, as a guard does. The variants of `softmax` are `softmax B` and `softmax H`. */
export async function compareOn(
  gpu: SimulatedGpu,
  kernels: readonly { readonly kernel: string; readonly sentinel?: boolean }[],
  options: MeasureOptions = quickOptions,
  margins = { energy: 0.03, latency: 0.05 },
): Promise<{ readonly judgements: readonly SubjectJudgement[]; readonly samples: readonly BlockSample[] }> {
  const subjects = kernels.map(
    ({ kernel, sentinel = false }): Subject => ({
      kernel,
      workload: 'N=1',
      gate: {
        energy: { margin: margins.energy, allowEstimated: false },
        latency: { margin: margins.latency },
        failOn: ['regressed', 'missing-baseline'],
      },
      sentinel,
      arms: ['B', 'H'],
      energyEstimated: false,
    }),
  );
  const measured = kernels.map(({ kernel }): BlockSubject => {
    const variants = { B: simulatedVariant(`${kernel} B`), H: simulatedVariant(`${kernel} H`) };
    return { kernel, workload: 'N=1', variants };
  });
  const samples: BlockSample[] = [];
  const designer = new BlockDesigner(options);
  const wanted = { energy: margins.energy / 2, latency: margins.latency / 2 };
  const done = { flag: 0, confirm: 0 };
  for (;;) {
    const plan = planNext(subjects, samples);
    if (plan.phase === 'done') break;
    samples.push(
      ...(await runBlocks({
        phase: plan.phase,
        firstBlock: ++done[plan.phase],
        blocks: 1,
        subjects: measured.filter(({ kernel }) => plan.subjects.some((one) => one.kernel === kernel)),
        openDevice: gpu.openDevice,
        openMeter: gpu.openMeter,
        options: designer.next(
          plan.phase,
          samples,
          plan.subjects.map((subject) => ({ ...subject, arms: 2, wanted })),
        ),
        onBlock: ({ costs }) => designer.learn(costs),
        clock: gpu.clock,
      })),
    );
  }
  return { judgements: judge(subjects, samples), samples };
}
