import { describe, expect, it } from 'vitest';
import { onnxWork } from '../../src/graph/index.ts';
import { type GraphSpec, type NodeSpec, onnxFile, sourceOf } from '../support/onnx-file.ts';

const work = (spec: GraphSpec, sizes: Readonly<Record<string, number>> = {}) =>
  onnxWork({ source: sourceOf(onnxFile(spec)), sizes: new Map(Object.entries(sizes)), profile: null });

const list = (...values: number[]) => ({ type: 'i64', shape: [values.length], values }) as const;

/** How many elements come out of an operator, seen by the function behind it; null: nobody knows. */
function elementsAfter(
  node: NodeSpec,
  x: readonly number[],
  constants: GraphSpec['constants'] = {},
): unknown {
  const [, exp] = work({
    inputs: { x },
    constants,
    nodes: [
      { op: 'Identity', in: ['x'], out: ['start'] },
      { op: 'Sin', in: ['start'], out: ['sine'] },
      { ...node, in: ['sine', ...node.in], out: node.out },
      { op: 'Exp', in: ['r'], out: ['y'] },
    ],
  }).filter(({ operator }) => operator !== node.op);
  return exp?.isCounted === false ? null : exp?.call?.parameters.cols;
}

describe('shapes follow from operators', () => {
  const cases: readonly [
    name: string,
    node: Omit<NodeSpec, 'out'>,
    x: number[],
    elements: number | null,
    constants?: GraphSpec['constants'],
  ][] = [
    [
      'MaxPool, its ceil mode',
      { op: 'MaxPool', in: [], with: { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 } },
      [1, 2, 8, 8],
      2 * 16,
    ],
    [
      'AveragePool',
      { op: 'AveragePool', in: [], with: { kernel_shape: [3, 2], strides: [3, 2] } },
      [1, 2, 9, 8],
      2 * 12,
    ],
    [
      'ConvTranspose',
      { op: 'ConvTranspose', in: ['w'], with: { strides: [2, 2] } },
      [1, 4, 5, 5],
      3 * 100,
      { w: { shape: [4, 3, 2, 2] } },
    ],
    [
      'Slice, from the back, by two',
      { op: 'Slice', in: ['s', 'e', 'a', 't'] },
      [10, 4],
      3 * 4,
      { s: list(-6), e: list(2 ** 40), a: list(0), t: list(2) },
    ],
    ['Split in unequal parts', { op: 'Split', in: ['n'] }, [10, 4], 3 * 4, { n: list(3, 7) }],
    ['Pad', { op: 'Pad', in: ['p'] }, [3, 4], 6 * 4, { p: list(1, 0, 2, 0) }],
    ['Resize by sizes', { op: 'Resize', in: ['', '', 's'] }, [1, 1, 4, 4], 35, { s: list(1, 1, 5, 7) }],
    ['Tile', { op: 'Tile', in: ['n'] }, [2, 3], 2 * 2 * 3 * 3, { n: list(2, 3) }],
    ['Expand', { op: 'Expand', in: ['n'] }, [3, 1], 2 * 3 * 4, { n: list(2, 1, 4) }],
    ['Gather of some rows', { op: 'Gather', in: ['i'] }, [50, 8], 3 * 8, { i: list(0, 7, 9) }],
    ['Concat', { op: 'Concat', in: ['w'], with: { axis: -1 } }, [2, 3], 2 * 8, { w: { shape: [2, 5] } }],
    [
      'Einsum',
      { op: 'Einsum', in: ['w'], with: { equation: 'bij,jk->bik' } },
      [2, 3, 4],
      2 * 3 * 5,
      { w: { shape: [4, 5] } },
    ],
    ['TopK', { op: 'TopK', in: ['k'] }, [2, 30], 2 * 5, { k: list(5) }],
    [
      'LSTM',
      { op: 'LSTM', in: ['w', 'r'], with: { hidden_size: 6 } },
      [7, 1, 4],
      7 * 6,
      { w: { shape: [1, 24, 4] }, r: { shape: [1, 24, 6] } },
    ],
    ['DepthToSpace', { op: 'DepthToSpace', in: [], with: { blocksize: 2 } }, [1, 8, 3, 3], 72],
    ['an operator that nobody knows', { op: 'Frobnicate', in: [] }, [2, 3], null],
    ['Reshape to what is not known beforehand', { op: 'Reshape', in: ['sine'] }, [2], null],
  ];
  for (const [name, node, x, expected, constants] of cases) {
    it(name, () => expect(elementsAfter({ ...node, out: ['r'] }, x, constants)).toBe(expected));
  }

  it('and sizes that are computed: a reshape by what Shape, Gather, arithmetic and Concat make', () => {
    const all = work(
      {
        inputs: { x: ['batch', 12, 'rows', 64] },
        constants: {
          zero: { type: 'i64', shape: [], values: [0] },
          rest: list(-1),
          axis: list(0),
          two: list(2),
        },
        nodes: [
          { op: 'Shape', in: ['x'], out: ['s'] },
          { op: 'Gather', in: ['s', 'zero'], out: ['b'] },
          { op: 'Unsqueeze', in: ['b', 'axis'], out: ['b1'] },
          { op: 'Mul', in: ['b1', 'two'], out: ['b2'] },
          { op: 'Concat', in: ['b2', 'rest'], out: ['to'], with: { axis: 0 } },
          { op: 'Reshape', in: ['x', 'to'], out: ['m'] },
          { op: 'Softmax', in: ['m'], out: ['y'], with: { axis: -1 } },
        ],
      },
      { batch: 2, rows: 7 },
    );
    expect(all.map(({ call }) => call)).toEqual([
      { operator: 'softmax', parameters: { rows: 4, cols: (2 * 12 * 7 * 64) / 4 } },
    ]);
  });

  it('and a branch whose condition is known runs in its place; of another nothing is counted', () => {
    const branch = (op: string) => ({ graph: { outputs: [op], nodes: [{ op, in: ['x'], out: [op] }] } });
    const spec = (condition: string): GraphSpec => ({
      inputs: { x: [4, 8], rate: [] },
      type: 'i64',
      constants: { wanted: { type: 'i64', shape: [], values: [16] } },
      nodes: [
        { op: 'Equal', in: ['rate', 'wanted'], out: ['is'] },
        {
          op: 'If',
          in: [condition],
          out: ['y'],
          with: { then_branch: branch('Relu'), else_branch: branch('Exp') },
        },
      ],
    });
    expect(work(spec('is'), { rate: 16 }).map(({ operator }) => operator)).toEqual(['Relu']);
    expect(work(spec('is'), { rate: 8 }).map(({ operator }) => operator)).toEqual(['Exp']);
    expect(work(spec('is')).map(({ operator, isCounted }) => [operator, isCounted])).toEqual([
      ['Equal', true],
      ['If', false],
    ]);
  });

  it('what is asked for has to be given, by its name or by the input’s and the axis', () => {
    const spec: GraphSpec = { inputs: { x: ['batch', ''] }, nodes: [{ op: 'Relu', in: ['x'], out: ['y'] }] };
    expect(() => work(spec, { batch: 1 })).toThrow('model.onnx: the sizes x.1 are not known');
    expect(work(spec, { batch: 2, 'x.1': 5 })[0]?.call?.parameters.cols).toBe(10);
  });
});
