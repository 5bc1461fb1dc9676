// Writes small ONNX models: just what onnx.proto (of the ONNX project) asks of a graph of nodes and constants.

export type OnnxType = 'f32' | 'f16' | 'u8' | 'i64' | 'i32';

export interface OnnxTensor {
  readonly name: string;
  readonly type: OnnxType;
  readonly dims: readonly number[];
}

export interface OnnxNode {
  readonly op: string;
  readonly domain?: 'com.microsoft';
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Whole numbers, lists of them, and numbers that are floats. */
  readonly attributes?: Readonly<Record<string, number | readonly number[] | { readonly float: number }>>;
}

export interface OnnxModel {
  readonly inputs: readonly OnnxTensor[];
  readonly outputs: readonly OnnxTensor[];
  readonly constants: readonly (OnnxTensor & { readonly data: Uint8Array })[];
  readonly nodes: readonly OnnxNode[];
}

/** TensorProto.DataType. */
const typeNumbers: Readonly<Record<OnnxType, number>> = { f32: 1, u8: 2, i32: 6, i64: 7, f16: 10 };

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Uint8Array.from([...bytes, Number(rest)]);
}

const joined = (...parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts);
const number = (field: number, value: number) => joined(varint(field << 3), varint(value));
const bytes = (field: number, value: Uint8Array | string) => {
  const content = typeof value === 'string' ? Buffer.from(value) : value;
  return joined(varint((field << 3) | 2), varint(content.length), content);
};
const float = (field: number, value: number) =>
  joined(varint((field << 3) | 5), new Uint8Array(Float32Array.of(value).buffer));

function attribute(name: string, value: number | readonly number[] | { readonly float: number }): Uint8Array {
  const named = bytes(1, name);
  if (typeof value === 'number') return joined(named, number(3, value), number(20, 2));
  if ('float' in value) return joined(named, float(2, value.float), number(20, 1));
  return joined(named, ...value.map((item) => number(8, item)), number(20, 7));
}

function node({ op, domain, inputs, outputs, attributes = {} }: OnnxNode): Uint8Array {
  return joined(
    ...inputs.map((name) => bytes(1, name)),
    ...outputs.map((name) => bytes(2, name)),
    bytes(4, op),
    ...Object.entries(attributes).map(([name, value]) => bytes(5, attribute(name, value))),
    ...(domain === undefined ? [] : [bytes(7, domain)]),
  );
}

function valueInfo({ name, type, dims }: OnnxTensor): Uint8Array {
  const shape = joined(...dims.map((size) => bytes(1, number(1, size))));
  return joined(bytes(1, name), bytes(2, bytes(1, joined(number(1, typeNumbers[type]), bytes(2, shape)))));
}

/** A model as a file: opset 17 of ONNX, and ONNX Runtime's own operators. */
export function onnxFile({ inputs, outputs, constants, nodes }: OnnxModel): Uint8Array {
  const graph = joined(
    ...nodes.map((item) => bytes(1, node(item))),
    bytes(2, 'graph'),
    ...constants.map(({ name, type, dims, data }) =>
      bytes(
        5,
        joined(
          ...dims.map((size) => number(1, size)),
          number(2, typeNumbers[type]),
          bytes(8, name),
          bytes(9, data),
        ),
      ),
    ),
    ...inputs.map((tensor) => bytes(11, valueInfo(tensor))),
    ...outputs.map((tensor) => bytes(12, valueInfo(tensor))),
  );
  const opset = (domain: string, version: number) => bytes(8, joined(bytes(1, domain), number(2, version)));
  return joined(number(1, 9), opset('', 17), opset('com.microsoft', 1), bytes(7, graph));
}
