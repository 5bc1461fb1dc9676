import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ReportGuard, ReportRetune } from '../../../src/schema/index.ts';
import { median } from '../../../src/stats/index.ts';
import { type Compared, comparedIn, formatChange, isJudged } from '../comparisons.ts';
import type { Step, UnitContext } from '../context.ts';
import type { Ledger } from '../ledger.ts';
import { writeOperatorManifest } from '../manifests.ts';
import { headroomOf, readOwnRecording } from '../recordings.ts';
import { workloadSlug } from '../sizes.ts';
import type { OperatorWorkload } from '../workload.ts';
import { recordingPath, slack, usableWorkloads } from './recordings.ts';

/** What is kept of a search. */
interface Searched {
  readonly trials: number;
  readonly failures: number;
  readonly energyMeasurements: number;
  /** Of energy measurements among the trials that worked: measuring all would be 1. */
  readonly energyShare: number;
  readonly seconds: number;
  readonly stopped: string;
  readonly latencyMs: number | null;
  readonly joules: number | null;
  /** Of the recording of the same workload; null where there is none. */
  readonly headroom: number | null;
}

type Objective = 'latency' | 'energy';

function projectFolder(out: string, objective: Objective): string {
  return join(out, 'retuning', objective);
}

async function search(
  context: UnitContext,
  objective: Objective,
  workload: OperatorWorkload,
): Promise<Searched> {
  const { out } = context;
  const folder = projectFolder(out, objective);
  const name = workloadSlug(workload);
  const report = await context.json<ReportRetune>(folder, [
    ...['retune', '--kernel', name],
    ...(objective === 'latency' ? ['--meter', 'none'] : []),
  ]);
  const kernel = report.kernels[0];
  if (kernel === undefined) throw new Error('the report has no kernel');
  const failures = Object.values(kernel.failures).reduce((sum, count) => sum + count, 0);
  const recording = readOwnRecording(recordingPath(out, name));
  return {
    trials: kernel.trials,
    failures,
    energyMeasurements: kernel.energyMeasurements,
    energyShare: kernel.energyMeasurements / Math.max(1, kernel.trials - failures),
    seconds: kernel.seconds,
    stopped: kernel.stopped,
    latencyMs: kernel.latencyMs,
    joules: kernel.joules,
    headroom: recording === null ? null : (headroomOf(recording, slack)?.part ?? null),
  };
}

function writeProjects(context: UnitContext): void {
  const { out, sizes } = context;
  for (const objective of ['latency', 'energy'] as const) {
    writeOperatorManifest({
      folder: projectFolder(out, objective),
      objective:
        objective === 'latency'
          ? '{ minimize: latency }'
          : `{ minimize: energy, latency-slack: ${slack * 100}% }`,
      workloads: sizes.recorded.slice(0, sizes.retuned),
      sizes,
    });
  }
}

/** The energy search starts from what is tuned for latency, and has to beat that. */
function startFromLatency(out: string): void {
  const [from, to] = [projectFolder(out, 'latency'), projectFolder(out, 'energy')];
  const tuned = join(to, 'tuned.json');
  if (!existsSync(tuned) && existsSync(join(from, 'tuned.json'))) {
    copyFileSync(join(from, 'tuned.json'), tuned);
  }
}

function retunedWorkloads(sizes: UnitContext['sizes'], ledger: Ledger) {
  const usable = usableWorkloads(sizes, ledger.steps.sensor?.doctor?.data);
  return sizes.recorded.slice(0, sizes.retuned).filter((workload) => usable.includes(workload));
}

function describeCapture(saved: number, headroom: number | null): string {
  if (headroom === null || headroom <= 0) return '-';
  return `${((Math.max(0, saved) / headroom) * 100).toFixed(0)} %`;
}

export const retuning: Step = {
  name: 'retuning',
  title: 'kernels tuned for latency against kernels tuned for energy within 3 % of it',
  units({ sizes, ledger }) {
    const workloads = retunedWorkloads(sizes, ledger);
    const searches = (['latency', 'energy'] as const).flatMap((objective) =>
      workloads.map((workload) => ({
        name: `${objective} ${workloadSlug(workload)}`,
        seconds: 2 * sizes.searchSeconds + 60,
        leastSeconds: sizes.searchSeconds,
        run: async (context: UnitContext) => {
          writeProjects(context);
          if (objective === 'energy') startFromLatency(context.out);
          return { data: await search(context, objective, workload), complete: true };
        },
      })),
    );
    return [
      ...searches,
      {
        name: 'side by side',
        seconds: sizes.compareSeconds + 90,
        leastSeconds: Math.min(sizes.compareSeconds, 120),
        run: async (context) => {
          const seconds = Math.min(
            sizes.compareSeconds,
            (context.deadlineMs - performance.now()) / 1000 - 15,
          );
          const report = await context.json<ReportGuard>(
            projectFolder(context.out, 'energy'),
            [
              'guard',
              '--base',
              projectFolder(context.out, 'latency'),
              '--max-minutes',
              (seconds / 60).toFixed(3),
            ],
            [0, 1, 3],
          );
          return { data: comparedIn(report), complete: isJudged(report) };
        },
      },
    ];
  },
  summarise({ entries }) {
    const compared = entries['side by side']?.data as Compared | null | undefined;
    const searched = Object.entries(entries).filter(([name]) => name.startsWith('energy '));
    if (searched.length === 0) return '';
    const rows = searched.map(([name, entry]) => {
      const kernel = name.slice('energy '.length);
      const found = entry.data as Searched | null;
      if (found === null) return `| ${kernel} | ${entry.error ?? entry.status} | | | | | |`;
      const change = compared?.kernels.find((one) => one.kernel === kernel);
      const verdict =
        change?.verdict === 'identical' ? 'the same configuration' : formatChange(change?.energy ?? null);
      return `| ${[
        kernel,
        verdict,
        formatChange(change?.latency ?? null),
        found.headroom === null ? '-' : `${(found.headroom * 100).toFixed(1)} %`,
        describeCapture(-(change?.energy?.estimate ?? 0), found.headroom),
        `${found.energyMeasurements} of ${found.trials} trials`,
        `${(found.energyShare * 100).toFixed(0)} %`,
      ].join(' | ')} |`;
    });
    const savings = (compared?.kernels ?? []).flatMap(({ energy }) =>
      energy === null ? [] : [-energy.estimate],
    );
    const headline =
      savings.length === 0
        ? []
        : [
            '',
            `Energy saved: median ${(median(savings) * 100).toFixed(2)} %, best ${(Math.max(...savings) * 100).toFixed(2)} %.`,
          ];
    return [
      '| kernel | energy | latency | headroom in the recording | captured | energy measured | against measuring all |',
      '|---|---|---|--:|--:|--:|--:|',
      ...rows,
      ...headline,
      '',
      'Intervals hold together at 95 %. Energy and latency: tuned for energy against tuned for latency, in fresh processes that take turns.',
    ].join('\n');
  },
};
