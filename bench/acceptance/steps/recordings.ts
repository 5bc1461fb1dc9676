import { join } from 'node:path';
import { median } from '../../../src/stats/index.ts';
import type { Step } from '../context.ts';
import { writeOperatorManifest } from '../manifests.ts';
import { countFailures, headroomOf, readOwnRecording } from '../recordings.ts';
import { type Sizes, workloadSlug } from '../sizes.ts';
import { hasF16 } from './sensor.ts';

/** What is kept of a recording; the file itself lies beside the ledger. */
interface Recorded {
  readonly file: string;
  readonly configurations: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly energies: number;
  readonly fastestMs: number | null;
  /** What could be saved within 3 % of the fastest, as a part. */
  readonly headroom: number | null;
  /** Medians over the windows; null if nobody knows. */
  readonly disagreement: number | null;
  readonly celsius: number | null;
  readonly smMhz: number | null;
  readonly powerCappedPart: number | null;
}

/** The latency that energy may cost, of the objective everywhere here. */
export const slack = 0.03;

/** Below a run's folder: recordings by name. */
export function recordingPath(out: string, name: string): string {
  return join(out, 'recordings', `${name}.json.gz`);
}

/** The workloads that this adapter can compute. */
export function usableWorkloads(sizes: Sizes, diagnosis: unknown): Sizes['recorded'] {
  const f16 = hasF16(diagnosis);
  return sizes.recorded.filter(({ parameters }) => parameters.type !== 'f16' || f16);
}

function describe(path: string, name: string): Recorded | null {
  const recording = readOwnRecording(path);
  if (recording === null) return null;
  const rows = recording.measurements;
  const latencies = rows.flatMap(({ latencyMs, failure }) =>
    latencyMs === undefined || failure !== undefined ? [] : [latencyMs],
  );
  const windows = rows.flatMap(({ window }) => window ?? []);
  const middle = (values: readonly (number | null | undefined)[]) => {
    const known = values.filter((value) => value != null);
    return known.length === 0 ? null : median(known);
  };
  return {
    file: `${name}.json.gz`,
    configurations: rows.length,
    failures: countFailures(recording),
    energies: rows.filter(({ joules }) => joules !== undefined).length,
    fastestMs: latencies.length === 0 ? null : Math.min(...latencies),
    headroom: headroomOf(recording, slack)?.part ?? null,
    disagreement: middle(windows.map((window) => window.disagreement)),
    celsius: middle(windows.map((window) => window.celsius)),
    smMhz: middle(windows.map((window) => window.smMhz)),
    powerCappedPart: middle(windows.map((window) => window.powerCappedPart)),
  };
}

export const recordings: Step = {
  name: 'recordings',
  title: 'latency and energy of many configurations at sizes of real networks',
  units: ({ sizes, ledger }) =>
    usableWorkloads(sizes, ledger.steps.sensor?.doctor?.data).map((workload) => {
      const name = workloadSlug(workload);
      return {
        name,
        seconds: sizes.recordSeconds + 30,
        leastSeconds: 20,
        run: async (context) => {
          const folder = join(context.out, 'recordings');
          const path = recordingPath(context.out, name);
          const manifest = join(folder, 'manifest');
          writeOperatorManifest({
            folder: manifest,
            objective: `{ minimize: energy, latency-slack: ${slack * 100}% }`,
            workloads: sizes.recorded,
            sizes,
          });
          const seconds = Math.min(sizes.recordSeconds, (context.deadlineMs - performance.now()) / 1000 - 10);
          const { missing } = await context.json<{ missing: number }>(
            manifest,
            [
              ...['record', '--kernel', name, '--out', path],
              ...['--configurations', String(sizes.recordedConfigurations)],
              ...['--energy', String(sizes.recordedEnergies)],
              ...['--max-minutes', Math.max(0.05, seconds / 60).toFixed(3)],
            ],
            [0, 130],
          );
          return { data: describe(path, name), complete: missing === 0 };
        },
      };
    }),
  summarise({ entries }) {
    const number = (value: number | null, digits: number) => (value === null ? '-' : value.toFixed(digits));
    const part = (value: number | null) => (value === null ? '-' : `${(value * 100).toFixed(1)} %`);
    const lines = Object.entries(entries).map(([name, { data, status, error }]) => {
      const found = data as Recorded | null;
      if (found === null) return `| ${name} | ${error ?? status} | | | | | | | | |`;
      const failures = Object.entries(found.failures).map(([kind, count]) => `${count} ${kind}`);
      return `| ${[
        name + (status === 'partial' ? ' (unfinished)' : ''),
        found.configurations,
        failures.join(', ') || '0',
        found.energies,
        found.fastestMs?.toPrecision(4) ?? '-',
        part(found.headroom),
        part(found.disagreement),
        number(found.smMhz, 0),
        number(found.celsius, 0),
        part(found.powerCappedPart),
      ].join(' | ')} |`;
    });
    if (lines.length === 0) return '';
    return [
      `| workload | configurations | failures | energies | fastest ms | headroom within ${slack * 100} % | integrated power against counter | SM MHz | °C | power-capped |`,
      '|---|--:|---|--:|--:|--:|--:|--:|--:|--:|',
      ...lines,
      '',
      'Headroom: the lowest energy within the slack against that of the fastest, one reading each, so flattered by noise.',
    ].join('\n');
  },
};
