import { join } from 'node:path';
import type { ReportRetune } from '../../../src/schema/index.ts';
import { median } from '../../../src/stats/index.ts';
import type { Step } from '../context.ts';
import { peakOf } from '../peaks.ts';
import { readOwnRecording } from '../recordings.ts';
import { workloadSlug } from '../sizes.ts';
import type { OperatorWorkload } from '../workload.ts';
import { recordingPath, usableWorkloads } from './recordings.ts';

interface Rates {
  readonly fastestMs: number;
  readonly tflops: number | null;
  readonly gigabytesPerSecond: number | null;
  /** Of the adapter's peak; null where that is unknown. */
  readonly shareOfPeak: number | null;
  /** Launches times latency over the windows' length, the median: how busy the device is while energy is measured. */
  readonly busyShare: number | null;
  /** Energy of a 64-trial search of the recording over the least recorded, per seed. */
  readonly replay: readonly number[];
  readonly replayEnergyMeasurements: readonly number[];
}

const replayTrials = 64;

async function replay(
  context: Parameters<ReturnType<Step['units']>[number]['run']>[0],
  path: string,
  leastJoules: number,
) {
  const found = [];
  for (let seed = 1; seed <= context.sizes.replaySeeds; seed++) {
    const report = await context.json<ReportRetune>(context.out, [
      ...['retune', '--device', 'replay', '--recording', path, '--objective', 'energy'],
      ...['--trials', String(replayTrials), '--seed', String(seed)],
    ]);
    const kernel = report.kernels[0];
    if (kernel?.joules == null) continue;
    found.push({ over: kernel.joules / leastJoules, energies: kernel.energyMeasurements });
  }
  return found;
}

function ratesOf(workload: OperatorWorkload, fastestMs: number, adapter: string) {
  const { flops, bytes, parameters } = workload;
  const tflops = flops === null ? null : flops / fastestMs / 1e9;
  const gigabytesPerSecond = bytes === null ? null : bytes / fastestMs / 1e6;
  const peak = peakOf(adapter);
  const arithmetic = peak?.tflops[String(parameters.type)];
  const share =
    tflops !== null && arithmetic !== undefined
      ? tflops / arithmetic
      : gigabytesPerSecond !== null && peak !== null
        ? gigabytesPerSecond / peak.gigabytesPerSecond
        : null;
  return { fastestMs, tflops, gigabytesPerSecond, shareOfPeak: share };
}

export const rates: Step = {
  name: 'rates',
  title: 'rates of the fastest, busy share, and searches of the recordings',
  units: ({ sizes, ledger }) =>
    usableWorkloads(sizes, ledger.steps.sensor?.doctor?.data)
      .filter((workload) => ledger.steps.recordings?.[workloadSlug(workload)]?.data != null)
      .map((workload) => {
        const name = workloadSlug(workload);
        return {
          name,
          seconds: 60,
          leastSeconds: 5,
          run: async (context) => {
            const path = recordingPath(context.out, name);
            const recording = readOwnRecording(path);
            const working = (recording?.measurements ?? []).flatMap((row) =>
              row.latencyMs === undefined || row.failure !== undefined
                ? []
                : [{ ...row, latencyMs: row.latencyMs }],
            );
            if (recording === null || working.length === 0) return { data: null, complete: true };
            const busy = working.flatMap(({ latencyMs, window }) =>
              window === undefined || window.seconds === 0
                ? []
                : [(window.launches * latencyMs) / 1000 / window.seconds],
            );
            const joules = working.flatMap((row) => row.joules ?? []);
            const runs = joules.length === 0 ? [] : await replay(context, join(path), Math.min(...joules));
            const fastestMs = Math.min(...working.map(({ latencyMs }) => latencyMs));
            const data: Rates = {
              ...ratesOf(workload, fastestMs, recording.device.description),
              busyShare: busy.length === 0 ? null : median(busy),
              replay: runs.map(({ over }) => over),
              replayEnergyMeasurements: runs.map(({ energies }) => energies),
            };
            return { data, complete: ledger.steps.recordings?.[name]?.status === 'done' };
          },
        };
      }),
  summarise({ entries, ledger }) {
    const part = (value: number | null) => (value === null ? '-' : `${(value * 100).toFixed(1)} %`);
    const rows = Object.entries(entries).flatMap(([name, { data }]) => {
      const found = data as Rates | null;
      if (found === null) return [];
      const rate =
        found.tflops !== null
          ? `${found.tflops.toPrecision(3)} TFLOP/s`
          : found.gigabytesPerSecond !== null
            ? `${found.gigabytesPerSecond.toPrecision(3)} GB/s`
            : '-';
      const reached = found.replay.map((over) => 1 / over);
      return [
        `| ${[
          name,
          found.fastestMs.toPrecision(4),
          rate,
          part(found.shareOfPeak),
          part(found.busyShare),
          reached.length === 0 ? '-' : `${part(Math.min(...reached))} to ${part(Math.max(...reached))}`,
        ].join(' | ')} |`,
      ];
    });
    if (rows.length === 0) return '';
    const retuned = Object.values(ledger.steps.retuning ?? {}).flatMap(({ data }) => {
      const found = data as { readonly seconds?: number; readonly trials?: number } | null;
      return found?.seconds === undefined || !found.trials ? [] : [found.seconds / found.trials];
    });
    return [
      `| workload | fastest ms | rate | share of peak | busy share of windows | least recorded energy reached in ${replayTrials} trials |`,
      '|---|--:|--:|--:|--:|--:|',
      ...rows,
      ...(retuned.length === 0
        ? []
        : ['', `A search takes ${median(retuned).toFixed(2)} s a trial (median).`]),
    ].join('\n');
  },
};
