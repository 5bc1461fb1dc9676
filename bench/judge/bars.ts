import type { BlockSample } from '../../src/measure/index.ts';
import { createRandom, moments } from '../../src/stats/index.ts';
import type { NoiseModel } from './noise.ts';
import { changed, margins, play, subjectsOf, type Truth } from './run-judge.ts';

/** What the judge does under one model of noise, as shares of the runs. */
export interface BarResults {
  readonly model: string;
  /** Spread of d = ln H - ln B from block to block, in energy. */
  readonly sdOfD: number;
  readonly anyRedAtMargin: number;
  readonly unchangedOfUnchanged: number;
  readonly anyRedOfUnchanged: number;
  readonly missedOneInForty: number;
  /** Any other kernel red beside it. */
  readonly othersRed: number;
  readonly attributedWrongly: number;
  readonly attributedAtAll: number;
  readonly everRedInFourAttempts: number;
  readonly blocks: { readonly margin: number; readonly unchanged: number; readonly oneWorse: number };
}

const kernels = 40;

interface Counter {
  readonly runs: number;
  count(occurs: (seed: number) => number): number;
}

function counter(runs: number, label: string): Counter {
  const random = createRandom(2026).fork(label);
  return {
    runs,
    count: (occurs) => {
      let sum = 0;
      for (let run = 0; run < runs; run++) sum += occurs(random.integer(2 ** 32));
      return sum / runs;
    },
  };
}

function spread(samples: readonly BlockSample[]): number {
  const d = samples.flatMap((sample, i) => {
    const after = samples[i + 1];
    if (sample.arm !== 'B' || after?.arm !== 'H') return [];
    return [Math.log((after.joules ?? 1) / (sample.joules ?? 1))];
  });
  return moments(d).standardDeviation;
}

const red = ({ verdict }: { readonly verdict: string }) => verdict === 'regressed';

/** Sources or configuration alone make it 5 % worse: X shows which. */
function attribution(model: NoiseModel, runs: number): { readonly wrong: number; readonly any: number } {
  const random = createRandom(11).fork(model.name);
  const subjects = subjectsOf(1, ['B', 'H', 'X']);
  let wrong = 0;
  let any = 0;
  for (let run = 0; run < runs; run++) {
    const byCode = run % 2 === 0;
    const side = { H: 0.05, X: byCode ? 0.05 : 0 };
    const truth: Truth = { energy: side, latency: {} };
    const [judgement] = play({ subjects, truthOf: () => truth, model, random }).judgements;
    const found = judgement?.attribution ?? null;
    if (found === null) continue;
    any++;
    if (found !== (byCode ? 'code' : 'tuning')) wrong++;
  }
  return { wrong: wrong / runs, any: any / runs };
}

/** Four attempts at one change of four kernels at their margins: any red in any of them. */
function everRed(model: NoiseModel, runs: number): number {
  const random = createRandom(12).fork(model.name);
  const subjects = subjectsOf(4);
  let ever = 0;
  for (let run = 0; run < runs; run++) {
    const earlier: (readonly BlockSample[])[] = [];
    let red = false;
    for (let attempt = 0; attempt < 4; attempt++) {
      const truthOf = () => changed(margins.energy, margins.latency);
      const { judgements, samples } = play({ subjects, truthOf, model, random, earlier });
      red ||= judgements.some(({ verdict }) => verdict === 'regressed');
      earlier.push(samples);
    }
    if (red) ever++;
  }
  return ever / runs;
}

/** Measures every bar under one model. */
export function measureBars(model: NoiseModel, runs: number): BarResults {
  const subjects = subjectsOf(kernels);
  const { count } = counter(runs, model.name);
  const blocks = { margin: 0, unchanged: 0, oneWorse: 0 };
  const of = (truthOf: (index: number) => Truth, seed: number) =>
    play({ subjects, truthOf, model, random: createRandom(seed) });
  const anyRedAtMargin = count((seed) => {
    const played = of(() => changed(margins.energy, margins.latency), seed);
    blocks.margin += played.blocks / runs;
    return played.judgements.some(red) ? 1 : 0;
  });
  let unchanged = 0;
  let sdOfD = 0;
  const anyRedOfUnchanged = count((seed) => {
    const played = of(() => changed(0), seed);
    blocks.unchanged += played.blocks / runs;
    unchanged += played.judgements.filter(({ verdict }) => verdict === 'unchanged').length / kernels / runs;
    sdOfD += spread(played.samples) / runs;
    return played.judgements.some(red) ? 1 : 0;
  });
  let othersRed = 0;
  const missedOneInForty = count((seed) => {
    const played = of((index) => changed(index === 0 ? 0.05 : 0), seed);
    blocks.oneWorse += played.blocks / runs;
    if (played.judgements.slice(1).some(red)) othersRed += 1 / runs;
    return played.judgements.slice(0, 1).some(red) ? 0 : 1;
  });
  const { wrong, any } = attribution(model, runs);
  return {
    model: model.name,
    sdOfD,
    anyRedAtMargin,
    unchangedOfUnchanged: unchanged,
    anyRedOfUnchanged,
    missedOneInForty,
    othersRed,
    attributedWrongly: wrong,
    attributedAtAll: any,
    everRedInFourAttempts: everRed(model, runs),
    blocks,
  };
}
