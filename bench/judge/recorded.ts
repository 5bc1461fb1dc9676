import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Random } from '../../src/stats/index.ts';
import { median } from '../../src/stats/index.ts';
import type { NoiseModel, Session } from './noise.ts';

/** Recordings with repeated times of every configuration, below the data folder. */
const files = [
  ['convolution, A100', 'benchmark_hub/convolution_A100.json.gz'],
  ['dedispersion, A100', 'benchmark_hub/dedispersion_A100.json.gz'],
  ['GEMM, RTX 3090', 'benchmark_hub/gemm_old_RTX_3090.json.gz'],
  ['tensor-core GEMM, RTX 4000 Ada', 'powersensor3/tcbf_RTX_4000_Ada.json.gz'],
] as const;

/** Turns of the longest block, with three arms there and back: they are to lie in one recording, one after the other. */
const turnsOfBlock = 6;

/** Consecutive repeats that make up a turn, at most. */
const mostRepeats = 3;

function repeatsOf({ length }: readonly number[]): number {
  return Math.max(1, Math.min(mostRepeats, Math.floor(length / turnsOfBlock)));
}

interface Cache {
  readonly cache: Readonly<Record<string, { readonly times?: unknown }>>;
}

function readRepeats(path: string): readonly (readonly number[])[] {
  const { cache } = JSON.parse(gunzipSync(readFileSync(path)).toString('utf8')) as Cache;
  return Object.values(cache).flatMap(({ times }) => {
    if (!Array.isArray(times)) return [];
    const logs = times.filter((time) => typeof time === 'number' && time > 0).map(Math.log);
    if (logs.length < turnsOfBlock) return [];
    const middle = median(logs);
    return [logs.map((log) => log - middle)];
  });
}

/**
 * Kernels are configurations drawn at random, with their own repeats as the error. The processes of a block are opened
 * together, so from then on a kernel's turns are stretches that follow one another from a random place: as recorded,
 * drift and jumps of the clock included.
 */
function modelOf(name: string, repeats: readonly (readonly number[])[]): NoiseModel {
  const [first = []] = repeats;
  const perTurn = repeatsOf(first);
  return {
    name,
    parameters: `${repeats.length} configurations with ${first.length} repeats each; a block is a stretch of them from a random place, a turn the median of ${perTurn} that follow one another`,
    processes: 1,
    machine(random: Random) {
      const chosen = new Map<number, readonly number[]>();
      const openSession = (): Session => {
        const places = new Map<number, number>();
        return {
          openProcess() {
            places.clear();
            return {
              turn(kernel) {
                const own = chosen.get(kernel) ?? repeats[random.integer(repeats.length)] ?? [];
                chosen.set(kernel, own);
                const last = own.length - perTurn;
                const place = places.get(kernel) ?? random.integer(last - 3 * perTurn + 1);
                places.set(kernel, place + perTurn > last ? 0 : place + perTurn);
                return median(own.slice(place, place + perTurn));
              },
            };
          },
        };
      };
      return { openSession };
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
