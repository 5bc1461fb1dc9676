import { join } from 'node:path';
import type { Step } from '../context.ts';
import { writeOperatorManifest } from '../manifests.ts';
import { countFailures, readOwnRecording } from '../recordings.ts';
import { workloadSlug } from '../sizes.ts';
import { hasF16 } from './sensor.ts';

interface Checked {
  readonly configurations: number;
  readonly failures: Readonly<Record<string, number>>;
}

type CheckedWorkloads = Readonly<Record<string, Checked>>;

/** What the device refuses before it runs is no wrong result. */
const refused = ['unsupported'];

export const correctness: Step = {
  name: 'correctness',
  title: 'sampled configurations of every operator against its reference',
  units({ sizes, ledger }) {
    const f16 = hasF16(ledger.steps.sensor?.doctor?.data);
    const usable = sizes.correctness.filter(({ parameters }) => parameters.type !== 'f16' || f16);
    const operators = [...new Set(usable.map(({ operator }) => operator))];
    return operators.map((operator) => ({
      name: operator,
      seconds: 240,
      leastSeconds: 10,
      run: async (context) => {
        const workloads = usable.filter((workload) => workload.operator === operator);
        const folder = join(context.out, 'correctness', operator);
        writeOperatorManifest({ folder, objective: '{ minimize: latency }', workloads, sizes });
        const checked: Record<string, Checked> = {};
        let complete = true;
        for (const workload of workloads) {
          const name = workloadSlug(workload);
          const file = join(folder, `${name}.json.gz`);
          const { missing } = await context.json<{ missing: number }>(
            folder,
            [
              ...['record', '--kernel', name, '--out', file, '--meter', 'none'],
              ...['--configurations', String(sizes.correctnessConfigurations)],
            ],
            [0, 130],
          );
          const recording = readOwnRecording(file);
          if (missing > 0 || recording === null) complete = false;
          if (recording === null) continue;
          checked[name] = {
            configurations: recording.measurements.length,
            failures: countFailures(recording),
          };
        }
        return { data: checked, complete };
      },
    }));
  },
  summarise({ entries }) {
    const rows = Object.entries(entries).flatMap(([operator, entry]) => {
      const workloads = Object.values((entry.data ?? {}) as CheckedWorkloads);
      const kinds = new Map<string, number>();
      for (const [kind, count] of workloads.flatMap(({ failures }) => Object.entries(failures))) {
        kinds.set(kind, (kinds.get(kind) ?? 0) + count);
      }
      const tried = workloads.reduce((sum, { configurations }) => sum + configurations, 0);
      const wrong = [...kinds].filter(([kind]) => !refused.includes(kind));
      const failures = [...kinds].map(([kind, count]) => `${count} ${kind}`).join(', ') || 'none';
      const right = entry.status === 'failed' ? entry.error : wrong.length === 0 ? 'yes' : '**no**';
      return [`| ${operator} | ${workloads.length} | ${tried} | ${failures} | ${right} |`];
    });
    if (rows.length === 0) return '';
    return [
      '| operator | workloads | configurations | failures | all right |',
      '|---|--:|--:|---|---|',
      ...rows,
    ].join('\n');
  },
};
