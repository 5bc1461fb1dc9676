import { type Constant, type ElementType, elements } from '../graph.ts';
import { type Field, maxNumbers, type Wire } from './wire.ts';

/** `TensorProto.DataType` of onnx.proto. */
const elementTypes: Readonly<Record<number, ElementType>> = {
  1: 'f32',
  2: 'u8',
  3: 'i8',
  4: 'u16',
  5: 'i16',
  6: 'i32',
  7: 'i64',
  8: 'string',
  9: 'bool',
  10: 'f16',
  11: 'f64',
  12: 'u32',
  13: 'u64',
  16: 'bf16',
  17: 'f8',
  18: 'f8',
  19: 'f8',
  20: 'f8',
  21: 'u4',
  22: 'i4',
};

export function elementType(number: number): ElementType {
  return elementTypes[number] ?? 'other';
}

/** Most axes an array may have. */
export const maxAxes = 32;

type View = (view: DataView, at: number) => number;

/** How one element is read out of `raw_data`, for types that sizes and scales are given in. */
const rawElements: Partial<Record<ElementType, readonly [bytes: number, read: View]>> = {
  f32: [4, (view, at) => view.getFloat32(at, true)],
  f64: [8, (view, at) => view.getFloat64(at, true)],
  i32: [4, (view, at) => view.getInt32(at, true)],
  i64: [8, (view, at) => Number(view.getBigInt64(at, true))],
  bool: [1, (view, at) => view.getUint8(at)],
};

function rawValues(bytes: Uint8Array, element: ElementType, count: number): number[] | null {
  const reader = rawElements[element];
  if (reader === undefined || bytes.length !== reader[0] * count) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: count }, (_, i) => reader[1](view, i * reader[0]));
}

/** The list of numbers that holds the elements, where `raw_data` does not: field 4, 5, 7 or 10 of `TensorProto`. */
const typedData = { 4: 'float', 5: 'int32', 7: 'int64', 10: 'double' } as const;

/** Reads a `TensorProto`: its type and shape, and of few elements their values. Weights are stepped over. */
export function readTensor(wire: Wire, message: Field): Constant & { readonly name: string } {
  let name = '';
  let element: ElementType = 'other';
  let raw: Field | null = null;
  const shape: number[] = [];
  const typed: number[] = [];
  for (const field of wire.fields(message)) {
    const { number } = field;
    if (number === 1) {
      shape.push(...(wire.numbers(field, 'int64') ?? [Number.NaN]));
      const wrong = shape.find((size) => !(size >= 0));
      if (wrong !== undefined || shape.length > maxAxes || !Number.isSafeInteger(elements(shape))) {
        throw wire.fault(field.start, `an array cannot be of shape ${shape.slice(0, maxAxes).join(' x ')}`);
      }
    } else if (number === 2) element = elementType(wire.integer(field));
    else if (number === 8) name = wire.text(field);
    else if (number === 9) raw = field;
    else if (Object.hasOwn(typedData, number) && typed.length <= maxNumbers) {
      const numbers = wire.numbers(field, typedData[number as keyof typeof typedData]);
      for (const value of numbers ?? [Number.NaN]) typed.push(value);
    }
  }
  const count = elements(shape);
  const isSmall = count <= maxNumbers;
  const values = isSmall && raw !== null ? rawValues(wire.bytes(raw), element, count) : typed;
  return {
    name,
    element,
    shape,
    values:
      isSmall && values !== null && values.length === count && !values.some(Number.isNaN) ? values : null,
  };
}
