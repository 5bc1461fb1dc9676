import {
  constantNumber,
  type ExpressionElem,
  type SizedArray,
  type StructElem,
  type Type,
  type WgslModule,
} from './wesl.ts';

/** Size and alignment in bytes; NaN where a type is unknown or has no fixed size. */
export interface Layout {
  readonly size: number;
  readonly align: number;
}

/** The numbers that types are made of: lengths of arrays, `@align` and `@size`. Null for what is no number. */
export type TypeNumbers = (expression: ExpressionElem) => number | null;

/** The numbers of a program all of whose constants are in its text. */
export function numbersOf(module: WgslModule): TypeNumbers {
  return (expression) => constantNumber(expression, module);
}

const unknown: Layout = { size: Number.NaN, align: Number.NaN };

/** Rounds up to a multiple of `align`. */
export function roundUp(align: number, size: number): number {
  return Math.ceil(size / align) * align;
}

/** Memory layout of a type (WGSL specification, "Alignment and Size"). Abstract numbers count as 4 bytes. */
export function layoutOf(type: Type, numbers: TypeNumbers): Layout {
  switch (type.kind) {
    case 'scalar': {
      const size = type.scalar === 'f16' ? 2 : 4;
      return { size, align: size };
    }
    case 'atomic':
      return { size: 4, align: 4 };
    case 'vector': {
      const element = layoutOf(type.elem, numbers).size;
      return { size: element * type.size, align: element * (type.size === 2 ? 2 : 4) };
    }
    case 'matrix': {
      const column = layoutOf({ kind: 'vector', size: type.rows, elem: type.elem }, numbers);
      return { size: type.cols * roundUp(column.align, column.size), align: column.align };
    }
    case 'array': {
      const { align } = layoutOf(type.elem, numbers);
      return { size: arrayLength(type, numbers) * arrayStride(type.elem, numbers), align };
    }
    case 'struct': {
      const members = structMembers(type, numbers);
      const align = Math.max(1, ...members.map((member) => member.align));
      const last = members.at(-1);
      return { size: last ? roundUp(align, last.offset + last.size) : 0, align };
    }
    default:
      return unknown;
  }
}

/** Elements of an array type; NaN where it is unknown or has no fixed size. */
export function arrayLength(type: SizedArray, numbers: TypeNumbers): number {
  if (!type.countExpression) return type.count ?? Number.NaN;
  const length = numbers(type.countExpression);
  return length !== null && Number.isInteger(length) && length > 0 ? length : Number.NaN;
}

/** Bytes from one array element to the next. */
export function arrayStride(element: Type, numbers: TypeNumbers): number {
  const { size, align } = layoutOf(element, numbers);
  return roundUp(align, size);
}

/** Members of a structure with their offsets, `@align` and `@size` respected. */
export function structMembers(
  type: Extract<Type, { kind: 'struct' }>,
  numbers: TypeNumbers,
): readonly (Layout & { readonly name: string; readonly type: Type; readonly offset: number })[] {
  let end = 0;
  return type.members.map(({ name, type: memberType }) => {
    const natural = layoutOf(memberType, numbers);
    const declared = type.structElem && memberAttributes(type.structElem, name, numbers);
    const align = declared?.align ?? natural.align;
    const size = declared?.size ?? natural.size;
    const offset = roundUp(align, end);
    end = offset + size;
    return { name, type: memberType, size, align, offset };
  });
}

function memberAttributes(struct: StructElem, name: string, numbers: TypeNumbers) {
  const found: { align?: number; size?: number } = {};
  const member = struct.members.find((candidate) => candidate.name.name === name);
  for (const { attribute } of member?.attributes ?? []) {
    if (attribute.kind !== '@attribute' || (attribute.name !== 'align' && attribute.name !== 'size'))
      continue;
    const parameter = attribute.params?.[0];
    found[attribute.name] = (parameter && numbers(parameter.expression)) ?? Number.NaN;
  }
  return found;
}
