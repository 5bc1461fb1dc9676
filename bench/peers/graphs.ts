import type { OnnxNode, OnnxTensor } from './onnx.ts';

/** What our buffers hold, by name. */
export type Contents = (buffer: string) => Uint8Array;

export type Sizes = Readonly<Record<string, number | string | boolean>>;

/** An operator as ONNX Runtime computes it. */
export interface Graph {
  readonly inputs: readonly (OnnxTensor & { readonly data: Uint8Array })[];
  readonly constants: readonly (OnnxTensor & { readonly data: Uint8Array })[];
  /** Nodes of one launch; what it ends in is `result`, what lies between has the launch's number in its name. */
  readonly nodes: (launch: number, result: string) => readonly OnnxNode[];
  readonly result: Omit<OnnxTensor, 'name'>;
  /** Their result in our layout; left out where it is the same, null where the two compute with different numbers. */
  readonly ours?: ((result: Float32Array) => Float32Array) | null;
}

const floats = (bytes: Uint8Array) => new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
const bytesOf = (values: Float32Array) => new Uint8Array(values.buffer);

/** Elements in another order: `axes` of the result in terms of those of `dims`. */
export function permuted(
  values: Float32Array,
  dims: readonly number[],
  axes: readonly number[],
): Float32Array {
  const strides = dims.map((_, axis) => dims.slice(axis + 1).reduce((product, size) => product * size, 1));
  const sizes = axes.map((axis) => dims[axis] ?? 1);
  const result = new Float32Array(values.length);
  const at = sizes.map(() => 0);
  for (let i = 0; i < result.length; i++) {
    let from = 0;
    for (let d = 0; d < axes.length; d++) from += (at[d] as number) * (strides[axes[d] as number] as number);
    result[i] = values[from] as number;
    for (let d = sizes.length - 1; d >= 0; d--) {
      at[d] = (at[d] as number) + 1;
      if (at[d] !== sizes[d]) break;
      at[d] = 0;
    }
  }
  return result;
}

const single =
  (op: string, inputs: readonly string[], rest: Omit<OnnxNode, 'op' | 'inputs' | 'outputs'> = {}) =>
  (_: number, result: string): readonly OnnxNode[] => [{ op, inputs, outputs: [result], ...rest }];

const f32 = (name: string, dims: readonly number[], data: Uint8Array) => ({
  name,
  type: 'f32' as const,
  dims,
  data,
});

function convolution(sizes: Sizes, contents: Contents): Graph {
  const size = (name: string, otherwise = 0) => Number(sizes[name] ?? otherwise);
  const [height, width, channels, filters] = [
    size('height'),
    size('width'),
    size('channels'),
    size('filters'),
  ];
  const [kh, kw, groups, stride] = [
    size('kernel_height'),
    size('kernel_width'),
    size('groups', 1),
    size('stride', 1),
  ];
  const [ph, pw] = [size('padding_height'), size('padding_width')];
  const [oh, ow] = [
    Math.floor((height + 2 * ph - kh) / stride) + 1,
    Math.floor((width + 2 * pw - kw) / stride) + 1,
  ];
  const image = permuted(floats(contents('image')), [height, width, channels], [2, 0, 1]);
  const weights = permuted(floats(contents('weights')), [kh, kw, channels / groups, filters], [3, 2, 0, 1]);
  const attributes = {
    group: groups,
    pads: [ph, pw, ph, pw],
    strides: [stride, stride],
    kernel_shape: [kh, kw],
  };
  return {
    inputs: [f32('x', [1, channels, height, width], bytesOf(image))],
    constants: [f32('w', [filters, channels / groups, kh, kw], bytesOf(weights))],
    nodes: single('Conv', ['x', 'w'], { attributes }),
    result: { type: 'f32', dims: [1, filters, oh, ow] },
    ours: (result) => permuted(result, [filters, oh, ow], [1, 2, 0]),
  };
}

/** MatMulNBits with blocks of 32 along k, whatever ours is stored as; two of them and what joins them where it is gated. */
function quantised(sizes: Sizes, contents: Contents): Graph | null {
  const [m, n, k] = [Number(sizes.m ?? 1), Number(sizes.n), Number(sizes.k)];
  const bits = ['ort_q8_32', 'q8_0'].includes(String(sizes.layout)) ? 8 : 4;
  const isSame = sizes.layout === undefined || String(sizes.layout).startsWith('ort');
  const halves = sizes.gated === true ? ['gate', 'up'] : ['w'];
  const [weightBytes, scaleBytes] = [(n * k * bits) / 8, (n * k) / 8];
  const other = new Uint8Array(halves.length * weightBytes).map((_, i) => (i * 97) & 255);
  const weights = isSame ? contents('weights') : other;
  const scales = isSame
    ? contents('scales')
    : bytesOf(new Float32Array((halves.length * n * k) / 32).fill(0.01));
  const attributes = {
    K: k,
    N: n,
    bits,
    block_size: 32,
    ...(sizes.activations === 'int8' ? { accuracy_level: 4 } : {}),
  };
  const product = (half: string, output: string): OnnxNode => ({
    ...{ op: 'MatMulNBits', domain: 'com.microsoft', inputs: ['x', half, `${half}-scales`] },
    ...{ outputs: [output], attributes },
  });
  return {
    inputs: [f32('x', [m, k], contents('x'))],
    constants: halves.flatMap((name, i) => [
      {
        ...{ name, type: 'u8' as const, dims: [n, k / 32, 4 * bits] },
        data: weights.slice(i * weightBytes, (i + 1) * weightBytes),
      },
      f32(`${name}-scales`, [(n * k) / 32], scales.slice(i * scaleBytes, (i + 1) * scaleBytes)),
    ]),
    nodes: (launch, result) =>
      halves.length === 1
        ? [product('w', result)]
        : [
            product('gate', `gate${launch}`),
            product('up', `up${launch}`),
            { op: 'Sigmoid', inputs: [`gate${launch}`], outputs: [`sigmoid${launch}`] },
            { op: 'Mul', inputs: [`gate${launch}`, `sigmoid${launch}`], outputs: [`silu${launch}`] },
            { op: 'Mul', inputs: [`silu${launch}`, `up${launch}`], outputs: [result] },
          ],
    result: { type: 'f32', dims: [m, n] },
    ...(isSame ? {} : { ours: null }),
  };
}

/** ONNX Runtime's graph of an operator; null where it has none. */
export function graphOf(operator: string, sizes: Sizes, contents: Contents): Graph | null {
  const size = (name: string) => Number(sizes[name]);
  const [m, n, k, rows, cols] = ['m', 'n', 'k', 'rows', 'cols'].map(size) as [
    number,
    number,
    number,
    number,
    number,
  ];
  switch (operator) {
    case 'matmul':
      return {
        inputs: [f32('x', [m, k], contents('a'))],
        constants: [f32('w', [k, n], contents('b'))],
        nodes: single('MatMul', ['x', 'w']),
        result: { type: 'f32', dims: [m, n] },
      };
    case 'matvec':
      return {
        inputs: [f32('x', [1, k], contents('x'))],
        constants: [f32('w', [k, m], bytesOf(permuted(floats(contents('a')), [m, k], [1, 0])))],
        nodes: single('MatMul', ['x', 'w']),
        result: { type: 'f32', dims: [1, m] },
      };
    case 'qmatvec':
    case 'qmatmul':
      return quantised(sizes, contents);
    case 'conv2d':
      return convolution(sizes, contents);
    case 'softmax':
      return {
        inputs: [f32('x', [rows, cols], contents('x'))],
        constants: [],
        nodes: single('Softmax', ['x'], { attributes: { axis: -1 } }),
        result: { type: 'f32', dims: [rows, cols] },
      };
    case 'layernorm':
      return {
        inputs: [f32('x', [rows, cols], contents('x'))],
        constants: [f32('gamma', [cols], contents('gamma')), f32('beta', [cols], contents('beta'))],
        nodes: single('LayerNormalization', ['x', 'gamma', 'beta'], { attributes: { axis: -1 } }),
        result: { type: 'f32', dims: [rows, cols] },
      };
    default:
      return null;
  }
}
