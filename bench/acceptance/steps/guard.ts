import { join } from 'node:path';
import type { ReportGuard } from '../../../src/schema/index.ts';
import { type Compared, comparedIn, formatChange, isJudged } from '../comparisons.ts';
import type { Step, Unit } from '../context.ts';
import { type PlantedKernel, plantedKernels, unchangedKernels, writeGuardProject } from '../guard-kernels.ts';
import type { Sizes } from '../sizes.ts';

/** What a run of this many kernels is measured in, so that one run ends within a slice of a few minutes. */
const kernelsPerRun = 5;

function guardUnit(name: string, kernels: readonly PlantedKernel[], sizes: Sizes): Unit {
  return {
    name,
    seconds: sizes.guardSeconds + 90,
    leastSeconds: Math.min(120, sizes.guardSeconds),
    run: async (context) => {
      const folder = join(context.out, 'guard', name);
      writeGuardProject(folder, kernels, sizes);
      const seconds = Math.min(sizes.guardSeconds, (context.deadlineMs - performance.now()) / 1000 - 15);
      const report = await context.json<ReportGuard>(
        join(folder, 'head'),
        ['guard', '--base', join(folder, 'base'), '--max-minutes', Math.max(0.05, seconds / 60).toFixed(3)],
        [0, 1, 3],
      );
      return { data: comparedIn(report), complete: isJudged(report) };
    },
  };
}

export const guard: Step = {
  name: 'guard',
  title: 'unchanged kernels against themselves, and planted changes of 3, 5 and 10 %',
  units({ sizes }) {
    const unchanged = unchangedKernels(sizes.guardKernels);
    const runs = Math.ceil(unchanged.length / kernelsPerRun);
    const parts = Array.from({ length: runs }, (_, run) =>
      guardUnit(
        `unchanged ${run + 1}`,
        unchanged.filter((_, index) => index % runs === run),
        sizes,
      ),
    );
    const planted = sizes.name === 'tiny' ? plantedKernels().slice(-1) : plantedKernels();
    return [...parts, guardUnit('planted', planted, sizes)];
  },
  summarise({ entries }) {
    const rows = Object.entries(entries).flatMap(([unit, entry]) => {
      const compared = entry.data as Compared | null;
      if (compared === null) return [`| ${unit} | ${entry.error ?? entry.status} | | | |`];
      return compared.kernels.map(
        ({ kernel, verdict, energy, latency }) =>
          `| ${unit} | ${kernel} | ${verdict} | ${formatChange(energy)} | ${formatChange(latency)} |`,
      );
    });
    if (rows.length === 0) return '';
    const red = Object.entries(entries)
      .filter(([unit]) => unit.startsWith('unchanged'))
      .flatMap(([, entry]) => (entry.data as Compared | null)?.kernels ?? [])
      .filter(({ verdict }) => verdict === 'regressed').length;
    return [
      '| run | kernel | verdict | energy | latency |',
      '|---|---|---|---|---|',
      ...rows,
      '',
      `Red among the unchanged: ${red}. The margin is 3 % for both metrics; intervals of a run hold together at 95 %.`,
    ].join('\n');
  },
};
