import type { Workload } from '../../src/manifest/index.ts';
import { activate } from './activation.ts';
import { type Definition, halfOf } from './support.ts';

type Parameters = Workload['parameters'];

const isUp = (i: number) => (i % 32 < 16 ? 0 : 4);

/** Weight `i` of all, row after row, in f64 of the scales as they are stored: after ggml-common.h, MatMulNBits and q4f16_1. */
export function weightAt(layout: string, words: DataView, scales: Float64Array, i: number): number {
  const byte = (at: number) => words.getUint8(at);
  const half = (at: number) => halfOf(words.getUint16(at, true));
  const block = Math.floor(i / 32);
  const neighbours = () => (byte(i >> 1) >> (4 * (i % 2))) & 15;
  switch (layout) {
    case 'ort_q4_32':
      return (scales[block] as number) * (neighbours() - 8);
    case 'mlc_q4f16':
      return (scales[block] as number) * (neighbours() - 7);
    case 'ort_q8_32':
      return (scales[block] as number) * (byte(i) - 128);
    case 'q4_0':
      return half(block * 18) * (((byte(block * 18 + 2 + (i % 16)) >> isUp(i)) & 15) - 8);
    case 'q8_0':
      return half(block * 34) * words.getInt8(block * 34 + 2 + (i % 32));
    case 'q4_k': {
      const [first, j] = [Math.floor(i / 256) * 144, block % 8];
      const [low, middle, high] = [0, 4, 8].map((at) => byte(first + 4 + at + (j % 4))) as [
        number,
        number,
        number,
      ];
      const scale = j < 4 ? low & 63 : (high & 15) | ((low >> 6) << 4);
      const minimum = j < 4 ? middle & 63 : (high >> 4) | ((middle >> 6) << 4);
      const number = (byte(first + 16 + Math.floor(j / 2) * 32 + (i % 32)) >> (4 * (j % 2))) & 15;
      return half(first) * scale * number - half(first + 2) * minimum;
    }
    default:
      throw new Error(`there is no layout ${layout}`);
  }
}

/** x as it is multiplied: where activations are int8, in whole parts of the largest of 32, in single precision. */
function rounded(x: Float64Array, { activations }: Parameters): Float64Array {
  if (activations !== 'int8') return x;
  const result = new Float64Array(x.length);
  for (let start = 0; start < x.length; start += 32) {
    const largest = x.subarray(start, start + 32).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const toBytes = Math.fround(127 / largest);
    for (let i = start; i < start + 32; i++)
      result[i] = (Math.round(Math.fround((x[i] as number) * toBytes)) * largest) / 127;
  }
  return result;
}

/** qmatvec and qmatmul in f64. */
export const quantisedProduct: Definition = (input, { parameters }) => {
  const [m, n, k] = [Number(parameters.m ?? 1), Number(parameters.n), Number(parameters.k)];
  const x = rounded(input('x'), parameters);
  const words = new DataView(Uint32Array.from(input('weights')).buffer);
  const [scales, bias] = [input('scales'), input('bias')];
  const rows = parameters.gated ? 2 * n : n;
  const weights = Float64Array.from({ length: rows * k }, (_, i) =>
    weightAt(String(parameters.layout), words, scales, i),
  );
  const sum = (token: number, row: number) => {
    let total = parameters.bias ? (bias[row] as number) : 0;
    for (let i = 0; i < k; i++) total += (x[token * k + i] as number) * (weights[row * k + i] as number);
    return total;
  };
  return Float64Array.from({ length: m * n }, (_, i) => {
    const [token, row] = [Math.floor(i / n), i % n];
    const first = activate(String(parameters.activation), sum(token, row));
    return parameters.gated ? first * sum(token, n + row) : first;
  });
};
