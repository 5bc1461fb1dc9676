import { type Change, changesOf, type Mutation } from './mutation.ts';

const softmax = 'kernels/softmax.wesl';
const rows = 'kernels/rows.wesl';
const norm = 'kernels/row-norm.wgsl';
const gelu = 'kernels/bias-gelu.wgsl';
const transpose = 'kernels/transpose.wesl';

const summing = 'sum += exp(input[at] - shift);';
const storing = 'output[at] = exp(input[at] - shift) * scale;';
const lineByLine = (all: string, one: string) =>
  `  var result = slots[first];\n  for (var i = 1u; i < u32(LANES); i++) {\n    ${all}\n  }\n${one}`;

const softmaxChanges: readonly Change[] = [
  ['remark', 'equal', [softmax, 'var highest', '// Of this invocation.\n  var highest']],
  ['other names', 'change', [softmax, 'shift', 'row_top']],
  [
    'divides each element',
    'change',
    [softmax, storing, 'output[at] = exp(input[at] - shift) / denominator;'],
    [softmax, 'let scale = 1.0 / row_sum', 'let denominator = row_sum'],
  ],
  [
    'logarithm instead of the factor',
    'change',
    [softmax, storing, 'output[at] = exp(input[at] - offset);'],
    [
      softmax,
      'let scale = 1.0 / row_sum(local.x, local.y, total(sum));',
      'let offset = shift + log(row_sum(local.x, local.y, total(sum)));',
    ],
  ],
  [
    'exponents of two',
    'change',
    [softmax, 'exp(input[at] - shift)', 'exp2(1.4426950408889634 * (input[at] - shift))'],
  ],
  [
    'general power',
    'change',
    [softmax, 'exp(input[at] - shift)', 'pow(Pack(2.7182818284), input[at] - shift)'],
  ],
  [
    'keeps exponentials in storage',
    'change',
    [softmax, summing, 'let term = exp(input[at] - shift);\n    output[at] = term;\n    sum += term;'],
    [softmax, storing, 'output[at] *= scale;'],
  ],
  [
    'no shift',
    'change',
    [
      softmax,
      'for (var at = start + local.x; at < end; at += u32(LANES)) {\n    highest = max(highest, input[at]);\n  }\n',
      '',
    ],
    [
      softmax,
      'let shift = row_max(local.x, local.y, largest(highest));',
      'let shift = 0.0 * largest(highest);',
    ],
  ],
  [
    'sums twice',
    'change',
    [
      softmax,
      '  let scale =',
      '  for (var at = start + local.x; at < end; at += u32(LANES)) {\n    sum = 0.5 * (sum + sum) + 1.0e-9 * exp(input[at] - shift);\n  }\n  let scale =',
    ],
  ],
  [
    'bounded exponents',
    'change',
    [softmax, 'exp(input[at] - shift)', 'exp(max(input[at] - shift, Pack(-87.0)))'],
  ],
  [
    'twice the workgroups, half of them idle',
    'change',
    ['dispatch', 'ROWS / ROWS_PER_GROUP', '2 * ROWS / ROWS_PER_GROUP'],
    [
      softmax,
      '  let start =',
      '  if (group.x * u32(ROWS_PER_GROUP) >= u32(ROWS)) {\n    return;\n  }\n  let start =',
    ],
    [softmax, 'import constants::LANES;', 'import constants::LANES;\nimport constants::ROWS;'],
  ],
  [
    'room for a whole row',
    'change',
    [rows, 'array<f32, LANES * ROWS_PER_GROUP>', 'array<f32, 32 * LANES * ROWS_PER_GROUP>'],
  ],
  [
    'every lane waits at each slot',
    'change',
    [
      rows,
      lineByLine('result += slots[first + i];', '  workgroupBarrier();'),
      lineByLine('result += slots[first + i];\n    workgroupBarrier();', '  workgroupBarrier();'),
    ],
  ],
  [
    'trees',
    'change',
    [
      rows,
      lineByLine('result += slots[first + i];', '  workgroupBarrier();'),
      '  for (var half = u32(LANES) / 2u; half > 0u; half >>= 1u) {\n    if (lane < half) {\n      slots[first + lane] += slots[first + lane + half];\n    }\n    workgroupBarrier();\n  }\n  let result = slots[first];\n  workgroupBarrier();',
    ],
  ],
  [
    'two elements a turn',
    'change',
    [
      softmax,
      `for (var at = start + local.x; at < end; at += u32(LANES)) {\n    ${summing}\n  }`,
      'for (var at = start + local.x; at < end; at += 2u * u32(LANES)) {\n    sum += exp(input[at] - shift);\n    if (at + u32(LANES) < end) {\n      sum += exp(input[at + u32(LANES)] - shift);\n    }\n  }',
    ],
  ],
];

const value = 'value(group.x, lane, i + u)';
const summed = `      let scaled = ${value} / scale;\n      sum += scaled * scaled;\n`;
const halving = '  for (var width = WORKGROUP / 2u; width > 0u; width >>= 1u) {\n    if (lane < width) {\n';
const lastTree = `${halving}      tree[lane] += tree[lane + width];\n    }\n    workgroupBarrier();\n  }\n`;
const firstLoop = `      largest = max(largest, abs(${value}));\n`;

const normChanges: readonly Change[] = [
  ['remark', 'equal', [norm, 'let lane = local.x;', 'let lane = local.x; // its place in the row']],
  [
    'multiplies by the inverse',
    'change',
    [norm, summed, `      let scaled = ${value} * inverse;\n      sum += scaled * scaled;\n`],
    [norm, '  var sum = 0.0;', '  let inverse = 1.0 / scale;\n  var sum = 0.0;'],
  ],
  [
    'no scaling',
    'change',
    [norm, firstLoop, ''],
    [norm, 'var largest = 0.0', 'var largest = 1.0'],
    [norm, ` / scale;`, ';'],
  ],
  [
    'largest of every fourth',
    'change',
    [norm, firstLoop, `      if ((i / UNROLL) % 4u != 0u) {\n        continue;\n      }\n${firstLoop}`],
  ],
  ['largest by square roots', 'change', [norm, `abs(${value})`, `sqrt(${value} * ${value})`]],
  ['largest of both signs', 'change', [norm, `abs(${value})`, `max(${value}, -${value})`]],
  ['barrier each turn', 'change', [norm, summed, `${summed}      workgroupBarrier();\n`]],
  [
    'first lane adds',
    'change',
    [
      norm,
      lastTree,
      '  if (lane == 0u) {\n    for (var other = 1u; other < WORKGROUP; other++) {\n      tree[0] += tree[other];\n    }\n  }\n  workgroupBarrier();\n',
    ],
  ],
  [
    'sums in workgroup memory',
    'change',
    [norm, '  var sum = 0.0;', '  tree[lane] = 0.0;'],
    [norm, 'sum += scaled * scaled;', 'tree[lane] += scaled * scaled;'],
    [norm, '  tree[lane] = sum;\n', ''],
  ],
  [
    'more of workgroup memory',
    'change',
    [norm, 'var<workgroup> tree: array<f32, WORKGROUP>;', 'var<workgroup> tree: array<f32, 4096>;'],
  ],
  [
    'lost digits kept',
    'change',
    [
      norm,
      'sum += scaled * scaled;',
      'let term = scaled * scaled - lost;\n      let next = sum + term;\n      lost = (next - sum) - term;\n      sum = next;',
    ],
    [norm, '  var sum = 0.0;', '  var sum = 0.0;\n  var lost = 0.0;'],
  ],
  [
    'three times the workgroups, two thirds idle',
    'change',
    ['dispatch', 'dispatch: [ROWS, 1, 1]', 'dispatch: [3 * ROWS, 1, 1]'],
    [norm, '  let lane = local.x;', '  if (group.x >= ROWS) {\n    return;\n  }\n  let lane = local.x;'],
  ],
  [
    'atomic maximum',
    'change',
    [norm, 'var<workgroup> tree', 'var<workgroup> top: atomic<u32>;\nvar<workgroup> tree'],
    [norm, firstLoop, `      atomicMax(&top, bitcast<u32>(abs(${value})));\n`],
    [norm, 'max(tree[0], 1.0e-30)', 'max(bitcast<f32>(atomicLoad(&top)), 1.0e-30)'],
  ],
  [
    'half of the row',
    'other',
    [
      norm,
      '  var sum = 0.0;\n  for (var i = 0u; i < COLS / WORKGROUP;',
      '  var sum = 0.0;\n  for (var i = 0u; i < COLS / WORKGROUP / 2u;',
    ],
  ],
];

const applied = 'y[at] = gelu(x[at] + bias[at % COLS]);';
const form = 'return 0.5 * v * (1.0 + tanh(clamp(inner, -10.0, 10.0)));';

const geluChanges: readonly Change[] = [
  ['remark', 'equal', [gelu, 'let start', '// The first element.\n  let start']],
  [
    'by an exponential',
    'change',
    [gelu, form, 'return v - v / (exp(2.0 * clamp(inner, -10.0, 10.0)) + 1.0);'],
  ],
  ['by a power', 'change', [gelu, '0.044715 * v * v * v', '0.044715 * sign(v) * pow(abs(v), 3.0)']],
  [
    'factored',
    'change',
    [gelu, '0.7978845608 * (v + 0.044715 * v * v * v)', 'v * (0.7978845608 + 0.0356774081 * v * v)'],
  ],
  ['by a sigmoid', 'other', [gelu, form, 'return v / (1.0 + exp(-1.702 * v));']],
  ['relu', 'other', [gelu, form, 'return max(v, 0.0) + 1.0e-20 * inner;']],
  [
    'both sides worked out',
    'change',
    [
      gelu,
      applied,
      'let v = x[at] + bias[at % COLS];\n      y[at] = select(gelu(v), 0.5 * (gelu(v + 1.0e-7) + gelu(v - 1.0e-7)), v > 8.0);',
    ],
  ],
  [
    'three times the workgroups',
    'change',
    [
      'dispatch',
      'ceil_div(ROWS * COLS, WORKGROUP * PER_THREAD)',
      '3 * ceil_div(ROWS * COLS, WORKGROUP * PER_THREAD)',
    ],
  ],
  [
    'returns beyond the end',
    'change',
    [gelu, '    if (at < ROWS * COLS) {\n', '    if (at >= ROWS * COLS) {\n      return;\n    }\n    {\n'],
  ],
  ['no check of the end', 'change', [gelu, '    if (at < ROWS * COLS) {\n', '    {\n']],
  [
    'neighbours apart',
    'change',
    [gelu, 'PER_THREAD + local.x;', 'PER_THREAD + local.x * PER_THREAD;'],
    [gelu, 'start + i * WORKGROUP', 'start + i'],
  ],
  [
    'bias through workgroup memory',
    'change',
    [gelu, '@compute', 'var<workgroup> staged: array<f32, WORKGROUP>;\n\n@compute'],
    [gelu, applied, 'staged[local.x] = bias[at % COLS];\n      y[at] = gelu(x[at] + staged[local.x]);'],
  ],
  [
    'through storage',
    'change',
    [gelu, applied, 'y[at] = x[at] + bias[at % COLS];\n      storageBarrier();\n      y[at] = gelu(y[at]);'],
  ],
  [
    'row and column',
    'change',
    [
      gelu,
      applied,
      'let row = at / COLS;\n      let column = at - row * COLS;\n      y[row * COLS + column] = gelu(x[row * COLS + column] + bias[column]);',
    ],
  ],
  [
    'upper rows only',
    'other',
    [gelu, applied, 'if (at / COLS < ROWS / 4u) {\n        y[at] = gelu(x[at] + bias[at % COLS]);\n      }'],
  ],
];

const reading = '    tile[r * u32(PITCH) + local.x] = input[(row + r) * u32(COLS) + col + local.x];\n';
const writing = '    output[(col + r) * u32(ROWS) + row + local.x] = tile[local.x * u32(PITCH) + r];\n';
const readLoop = `  for (var step = 0u; step < u32(TILE); step += u32(ROWS_PER_STEP)) {\n    let r = local.y + step;\n${reading}  }\n  workgroupBarrier();\n`;

const transposeChanges: readonly Change[] = [
  ['other names', 'change', [transpose, 'tile', 'held']],
  [
    'straight',
    'change',
    [transpose, readLoop, ''],
    [transpose, 'tile[local.x * u32(PITCH) + r]', 'input[(row + local.x) * u32(COLS) + col + r]'],
    [transpose, 'var<workgroup> tile: array<f32, TILE * PITCH>;', 'const UNUSED = TILE * PITCH;'],
  ],
  ['waits each step', 'change', [transpose, reading, `${reading}    workgroupBarrier();\n`]],
  ['reads it twice', 'change', [transpose, readLoop, `${readLoop}${readLoop}`]],
  [
    'checks bounds',
    'change',
    [transpose, writing, `    if (col + r < u32(COLS) && row + local.x < u32(ROWS)) {\n  ${writing}    }\n`],
  ],
  [
    'tile four times as large',
    'change',
    [transpose, 'array<f32, TILE * PITCH>', 'array<f32, 4 * TILE * PITCH>'],
  ],
  [
    'places by division',
    'change',
    [
      transpose,
      writing,
      '    let place = r * u32(TILE) + local.x;\n    let down = place / u32(TILE);\n    let along = place % u32(TILE);\n    output[(col + down) * u32(ROWS) + row + along] = tile[along * u32(PITCH) + down];\n',
    ],
  ],
  [
    'a dozen sines',
    'other',
    [
      transpose,
      'tile[local.x * u32(PITCH) + r];',
      'tile[local.x * u32(PITCH) + r] + sin(f32(r)) + cos(f32(local.x)) + sin(f32(row)) + cos(f32(col + r));',
    ],
  ],
];

/** Changes of the demo's kernels. */
export const demoMutations: readonly Mutation[] = [
  ...changesOf('softmax', softmaxChanges),
  ...changesOf('row-norm', normChanges),
  ...changesOf('bias-gelu', geluChanges),
  ...changesOf('transpose', transposeChanges),
];
