import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Random } from '../../src/stats/index.ts';
import { median } from '../../src/stats/index.ts';
import type { NoiseModel } from './noise.ts';

/** Recordings with repeated times of every configuration, below the data folder. */
const files = [
  ['convolution, A100', 'benchmark_hub/convolution_A100.json.gz'],
  ['dedispersion, A100', 'benchmark_hub/dedispersion_A100.json.gz'],
  ['GEMM, RTX 3090', 'benchmark_hub/gemm_old_RTX_3090.json.gz'],
  ['tensor-core GEMM, RTX 4000 Ada', 'powersensor3/tcbf_RTX_4000_Ada.json.gz'],
] as const;

/** Consecutive repeats that make up a turn. */
const repeatsPerTurn = 3;

interface Cache {
  readonly cache: Readonly<Record<string, { readonly times?: unknown }>>;
}

function readRepeats(path: string): readonly (readonly number[])[] {
  const { cache } = JSON.parse(gunzipSync(readFileSync(path)).toString('utf8')) as Cache;
  return Object.values(cache).flatMap(({ times }) => {
    if (!Array.isArray(times)) return [];
    const logs = times.filter((time) => typeof time === 'number' && time > 0).map(Math.log);
    if (logs.length < 2 * repeatsPerTurn) return [];
    const middle = median(logs);
    return [logs.map((log) => log - middle)];
  });
}

/** Kernels are configurations drawn at random, with their own repeats as the error; a turn is a stretch of them. */
function modelOf(name: string, repeats: readonly (readonly number[])[]): NoiseModel {
  return {
    name,
    parameters: `${repeats.length} configurations; a turn is the median of ${repeatsPerTurn} consecutive repeats, drawn with replacement`,
    session(random: Random) {
      const chosen = new Map<number, readonly number[]>();
      return {
        openProcess: () => ({
          turn(kernel) {
            const own = chosen.get(kernel) ?? repeats[random.integer(repeats.length)] ?? [];
            chosen.set(kernel, own);
            const start = random.integer(own.length - repeatsPerTurn + 1);
            return median(own.slice(start, start + repeatsPerTurn));
          },
        }),
      };
    },
  };
}

/** Noise of real measurements; what is not there is named, so that nobody takes its absence for a result. */
export function recordedModels(folder: string): {
  readonly models: readonly NoiseModel[];
  readonly missing: readonly string[];
} {
  const there = files.filter(([, path]) => existsSync(join(folder, path)));
  return {
    models: there.map(([name, path]) => modelOf(name, readRepeats(join(folder, path)))),
    missing: files.filter(([, path]) => !existsSync(join(folder, path))).map(([, path]) => path),
  };
}
