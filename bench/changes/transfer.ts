import { featureNames } from '../../src/kernel/index.ts';
import { mean } from '../../src/stats/index.ts';
import type { Recording } from '../../src/store/index.ts';
import { compareTransfer, type TransferResult } from '../model/transfer.ts';
import type { CountedRow } from './counted.ts';
import { costRowsOf } from './direction.ts';
import type { ChangesRecording } from './recording.ts';

/** Spaces of fewer configurations say little. */
const leastRows = 28;

/** Searches each kernel cold, and with what all others taught: trials to 95 % of the optimum. */
export async function searchOthers(
  rows: readonly CountedRow[],
  recording: ChangesRecording,
  seeds: number,
): Promise<readonly TransferResult[]> {
  const { family } = recording;
  const all = costRowsOf(rows, family);
  const results: TransferResult[] = [];
  for (const kernel of new Set(rows.map((row) => row.kernel))) {
    const own = rows.filter((row) => row.kernel === kernel);
    if (own.length < leastRows) continue;
    const { target, keyOf } = asRecording(kernel, own, family);
    const known = new Map(own.map((row) => [keyOf(row.configuration), row.features]));
    results.push(
      await compareTransfer(
        {
          ...{ name: kernel, features: 'static', target, family, featureNames },
          describe: async (configuration) => known.get(keyOf(configuration)) ?? null,
          rows: all.filter((row) => row.kernel !== kernel),
        },
        seeds,
      ),
    );
  }
  return results;
}

/** Geometric mean of the trials needed with what others taught, of those needed without. */
export function ofCold(results: readonly TransferResult[]): number {
  return Math.exp(mean(results.map(({ cold, cached }) => Math.log(cached / cold))));
}

function asRecording(kernel: string, rows: readonly CountedRow[], family: string) {
  const names = Object.keys(rows[0]?.configuration ?? {});
  const tunables = names.map((name) => ({
    name,
    values: [...new Set(rows.map(({ configuration }) => configuration[name] as number))].sort((a, b) =>
      typeof a === 'number' ? a - b : String(a).localeCompare(String(b)),
    ),
  }));
  const target = {
    ...{ kernel, workload: { name: '', parameters: {} }, device: { family }, tunables },
    measurements: rows.map(({ configuration, ms }) => ({
      values: tunables.map(({ name, values }) => values.indexOf(configuration[name] as number)),
      latencyMs: ms,
    })),
  } as unknown as Recording;
  const keyOf = (configuration: CountedRow['configuration']) =>
    names.map((name) => String(configuration[name])).join();
  return { target, keyOf };
}
