import { describe, expect, it } from 'vitest';
import { onnxWork } from '../../src/graph/index.ts';
import { onnxFile, sourceOf } from '../support/onnx-file.ts';

const model = onnxFile({
  inputs: { x: ['batch', 3, 'h', 'w'] },
  constants: { w: { shape: [8, 3, 3, 3] } },
  nodes: [
    { op: 'Conv', in: ['x', 'w'], out: ['c'], name: 'stem', with: { strides: [2, 2], pads: [1, 1, 1, 1] } },
    { op: 'Relu', in: ['c'], out: ['r'], name: 'relu' },
    { op: 'GlobalAveragePool', in: ['r'], out: ['p'], name: 'pool' },
    { op: 'Unheard', in: ['p'], out: ['u'], name: 'odd' },
    { op: 'Exp', in: ['u'], out: ['y'], name: 'exp' },
  ],
});

const shapes = (...all: number[][]) => all.map((float) => ({ float }));
const ran = (name: string, op_name: string, inputs: number[][], outputs: number[][]) => ({
  cat: 'Node',
  name: `${name}_kernel_time`,
  args: { op_name, input_type_shape: shapes(...inputs), output_type_shape: shapes(...outputs) },
});
const run = { cat: 'Session', name: 'model_run' };
const image = [2, 3, 8, 8];
const weights = [8, 3, 3, 3];
const nodes = [
  ran('stem', 'FusedConv', [image, weights, [8]], [[2, 8, 4, 4]]),
  ran('pool', 'GlobalAveragePool', [[2, 8, 4, 4]], [[2, 8, 1, 1]]),
  ran('odd', 'Unheard', [[2, 8, 1, 1]], [[2, 40]]),
  ran('exp', 'Exp', [[2, 40]], [[2, 40]]),
  ran('made/LayerNormFusion', 'LayerNormalization', [[2, 40], [40], [40]], [[2, 40]]),
];

const work = (data: unknown) =>
  onnxWork({ source: sourceOf(model), sizes: new Map(), profile: { data, label: 'profile.json' } });

describe('a profile of ONNX Runtime', () => {
  it('says what ran: shapes that the file does not know, what was fused, and operators that the file has not', () => {
    expect(work([run, ...nodes]).map(({ operator, call }) => [operator, call])).toEqual([
      [
        'FusedConv',
        {
          operator: 'conv2d',
          parameters: {
            height: 8,
            width: 8,
            channels: 3,
            filters: 8,
            kernel_height: 3,
            kernel_width: 3,
            stride: 2,
            padding_height: 1,
            padding_width: 1,
            batch: 2,
            bias: true,
            activation: 'relu',
          },
        },
      ],
      ['GlobalAveragePool', { operator: 'reduce', parameters: { rows: 16, cols: 16, op: 'mean' } }],
      ['Unheard', null],
      ['Exp', { operator: 'elementwise', parameters: { cols: 80, unary: 'exp' } }],
      ['LayerNormalization', { operator: 'layernorm', parameters: { rows: 2, cols: 40 } }],
    ]);
  });

  it('counts runs per inference', () => {
    const twice = work([run, run, ...nodes, ...nodes, nodes[3]]);
    expect(twice.map(({ operator, times, bytes }) => [operator, times, bytes]).slice(2, 4)).toEqual([
      ['Unheard', 1, 4 * (16 + 80)],
      ['Exp', 1.5, 1.5 * 4 * 160],
    ]);
  });

  it('is refused where nothing ran in it', () => {
    for (const data of [
      null,
      {},
      [],
      [run],
      [{ cat: 'Node', name: 7 }],
      [{ ...nodes[0], args: { op_name: 'Conv', input_type_shape: [{ float: [-1] }] } }],
    ])
      expect(() => work(data)).toThrow('profile.json is no profile of ONNX Runtime: no operator ran in it');
  });
});
