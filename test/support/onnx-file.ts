/** Writes small ONNX files, field by field as onnx.proto numbers them. */

type Bytes = readonly number[];

/** A number in base 128, the low seven bits first. */
export function varint(value: number | bigint): Bytes {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

export function integer(field: number, value: number | bigint): Bytes {
  return [...varint(field * 8), ...varint(value)];
}

export function message(field: number, content: Bytes | Uint8Array): Bytes {
  return [...varint(field * 8 + 2), ...varint(content.length), ...content];
}

export function text(field: number, value: string): Bytes {
  return message(field, new TextEncoder().encode(value));
}

function float(field: number, value: number): Bytes {
  return [...varint(field * 8 + 5), ...new Uint8Array(new Float32Array([value]).buffer)];
}

/** ONNX's numbers of element types. */
const types = { f32: 1, u8: 2, i8: 3, i32: 6, i64: 7, f16: 10 } as const;

export interface TensorSpec {
  readonly type?: keyof typeof types;
  readonly shape: readonly number[];
  /** Elements; weights have none, and the file says they are beside it. */
  readonly values?: readonly number[];
}

export function tensor(field: number, name: string, { type = 'f32', shape, values }: TensorSpec): Bytes {
  const elements = {
    i64: () => new BigInt64Array((values ?? []).map(BigInt)),
    f32: () => new Float32Array(values ?? []),
  }[type === 'i64' ? 'i64' : 'f32']();
  return message(field, [
    ...shape.flatMap((size) => integer(1, size)),
    ...integer(2, types[type]),
    ...text(8, name),
    ...(values === undefined ? integer(14, 1) : message(9, new Uint8Array(elements.buffer))),
  ]);
}

type Attribute =
  | number
  | readonly number[]
  | string
  | { readonly float: number }
  | { readonly graph: GraphSpec };

function attribute(name: string, value: Attribute): Bytes {
  const written =
    typeof value === 'number'
      ? integer(3, value)
      : typeof value === 'string'
        ? text(4, value)
        : 'float' in value
          ? float(2, value.float)
          : 'graph' in value
            ? message(6, graph(value.graph))
            : value.flatMap((one) => integer(8, one));
  return message(5, [...text(1, name), ...written]);
}

export interface NodeSpec {
  readonly op: string;
  readonly in: readonly string[];
  readonly out: readonly string[];
  readonly name?: string;
  readonly with?: Readonly<Record<string, Attribute>>;
}

/** A size, or its name. */
type Size = number | string;

export interface GraphSpec {
  readonly inputs?: Readonly<Record<string, readonly Size[]>>;
  readonly outputs?: readonly string[];
  readonly constants?: Readonly<Record<string, TensorSpec>>;
  readonly nodes: readonly NodeSpec[];
  /** Element type of the inputs. */
  readonly type?: keyof typeof types;
}

function declared(field: number, name: string, shape: readonly Size[], type: keyof typeof types): Bytes {
  const sizes = shape.flatMap((size) =>
    message(1, typeof size === 'number' ? integer(1, size) : text(2, size)),
  );
  return message(field, [
    ...text(1, name),
    ...message(2, message(1, [...integer(1, types[type]), ...message(2, sizes)])),
  ]);
}

export function graph({ inputs = {}, outputs = [], constants = {}, nodes, type = 'f32' }: GraphSpec): Bytes {
  return [
    ...nodes.flatMap((node) =>
      message(1, [
        ...node.in.flatMap((name) => text(1, name)),
        ...node.out.flatMap((name) => text(2, name)),
        ...(node.name === undefined ? [] : text(3, node.name)),
        ...text(4, node.op),
        ...Object.entries(node.with ?? {}).flatMap(([name, value]) => attribute(name, value)),
      ]),
    ),
    ...Object.entries(constants).flatMap(([name, spec]) => tensor(5, name, spec)),
    ...Object.entries(inputs).flatMap(([name, shape]) => declared(11, name, shape, type)),
    ...outputs.flatMap((name) => message(12, text(1, name))),
  ];
}

/** A whole file. */
export function onnxFile(spec: GraphSpec): Uint8Array {
  return new Uint8Array([...integer(1, 8), ...message(7, graph(spec)), ...message(8, integer(2, 17))]);
}

/** The file as it is read: in pieces. */
export function sourceOf(bytes: Uint8Array, label = 'model.onnx') {
  return {
    label,
    size: bytes.length,
    read: (at: number, length: number) => bytes.subarray(at, Math.min(bytes.length, at + length)),
  };
}
