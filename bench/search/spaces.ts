import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { importKernelTuner, type Recording } from '../../src/store/index.ts';

/** A recorded space with the quantity that is minimised on it. */
export interface BenchSpace {
  /** As in peers.json: file stem, colon, field. */
  readonly name: string;
  /** Relative to the data folder. */
  readonly file: string;
  readonly field: string;
}

/** The spaces that peer tuners were run on. */
export const benchSpaces: readonly BenchSpace[] = [
  { stem: 'tcbf_RTX_4000_Ada', folder: 'powersensor3', field: 'ps_energy' },
  { stem: 'tcbf_RTX_4000_Ada', folder: 'powersensor3', field: 'time' },
  { stem: 'convolution_A4000', folder: 'benchmark_hub', field: 'time' },
  { stem: 'convolution_A100', folder: 'benchmark_hub', field: 'time' },
  { stem: 'dedispersion_A100', folder: 'benchmark_hub', field: 'time' },
  { stem: 'gemm_old_RTX_3090', folder: 'benchmark_hub', field: 'time' },
].map(({ stem, folder, field }) => ({ name: `${stem}:${field}`, file: `${folder}/${stem}.json.gz`, field }));

/**
 * A Kernel Tuner cache as a recording.
 * @param time field that counts as latency; a benchmark may put any quantity in its place.
 */
export function loadRecording(
  dataFolder: string,
  file: string,
  fields: { readonly time: string; readonly energy?: string },
): Recording {
  const bytes = readFileSync(join(dataFolder, file));
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return importKernelTuner({
    text,
    label: file,
    timeField: fields.time,
    ...(fields.energy === undefined ? {} : { energyField: fields.energy }),
    provenance: { version: 'bench', command: 'bench:search', createdAt: '2000-01-01T00:00:00.000Z' },
  });
}
