import type { Mutation } from './mutation.ts';
import { demoMutations } from './mutations-demo.ts';
import { operatorMutations } from './mutations-operators.ts';

/** Every change that is measured. */
export const mutations: readonly Mutation[] = [...demoMutations, ...operatorMutations];

/** Configurations that each change is measured at besides the default. */
export const alsoAt: Readonly<Record<string, Readonly<Record<string, number | boolean | string>>>> = {
  softmax: { LANES: 16, ROWS_PER_GROUP: 1, VECTORIZE: true },
  'row-norm': { WORKGROUP: 16, UNROLL: 4, INTERLEAVED: true },
  'bias-gelu': { WORKGROUP: 32, PER_THREAD: 8 },
  transpose: { TILE: 32, ROWS_PER_STEP: 8, PAD: true },
  matvec: { GROUP_K: 8, GROUP_ROWS: 4, ROWS: 4, VECTOR: 4, UNROLL: 1, STAGE_X: true, REDUCE: 'tree' },
  reduce: {
    LANES: 64,
    GROUP_OUTPUTS: 1,
    VECTOR: 4,
    ITEMS: 1,
    ORDER: 'striped',
    SUBGROUP: 1,
    COMBINE: 'flat',
  },
  layernorm: { LANES: 32, GROUP_ROWS: 2, VECTOR: 4, ITEMS: 1 },
  matmul: { GROUP_X: 8, GROUP_Y: 4, ROWS: 2, COLS: 4, K_TILE: 8, VECTOR: 4 },
};
