import { join } from 'node:path';
import type { Recording } from '../../src/store/index.ts';
import { loadRecording } from '../search/spaces.ts';

/** Rows of features with what is to be predicted of them. */
export interface DataSet {
  readonly name: string;
  /** One per row, all of the same length. */
  readonly features: readonly (readonly number[])[];
  /** Logarithm of the quantity. */
  readonly targets: readonly number[];
}

type Row = Recording['measurements'][number];

interface Source {
  readonly name: string;
  readonly file: string;
  readonly energy?: string;
  /** The quantity, in a unit of its own; null where it was not measured. */
  quantity(row: Row): number | null;
  /** Features beside the tunables. */
  more?(row: Row): readonly number[];
}

const latency = (row: Row) => row.latencyMs ?? null;
const energy = (row: Row) => row.joules ?? null;

/** As the search does: power is asked for where latency is known. */
const power = (row: Row) =>
  row.joules === undefined || row.latencyMs === undefined ? null : (1000 * row.joules) / row.latencyMs;

const tcbf = { file: 'powersensor3/tcbf_RTX_4000_Ada.json.gz', energy: 'ps_energy' };

const sources: readonly Source[] = [
  {
    ...tcbf,
    name: 'tcbf power, latency known',
    quantity: power,
    more: (row) => [Math.log(row.latencyMs ?? Number.NaN)],
  },
  { ...tcbf, name: 'tcbf energy', quantity: energy },
  { ...tcbf, name: 'tcbf latency', quantity: latency },
  { name: 'convolution A4000', file: 'benchmark_hub/convolution_A4000.json.gz', quantity: latency },
  { name: 'convolution A100', file: 'benchmark_hub/convolution_A100.json.gz', quantity: latency },
  { name: 'dedispersion A100', file: 'benchmark_hub/dedispersion_A100.json.gz', quantity: latency },
  { name: 'GEMM RTX 3090', file: 'benchmark_hub/gemm_old_RTX_3090.json.gz', quantity: latency },
];

/** A value of a tunable as a number: trees need the order only. */
export function numberOf(value: number | boolean | string | undefined, values: readonly unknown[]): number {
  return typeof value === 'number' ? value : values.indexOf(value);
}

/** Values of a measurement's tunables as numbers. */
export function tunableFeatures(recording: Recording, row: Row): number[] {
  return recording.tunables.map(({ values }, i) => numberOf(values[row.values[i] ?? -1], values));
}

/** Every data set below `folder`. */
export function loadDataSets(folder: string): DataSet[] {
  return sources.map((source) => {
    const fields = { time: 'time', ...(source.energy === undefined ? {} : { energy: source.energy }) };
    const recording = loadRecording(join(folder, source.file), fields);
    const known = recording.measurements.flatMap((row) => {
      const quantity = row.failure === undefined ? source.quantity(row) : null;
      return quantity === null ? [] : [{ row, quantity }];
    });
    return {
      name: source.name,
      features: known.map(({ row }) => [...tunableFeatures(recording, row), ...(source.more?.(row) ?? [])]),
      targets: known.map(({ quantity }) => Math.log(quantity)),
    };
  });
}
