import { describe, expect, it } from 'vitest';
import { onnxWork } from '../../src/graph/index.ts';
import { type GraphSpec, type NodeSpec, onnxFile, sourceOf, type TensorSpec } from '../support/onnx-file.ts';

type Shapes = Readonly<Record<string, readonly number[]>>;

const work = (spec: GraphSpec, sizes: Readonly<Record<string, number>> = {}) =>
  onnxWork({ source: sourceOf(onnxFile(spec)), sizes: new Map(Object.entries(sizes)), profile: null });

/** What becomes of one operator: `conv2d height=8,...`, or why it is none of ours. */
function answer(
  op: string,
  inputs: Shapes,
  weights: Readonly<Record<string, TensorSpec>>,
  how: NodeSpec['with'] = {},
) {
  const names = [...Object.keys(inputs), ...Object.keys(weights)];
  const [one] = work({
    inputs,
    constants: weights,
    outputs: ['y'],
    nodes: [{ op, in: names, out: ['y'], with: how }],
  });
  const parameters = Object.entries(one?.call?.parameters ?? {}).map(([name, value]) => `${name}=${value}`);
  return {
    call: one?.call === null ? one.reason : one && `${one.call?.operator} ${parameters}`,
    macs: one?.macs,
    bytes: one?.bytes,
  };
}

const w = (...shape: number[]): Readonly<Record<string, TensorSpec>> => ({ w: { shape } });

describe('an operator of ONNX is one of ours', () => {
  it('convolution: image, window, padding and groups; MACs are results times window times channels of a group', () => {
    expect(
      answer('Conv', { x: [1, 3, 8, 10] }, w(16, 3, 3, 3), { pads: [1, 1, 1, 1], strides: [2, 2] }),
    ).toEqual({
      call: 'conv2d height=8,width=10,channels=3,filters=16,kernel_height=3,kernel_width=3,stride=2,padding_height=1,padding_width=1',
      macs: 16 * 4 * 5 * 3 * 9,
      bytes: 4 * (3 * 80 + 16 * 27 + 16 * 20),
    });
    const depthwise = answer('Conv', { x: [2, 8, 5, 5] }, w(8, 1, 3, 3), { group: 8, dilations: [2, 2] });
    expect(depthwise.call).toBe(
      'conv2d height=5,width=5,channels=8,filters=8,kernel_height=3,kernel_width=3,dilation=2,batch=2,groups=8',
    );
    expect(depthwise.macs).toBe(2 * 8 * 9);
  });

  it('convolution: `SAME_UPPER` pads one more behind, and a line is an image of one row', () => {
    const same = answer('Conv', { x: [1, 4, 8, 8] }, w(4, 4, 3, 3), {
      auto_pad: 'SAME_UPPER',
      strides: [2, 2],
    });
    expect(same.call).toBe(
      'conv2d height=8,width=8,channels=4,filters=4,kernel_height=3,kernel_width=3,stride=2,padding_extra=1',
    );
    expect(answer('Conv', { x: [1, 80, 3000] }, w(384, 80, 3), { pads: [1, 1] }).call).toBe(
      'conv2d height=1,width=3000,channels=80,filters=384,kernel_height=1,kernel_width=3,padding_width=1',
    );
  });

  it('products: with weights that one row meets a product with a vector, else of matrices; a batch where both have one', () => {
    expect(answer('MatMul', { x: [2, 3, 8] }, w(8, 5))).toEqual({
      call: 'matmul m=6,n=5,k=8',
      macs: 6 * 5 * 8,
      bytes: 4 * (48 + 40 + 30),
    });
    expect(answer('MatMul', { x: [1, 1, 8] }, w(8, 5)).call).toBe('matvec m=5,k=8');
    expect(answer('MatMul', { x: [1, 1, 8], z: [8, 5] }, {}).call).toBe('matmul m=1,n=5,k=8');
    expect(answer('MatMul', { x: [1, 12, 7, 64], z: [1, 12, 64, 9] }, {}).call).toBe(
      'matmul m=7,n=9,k=64,batch=12',
    );
    const gemm = { ...w(5, 8), b: { shape: [5] } };
    expect(answer('Gemm', { x: [4, 8] }, gemm, { transB: 1 }).call).toBe(
      'matmul m=4,n=5,k=8,transpose_b=true,bias=true',
    );
  });

  it('rows: softmax, normalisations and reductions over the last axes, or the first', () => {
    expect(answer('Softmax', { x: [2, 3, 10] }, {}, { axis: -1 }).call).toBe('softmax rows=6,cols=10');
    expect(answer('Softmax', { x: [2, 3, 10] }, {}, { axis: 1 }).call).toBe(
      'softmax over an axis that is not the last',
    );
    expect(answer('LayerNormalization', { x: [2, 3, 10] }, w(10)).call).toBe('layernorm rows=6,cols=10');
    expect(answer('SimplifiedLayerNormalization', { x: [1, 1, 2048] }, w(2048)).call).toBe(
      'rmsnorm rows=1,cols=2048',
    );
    const words = { w: { type: 'i64', shape: [2, 7] } } as const;
    expect(answer('Gather', { x: [50, 8] }, words).call).toBe('gather table_rows=50,cols=8,count=14');
    expect(answer('Gather', { x: [50, 8] }, words, { axis: 1 }).call).toBe('an axis that is not the first');
    const axes = (...values: number[]): Readonly<Record<string, TensorSpec>> => ({
      axes: { type: 'i64', shape: [values.length], values },
    });
    expect(answer('ReduceMean', { x: [4, 5, 6] }, axes(-1, -2)).call).toBe('reduce rows=4,cols=30,op=mean');
    expect(answer('ReduceMax', { x: [4, 5, 6] }, axes(0)).call).toBe(
      'reduce rows=4,cols=30,op=max,axis=first',
    );
    expect(answer('ReduceSum', { x: [4, 5, 6] }, axes(1)).call).toBe('axes in the middle');
    expect(answer('GlobalAveragePool', { x: [1, 8, 7, 7] }, {}).call).toBe(
      'reduce rows=49,cols=8,op=mean,axis=first',
    );
  });

  it('elements: functions of one, and of two where the smaller is one number, a row, a column or a channel', () => {
    expect(answer('Relu', { x: [2, 3] }, {})).toEqual({
      call: 'elementwise cols=6,unary=relu',
      macs: 0,
      bytes: 48,
    });
    expect(answer('Gelu', { x: [2, 3] }, {}, { approximate: 'tanh' }).call).toBe(
      'elementwise cols=6,unary=gelu',
    );
    const added = (x: readonly number[], z: readonly number[]) => answer('Add', { x, z }, {}).call;
    expect(added([2, 3], [2, 3])).toBe('elementwise cols=6,binary=add');
    expect(added([2, 3], [1])).toBe('elementwise cols=6,binary=add,broadcast=scalar');
    expect(added([3], [4, 2, 3])).toBe('elementwise rows=8,cols=3,binary=add,broadcast=row');
    expect(added([4, 2, 3], [4, 1, 1])).toBe('elementwise rows=4,cols=6,binary=add,broadcast=column');
    expect(added([1, 8, 7, 7], [1, 8, 1, 1])).toBe('elementwise rows=49,cols=8,binary=add,broadcast=row');
    expect(added([4, 1], [1, 5])).toBe('both operands are spread');
    expect(added([4, 2, 3], [1, 2, 1])).toBe('an operand that is spread over axes in the middle');
  });

  it('transposition: axes that stay together are one, and none of size 1 counts', () => {
    const turned = (x: readonly number[], ...perm: number[]) => answer('Transpose', { x }, {}, { perm }).call;
    expect(turned([2, 3, 4, 5], 2, 3, 0, 1)).toBe('transpose rows=6,cols=20');
    expect(turned([1, 3, 8, 8], 0, 2, 3, 1)).toBe('transpose rows=3,cols=64');
    expect(turned([2, 3, 8, 8], 0, 2, 3, 1)).toBe('transpose rows=3,cols=64,batch=2');
    expect(turned([1, 7, 1, 64], 0, 2, 1, 3)).toBeUndefined();
    expect(turned([1, 7, 12, 64], 0, 2, 1, 3)).toBe('a transposition that keeps the last axis');
  });

  it('half precision is the workload’s type, and what is of other types is not ours', () => {
    const half = work({ type: 'f16', inputs: { x: [4, 8] }, nodes: [{ op: 'Relu', in: ['x'], out: ['y'] }] });
    expect(half[0]?.call?.parameters).toEqual({ cols: 32, unary: 'relu', type: 'f16' });
    expect(half[0]?.bytes).toBe(2 * 64);
    const whole = work({
      type: 'i32',
      inputs: { x: [4, 8] },
      nodes: [{ op: 'Relu', in: ['x'], out: ['y'] }],
    });
    expect(whole[0]).toMatchObject({ call: null, reason: 'elements of type i32' });
  });
});

describe('what runtimes do in one go', () => {
  const conv = (then: readonly NodeSpec[], constants: GraphSpec['constants'] = {}, outputs = ['y']) =>
    work({
      inputs: { x: [1, 3, 4, 4] },
      constants: { w: { shape: [8, 3, 1, 1] }, ...constants },
      outputs,
      nodes: [{ op: 'Conv', in: ['x', 'w'], out: ['c'] }, ...then],
    });
  const parameters = { height: 4, width: 4, channels: 3, filters: 8, kernel_height: 1, kernel_width: 1 };

  it('is a bias, a normalisation of batches and an activation, and what lies between is neither written nor read', () => {
    const all = conv(
      [
        { op: 'BatchNormalization', in: ['c', 's', 's', 's', 's'], out: ['n'] },
        { op: 'Relu', in: ['n'], out: ['y'] },
      ],
      { s: { shape: [8] } },
    );
    expect(all).toHaveLength(1);
    expect(all[0]?.call).toEqual({
      operator: 'conv2d',
      parameters: { ...parameters, bias: true, activation: 'relu' },
    });
    expect(all[0]?.bytes).toBe(4 * (48 + 24 + 128 + 4 * 8));
    const biased = conv(
      [
        { op: 'Add', in: ['c', 'b'], out: ['d'] },
        { op: 'Clip', in: ['d'], out: ['y'], with: { min: { float: 0 }, max: { float: 6 } } },
      ],
      { b: { shape: [1, 8, 1, 1] } },
    );
    expect(biased.map(({ call }) => call?.parameters)).toEqual([
      { ...parameters, bias: true, activation: 'relu6' },
    ]);
  });

  it('is not what another operator reads too, what is a result, or an activation that ours has not', () => {
    const relu = { op: 'Relu', in: ['c'], out: ['y'] };
    expect(conv([relu, { op: 'Exp', in: ['c'], out: ['z'] }]).map(({ operator }) => operator)).toEqual([
      'Conv',
      'Relu',
      'Exp',
    ]);
    expect(conv([relu], {}, ['c', 'y'])).toHaveLength(2);
    expect(conv([{ op: 'LeakyRelu', in: ['c'], out: ['y'] }])).toHaveLength(2);
    expect(conv([{ op: 'Add', in: ['c', 'b'], out: ['y'] }], { b: { shape: [1, 1, 1, 4] } })).toHaveLength(2);
  });

  it('is no work where it does not depend on the inputs, and integers that stand for numbers are not ours', () => {
    const all = work({
      inputs: { x: [4, 8] },
      constants: { w: { shape: [8, 8] }, s: { shape: [] }, q: { type: 'i8', shape: [4, 8] } },
      nodes: [
        { op: 'Mul', in: ['w', 's'], out: ['v'] },
        { op: 'MatMul', in: ['x', 'v'], out: ['y'] },
        { op: 'QuantizeLinear', in: ['y', 's'], out: ['i'] },
        { op: 'DequantizeLinear', in: ['i', 's'], out: ['d'] },
        { op: 'MatMul', in: ['d', 'v'], out: ['z'] },
      ],
    });
    expect(all.map(({ operator, reason }) => [operator, reason])).toEqual([
      ['MatMul', null],
      ['QuantizeLinear', 'not among our operators'],
      ['DequantizeLinear', 'not among our operators'],
      ['MatMul', 'integers with scales'],
    ]);
  });
});

describe('an operator of ONNX Runtime or of images', () => {
  it('windows: strides by axis, pools with a ceil mode, transposed convolutions, resizing, normalisation of groups', () => {
    const by = { strides: [2, 1], pads: [1, 1, 1, 1] };
    expect(answer('Conv', { x: [1, 8, 12, 12] }, w(8, 8, 3, 3), by).call).toContain(
      'stride=2,stride_width=1,padding_height=1',
    );
    expect(
      answer(
        'MaxPool',
        { x: [1, 2, 8, 8] },
        {},
        { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1, pads: [0, 0, 1, 1] },
      ).call,
    ).toBe('pool2d height=8,width=8,channels=2,kernel_height=3,kernel_width=3,stride=2,padding_extra=1');
    expect(answer('AveragePool', { x: [1, 2, 8, 8] }, {}, { kernel_shape: [2, 2] }).call).toBe(
      'pool2d height=8,width=8,channels=2,kernel_height=2,kernel_width=2,op=average',
    );
    const up = answer('ConvTranspose', { x: [1, 4, 5, 5] }, w(4, 3, 3, 3), {
      strides: [2, 2],
      pads: [1, 1, 1, 1],
      output_padding: [1, 1],
    });
    expect(up).toMatchObject({
      call: 'conv-transpose height=5,width=5,channels=4,filters=3,kernel_height=3,kernel_width=3,stride=2,padding_height=1,padding_width=1,padding_extra=1',
      macs: 4 * 25 * 3 * 9,
    });
    const sizes = { roi: { shape: [0] }, scales: { shape: [4], values: [1, 1, 2, 2] } };
    expect(
      answer('Resize', { x: [1, 3, 4, 6] }, sizes, {
        mode: 'linear',
        coordinate_transformation_mode: 'asymmetric',
      }).call,
    ).toBe('resize height=4,width=6,channels=3,out_height=8,out_width=12,coordinates=asymmetric');
    expect(answer('InstanceNormalization', { x: [1, 6, 4, 4] }, w(6)).call).toBe(
      'group-norm positions=16,channels=6,groups=6',
    );
  });

  it('products with weights of 4 bits, by the number of rows; other blocks are none of ours', () => {
    const nbits = (rows: number, block: number) =>
      answer(
        'MatMulNBits',
        { x: [1, rows, 64] },
        { w: { type: 'u8', shape: [96, 2, 16] } },
        { N: 96, K: 64, bits: 4, block_size: block },
      );
    expect(nbits(1, 32)).toMatchObject({ call: 'qmatvec n=96,k=64', macs: 96 * 64 });
    expect(nbits(5, 32).call).toBe('qmatmul m=5,n=96,k=64');
    expect(nbits(1, 128).call).toBe('weights of 4 bits in blocks of 128');
  });
});
