import { changesOf, type Mutation } from './mutation.ts';

const matvec = 'matvec/matvec.wesl';
const reduce = 'reduce/reduce.wesl';
const layernorm = 'layernorm/layernorm.wesl';
const lanes = 'layernorm/lanes.wesl';
const product = 'matmul/product.wesl';

const term = 'sums[row] += Pack(a[min(first_row + row, LAST_ROW) * K_PACKS + pack]) * x_pack;';

/** Changes of operators. */
export const operatorMutations: readonly Mutation[] = [
  ...changesOf('matvec', [
    ['remark', 'equal', [matvec, '  var sums:', '  // By row.\n  var sums:']],
    [
      'fused',
      'change',
      [
        matvec,
        term,
        'sums[row] = fma(Pack(a[min(first_row + row, LAST_ROW) * K_PACKS + pack]), x_pack, sums[row]);',
      ],
    ],
    [
      'reads x for each row',
      'change',
      [
        matvec,
        term,
        'sums[row] += Pack(a[min(first_row + row, LAST_ROW) * K_PACKS + pack]) * (0.5 * x_pack + 0.5 * Pack(x[pack]));',
      ],
    ],
    ['scaled on the way', 'change', [matvec, '* x_pack;', '* (x_pack * 3.0) * Pack(0.333333333);']],
    ['divides', 'change', [matvec, '* x_pack;', '/ (1.0 / (x_pack + 4.0));']],
    [
      'waits each round',
      'change',
      [matvec, '    @if(STAGE_X) workgroupBarrier();\n  }\n', '    workgroupBarrier();\n  }\n'],
    ],
    [
      'rows that are skipped',
      'change',
      [matvec, term, `if (first_row + row >= m) {\n            continue;\n          }\n          ${term}`],
    ],
    [
      'twice the workgroups',
      'change',
      [
        'dispatch',
        '- min(ceil_div(m, GROUP_ROWS * ROWS), 65535)',
        '- min(2 * ceil_div(m, GROUP_ROWS * ROWS), 65535)',
      ],
    ],
    ['half of k', 'other', [matvec, 'round < ROUNDS;', 'round < (ROUNDS + 1) / 2;']],
  ]),
  ...changesOf('reduce', [
    ['remark', 'equal', [reduce, 'fn finished', '/// What is stored.\nfn finished']],
    [
      'absolute values',
      'other',
      [reduce, 'sum = combined(sum, items[i]);', 'sum = combined(sum, sqrt(items[i] * items[i]));'],
    ],
    [
      'exponentials',
      'other',
      [reduce, 'sum = combined(sum, items[i]);', 'sum = combined(sum, exp(items[i]));'],
    ],
    [
      'no items',
      'change',
      [
        reduce,
        'if (LENGTH_FITS || at < LENGTH) { items[i] = load(output, at); }',
        'if (LENGTH_FITS || at < LENGTH) { sum = combined(sum, load(output, at)); }',
      ],
      [reduce, '      for (var i = 0u; i < ITEMS; i++) { sum = combined(sum, items[i]); }\n', ''],
    ],
    [
      'every second item',
      'other',
      [
        reduce,
        'if (LENGTH_FITS || at < LENGTH) { items[i]',
        'if (step / ITEMS % 2 == 0 && (LENGTH_FITS || at < LENGTH)) { items[i]',
      ],
    ],
    [
      'waits each step',
      'change',
      [
        reduce,
        '      for (var i = 0u; i < ITEMS; i++) { sum = combined(sum, items[i]); }\n',
        '      for (var i = 0u; i < ITEMS; i++) { sum = combined(sum, items[i]); }\n      workgroupBarrier();\n',
      ],
    ],
    [
      'averages on the way',
      'change',
      [reduce, 'sum = combined(sum, items[i]);', 'sum = combined(sum, items[i] / f32(COUNT) * f32(COUNT));'],
    ],
    [
      'reads everything twice',
      'change',
      [
        reduce,
        'items[i] = load(output, at);',
        'items[i] = 0.75 * load(output, at) + 0.25 * load(output, max(at, 1) - 1);',
      ],
    ],
  ]),
  ...changesOf('layernorm', [
    ['remark', 'equal', [layernorm, '    let factor', '    // For the whole row.\n    let factor']],
    [
      'root for each element',
      'change',
      [layernorm, ' - mean) * factor;', ' - mean) / sqrt(spread);'],
      [
        layernorm,
        'let factor = inverseSqrt(row_sum(sum_of(squares), index) * SHARE + f32(epsilon));',
        'let spread = row_sum(sum_of(squares), index) * SHARE + f32(epsilon);',
      ],
    ],
    ['no gain', 'other', [layernorm, 'normal * Wide(gamma[pack]) + Wide(beta[pack])', 'normal']],
    [
      'gain twice',
      'change',
      [
        layernorm,
        'normal * Wide(gamma[pack])',
        'normal * (0.5 * Wide(gamma[pack]) + 0.5 * Wide(gamma[min(pack, PACKS - 1)]))',
      ],
    ],
    [
      'three more barriers',
      'change',
      [
        lanes,
        'parts[part] = total; }',
        'parts[part] = total; }\n  workgroupBarrier();\n  workgroupBarrier();\n  workgroupBarrier();',
      ],
    ],
    [
      'no second pass',
      'other',
      [layernorm, '            squares += difference * difference;\n', ''],
      [layernorm, 'let difference = value(row, index, step + i, pack) - mean;', 'squares += Wide(1.0);'],
    ],
    [
      'powers',
      'change',
      [layernorm, 'squares += difference * difference;', 'squares += pow(abs(difference), Wide(2.0));'],
    ],
  ]),
  ...changesOf('matmul', [
    ['other names', 'change', [product, 'first_step', 'step_of_leg']],
    [
      'fused',
      'change',
      [
        product,
        'sums[row + pack] += row_lane(a_pack, lane) * b_packs[pack];',
        'sums[row + pack] = fma(ColPack(row_lane(a_pack, lane)), b_packs[pack], sums[row + pack]);',
      ],
    ],
    [
      'two more barriers a leg',
      'change',
      [
        product,
        '@if(STAGE_A || STAGE_B) workgroupBarrier();',
        '@if(STAGE_A || STAGE_B) { workgroupBarrier(); workgroupBarrier(); workgroupBarrier(); }',
      ],
    ],
    [
      'scaled on the way',
      'change',
      [
        product,
        'row_lane(a_pack, lane) * b_packs[pack];',
        'row_lane(a_pack, lane) * 0.125 * (b_packs[pack] * 8.0);',
      ],
    ],
    [
      'divides',
      'other',
      [product, 'row_lane(a_pack, lane) * b_packs[pack];', 'b_packs[pack] / (1.5 + row_lane(a_pack, lane));'],
    ],
    [
      'stages twice',
      'change',
      [
        product,
        '@if(STAGE_A || STAGE_B) workgroupBarrier();',
        '@if(STAGE_A || STAGE_B) { workgroupBarrier(); stage(matrix, corner, leg * K_TILE, 0, index); workgroupBarrier(); }',
      ],
    ],
    [
      'every second leg',
      'other',
      [product, 'for (var leg = 0u; leg < LEGS; leg++)', 'for (var leg = 0u; leg < LEGS; leg += 2)'],
    ],
  ]),
];
