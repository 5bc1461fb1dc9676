import { createRandom, type Random } from '../../src/stats/index.ts';
import type { Recording } from '../../src/store/index.ts';

/** How power behaves over a space. */
export interface PowerCharacter {
  /** Part of the power that falls as a configuration gets slower: fast ones draw more. */
  readonly falling: number;
  /** Standard deviation of log power that the tunables explain. */
  readonly spread: number;
  /** Standard deviation of log power that nothing explains. */
  readonly noise: number;
}

/** Three characters: hardly any spread, that of a tensor-core GEMM at one clock, and power that varies twofold. */
export const powerCharacters = {
  flat: { falling: 0.1, spread: 0.01, noise: 0.01 },
  like: { falling: 0.35, spread: 0.05, noise: 0.015 },
  twofold: { falling: 0.8, spread: 0.2, noise: 0.015 },
} as const satisfies Readonly<Record<string, PowerCharacter>>;

export type PowerCharacterName = keyof typeof powerCharacters;

const fullWatts = 250;
const drawSeed = 4711;

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

/** Effects on log power that are smooth in every tunable, plus three interactions of two; one value per row, unscaled. */
function smoothEffect({ tunables, measurements }: Recording, random: Random): number[] {
  const walks = tunables.map(({ values }) => {
    let level = normal(random);
    return values.map(() => {
      level = 0.8 * level + 0.6 * normal(random);
      return level;
    });
  });
  const active = tunables.flatMap(({ values }, index) => (values.length > 1 ? [index] : []));
  const pairs = Array.from({ length: 3 }, () => {
    const [a, b] = [random.integer(active.length), random.integer(active.length)].map(
      (i) => active[i] as number,
    );
    const effects = (tunables[a as number]?.values ?? []).map(() =>
      (tunables[b as number]?.values ?? []).map(() => normal(random)),
    );
    return { a: a as number, b: b as number, effects };
  });
  return measurements.map(({ values }) => {
    const own = active.reduce((sum, i) => sum + (walks[i]?.[values[i] as number] ?? 0), 0);
    const joint = pairs.reduce(
      (sum, { a, b, effects }) => sum + (effects[values[a] as number]?.[values[b] as number] ?? 0),
      0,
    );
    return own / Math.sqrt(active.length) + 0.5 * joint;
  });
}

/**
 * A recording whose latencies are real and whose energies are made: recorded latency times
 * 250 W * (1 - falling + falling * fastest / latency) * exp(spread * g + noise * e), g a smooth random function of the
 * tunables with mean 0 and deviation 1, e normal. The same recording and character give the same energies.
 */
export function withMadeEnergy(recording: Recording, character: PowerCharacter): Recording {
  const random = createRandom(drawSeed);
  const effect = smoothEffect(recording, random);
  const centre = effect.reduce((sum, value) => sum + value, 0) / effect.length;
  const scale = Math.sqrt(effect.reduce((sum, value) => sum + (value - centre) ** 2, 0) / effect.length);
  const fastest = Math.min(
    ...recording.measurements.map(({ latencyMs }) => latencyMs ?? Number.POSITIVE_INFINITY),
  );
  const measurements = recording.measurements.map((row, index) => {
    if (row.latencyMs === undefined || row.failure !== undefined) return row;
    const { falling, spread, noise } = character;
    const explained = (spread * ((effect[index] as number) - centre)) / scale;
    const watts =
      fullWatts *
      (1 - falling + (falling * fastest) / row.latencyMs) *
      Math.exp(explained + noise * normal(random));
    return { ...row, watts, joules: (watts * row.latencyMs) / 1000 };
  });
  return { ...recording, measurements };
}
