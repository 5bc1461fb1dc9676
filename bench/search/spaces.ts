import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { importKernelTuner, type Recording } from '../../src/store/index.ts';

/** A recorded space with the quantity that is minimised on it. */
export interface BenchSpace {
  /** As in peers.json: file stem, colon, field. */
  readonly name: string;
  readonly file: string;
  readonly field: string;
}

/** Recorded spaces below the data folder; peer tuners were run on the first six. */
const recordedSpaces = [
  'powersensor3/tcbf_RTX_4000_Ada.json.gz:ps_energy',
  'powersensor3/tcbf_RTX_4000_Ada.json.gz:time',
  'benchmark_hub/convolution_A4000.json.gz:time',
  'benchmark_hub/convolution_A100.json.gz:time',
  'benchmark_hub/dedispersion_A100.json.gz:time',
  'benchmark_hub/gemm_old_RTX_3090.json.gz:time',
  'benchmark_hub/gemm_old_RTX_2080_Ti.json.gz:time',
  'benchmark_hub/dedispersion_A4000.json.gz:time',
  'benchmark_hub/dedispersion_W7800.json.gz:time',
  'benchmark_hub/convolution_MI250X.json.gz:time',
  'benchmark_hub/convolution_W6600.json.gz:time',
];

/** The spaces that constants were chosen on, with seeds among those that are reported. All others are only tested on. */
export const tuningSpaces: readonly string[] = [
  'tcbf_RTX_4000_Ada:ps_energy',
  'tcbf_RTX_4000_Ada:time',
  'convolution_A4000:time',
  'convolution_A100:time',
  'dedispersion_A100:time',
  'dedispersion_A4000:time',
  'dedispersion_W7800:time',
];

/** `FILE` or `FILE:FIELD`; the field that is minimised is `time` unless given. */
export function spaceOf(argument: string, folder: string): BenchSpace {
  const colon = argument.lastIndexOf(':');
  const path = colon > 1 ? argument.slice(0, colon) : argument;
  const field = colon > 1 ? argument.slice(colon + 1) : 'time';
  const file = existsSync(path) ? path : join(folder, path);
  return { name: `${basename(path).replace(/(\.json)?(\.gz)?$/, '')}:${field}`, file, field };
}

/** The spaces named on the command line, or all that are recorded. */
export function benchSpaces(recordings: readonly string[], dataFolder: string): readonly BenchSpace[] {
  return (recordings.length > 0 ? recordings : recordedSpaces).map((argument) =>
    spaceOf(argument, dataFolder),
  );
}

function textOf(file: string): string {
  const bytes = readFileSync(file);
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

/** A JSON file, unpacked if its name ends in `.gz`. */
export function loadJson(file: string): unknown {
  return JSON.parse(textOf(file));
}

/**
 * A Kernel Tuner cache as a recording.
 * @param fields.time field that counts as latency; a benchmark may put any quantity in its place.
 */
export function loadRecording(
  file: string,
  fields: { readonly time: string; readonly energy?: string },
): Recording {
  return importKernelTuner({
    text: textOf(file),
    label: file,
    timeField: fields.time,
    ...(fields.energy === undefined ? {} : { energyField: fields.energy }),
    provenance: { version: 'bench', command: 'bench:search', createdAt: '2000-01-01T00:00:00.000Z' },
  });
}
