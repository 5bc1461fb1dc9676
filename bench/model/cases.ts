import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { FeatureVector } from '../../src/kernel/index.ts';
import type { CostRow } from '../../src/model/index.ts';
import type { Configuration } from '../../src/space/index.ts';
import { createRandom, shuffle } from '../../src/stats/index.ts';
import type { Recording } from '../../src/store/index.ts';
import { loadRecording } from '../search/spaces.ts';
import { numberOf } from './data-sets.ts';
import { featureNames, staticFeatures } from './static-features.ts';

/** What a configuration is described by, where the cost model looks. */
export type Describe = (configuration: Configuration) => Promise<FeatureVector | null>;

/** A space to search, and what another one taught. */
export interface TransferCase {
  readonly name: string;
  /** Where the cost model gets its features from. */
  readonly features: 'tunables' | 'static';
  readonly target: Recording;
  readonly describe: Describe;
  readonly family: string;
  readonly featureNames: readonly string[];
  /** What the model learnt elsewhere. */
  readonly rows: readonly CostRow[];
}

/** Rows a search of another space leaves in the model file. */
const rowsPerSource = 200;

interface Described {
  readonly recording: Recording;
  readonly describe: Describe;
}

function configurationOf(recording: Recording, values: readonly number[]): Configuration {
  return Object.fromEntries(
    recording.tunables.map((tunable, i) => [tunable.name, tunable.values[values[i] ?? -1] ?? 0]),
  );
}

/** Random measurements of a recording as the cost model's rows. */
async function rowsOf({ recording, describe }: Described, seed: number): Promise<CostRow[]> {
  const drawn = shuffle([...recording.measurements], createRandom(seed)).slice(0, rowsPerSource);
  const rows: CostRow[] = [];
  for (const { values, latencyMs } of drawn) {
    if (latencyMs === undefined) continue;
    const features = await describe(configurationOf(recording, values));
    if (features === null) continue;
    rows.push({
      family: recording.device.family,
      kernel: recording.kernel,
      workload: recording.workload.name,
      identity: `${recording.device.family} ${recording.workload.name} ${values.join()}`,
      features,
      latencyMs,
      watts: null,
      estimated: false,
    });
  }
  return rows;
}

/** Tunables, and what else is given, as features: all there is to know of a kernel whose program was not recorded. */
function byTunables(recording: Recording, more: readonly number[] = []): Describe {
  return async (configuration) =>
    Float64Array.from([
      ...recording.tunables.map(({ name, values }) => numberOf(configuration[name], values)),
      ...more,
    ]);
}

async function caseOf(
  name: string,
  features: TransferCase['features'],
  names: readonly string[],
  spaces: { readonly target: Described; readonly sources: readonly Described[] },
): Promise<TransferCase> {
  const rows = await Promise.all(spaces.sources.map((source, i) => rowsOf(source, i + 1)));
  const { recording, describe } = spaces.target;
  return {
    name,
    features,
    target: recording,
    describe,
    family: recording.device.family,
    featureNames: names,
    rows: rows.flat(),
  };
}

/** The measurements of a recording at one value of a tunable. */
function part(recording: Recording, tunable: string, value: number): Recording {
  const at = recording.tunables.findIndex(({ name }) => name === tunable);
  const wanted = recording.tunables[at]?.values.indexOf(value) ?? -1;
  return {
    ...recording,
    workload: { ...recording.workload, name: `${tunable}=${value}` },
    measurements: recording.measurements.filter(({ values }) => values[at] === wanted),
  };
}

const tunableNames = (recording: Recording) => recording.tunables.map(({ name }) => name);

/** The tensor-core kernel at a clock that the model has not seen; what is minimised stands in for the time. */
async function clockCases(folder: string): Promise<TransferCase[]> {
  const file = join(folder, 'powersensor3/tcbf_RTX_4000_Ada.json.gz');
  const cases: TransferCase[] = [];
  for (const field of ['ps_energy', 'time']) {
    const recording = loadRecording(file, { time: field });
    const clock = recording.tunables.find(({ name }) => /clock/i.test(name));
    if (clock === undefined) throw new Error('the recording has no clocks');
    const clocks = clock.values.filter((value) => typeof value === 'number').sort((a, b) => a - b);
    const describe = byTunables(recording);
    const at = (value: number) => ({ recording: part(recording, clock.name, value), describe });
    const [low = 0, high = 0] = [clocks[2], clocks.at(-1)];
    for (const [from, to] of [
      [low, high],
      [high, low],
    ] as const) {
      cases.push(
        await caseOf(
          `tcbf ${field === 'time' ? 'latency' : 'energy'}, ${from} MHz to ${to} MHz`,
          'tunables',
          tunableNames(recording),
          { target: at(to), sources: [at(from)] },
        ),
      );
    }
  }
  return cases;
}

/** Convolution on another GPU, of another family. */
async function deviceCases(folder: string): Promise<TransferCase[]> {
  const load = (device: string) => {
    const file = join(folder, `benchmark_hub/convolution_${device}.json.gz`);
    const recording = loadRecording(file, { time: 'time' });
    return { recording, describe: byTunables(recording) };
  };
  const [a100, a4000] = [load('A100'), load('A4000')];
  const names = tunableNames(a100.recording);
  return [
    await caseOf('convolution, A4000 to A100', 'tunables', names, { target: a100, sources: [a4000] }),
    await caseOf('convolution, A100 to A4000', 'tunables', names, { target: a4000, sources: [a100] }),
  ];
}

/** Our matmul on a software adapter at a shape that the model has not seen. */
async function shapeCases(): Promise<TransferCase[]> {
  const folder = 'bench/model/recordings';
  const recordings = readdirSync(folder)
    .sort()
    .map((name) => {
      const bytes = readFileSync(join(folder, name));
      const recording = JSON.parse(gunzipSync(bytes).toString('utf8')) as Recording;
      return { name: basename(name, '.json.gz'), recording };
    });
  const cases: TransferCase[] = [];
  for (const features of ['static', 'tunables'] as const) {
    const described = recordings.map(({ name, recording }) => ({
      name,
      recording,
      describe: features === 'static' ? staticFeatures(recording) : byTunables(recording),
    }));
    for (const target of described) {
      const names = features === 'static' ? featureNames : tunableNames(target.recording);
      const sources = described.filter(({ name }) => name !== target.name);
      cases.push(
        await caseOf(`matmul, other shape to ${target.recording.workload.name}`, features, names, {
          target,
          sources,
        }),
      );
    }
  }
  return cases;
}

/** Every case; those on others' recordings only where `folder` holds them. */
export async function transferCases(folder: string | null): Promise<readonly TransferCase[]> {
  const shapes = await shapeCases();
  return folder === null
    ? shapes
    : [...(await clockCases(folder)), ...(await deviceCases(folder)), ...shapes];
}
