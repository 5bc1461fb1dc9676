import { createRandom } from '../../src/stats/index.ts';
import type { NoiseModel } from './noise.ts';
import { peerRules } from './peers.ts';
import { changed, play, subjectsOf } from './run-judge.ts';

/** True changes of energy. 3 % is the margin: up to there, red is a false alarm. */
export const effects: readonly number[] = [0, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.1];

/** How often one kernel is called worse, by true change. */
export interface Detection {
  readonly rule: string;
  readonly model: string;
  /** One per effect. */
  readonly worse: readonly number[];
  /** Blocks used per effect; null where a rule has no blocks. */
  readonly blocks: readonly number[] | null;
  /** How often the 95 % interval of energy, wherever the run stopped, holds the truth; null where a rule has none. */
  readonly covered: readonly number[] | null;
}

function ours(model: NoiseModel, runs: number): Detection {
  const subjects = subjectsOf(1);
  const blocks: number[] = [];
  const covered: number[] = [];
  const worse = effects.map((effect) => {
    const random = createRandom(31).fork(`${model.name} ${effect}`);
    let red = 0;
    let spent = 0;
    let holds = 0;
    for (let run = 0; run < runs; run++) {
      // One metric, as the other tools have it.
      const played = play({ subjects, truthOf: () => changed(effect, 0), model, random });
      if (played.judgements[0]?.verdict === 'regressed') red++;
      spent += played.blocks;
      const ratio = played.judgements[0]?.metrics[0]?.ratio;
      if (ratio != null && ratio.low <= 1 + effect && 1 + effect <= ratio.high) holds++;
    }
    blocks.push(spent / runs);
    covered.push(holds / runs);
    return red / runs;
  });
  return { rule: 'Joulegate', model: model.name, worse, blocks, covered };
}

/** Ours and the others' under one model. */
export function measureDetection(model: NoiseModel, runs: number): readonly Detection[] {
  const theirs = peerRules.map(
    (rule): Detection => ({
      rule: rule.name,
      model: model.name,
      worse: effects.map((effect) => {
        const random = createRandom(32).fork(`${rule.name} ${model.name} ${effect}`);
        let worse = 0;
        for (let run = 0; run < runs; run++) if (rule.isWorse(effect, model, random)) worse++;
        return worse / runs;
      }),
      blocks: null,
      covered: null,
    }),
  );
  return [ours(model, runs), ...theirs];
}
