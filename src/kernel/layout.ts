import { constantNumber, type StructElem, type Type, type WgslModule } from './wesl.ts';

/** Size and alignment in bytes; NaN where a type is unknown or has no fixed size. */
export interface Layout {
  readonly size: number;
  readonly align: number;
}

const unknown: Layout = { size: Number.NaN, align: Number.NaN };

/** Rounds up to a multiple of `align`. */
export function roundUp(align: number, size: number): number {
  return Math.ceil(size / align) * align;
}

/** Memory layout of a type (WGSL specification, "Alignment and Size"). Abstract numbers count as 4 bytes. */
export function layoutOf(type: Type, module: WgslModule): Layout {
  switch (type.kind) {
    case 'scalar': {
      const size = type.scalar === 'f16' ? 2 : 4;
      return { size, align: size };
    }
    case 'atomic':
      return { size: 4, align: 4 };
    case 'vector': {
      const element = layoutOf(type.elem, module).size;
      return { size: element * type.size, align: element * (type.size === 2 ? 2 : 4) };
    }
    case 'matrix': {
      const column = layoutOf({ kind: 'vector', size: type.rows, elem: type.elem }, module);
      return { size: type.cols * roundUp(column.align, column.size), align: column.align };
    }
    case 'array': {
      const { align } = layoutOf(type.elem, module);
      return { size: (type.count ?? Number.NaN) * arrayStride(type.elem, module), align };
    }
    case 'struct': {
      const members = structMembers(type, module);
      const align = Math.max(1, ...members.map((member) => member.align));
      const last = members.at(-1);
      return { size: last ? roundUp(align, last.offset + last.size) : 0, align };
    }
    default:
      return unknown;
  }
}

/** Bytes from one array element to the next. */
export function arrayStride(element: Type, module: WgslModule): number {
  const { size, align } = layoutOf(element, module);
  return roundUp(align, size);
}

/** Members of a structure with their offsets, `@align` and `@size` respected. */
export function structMembers(
  type: Extract<Type, { kind: 'struct' }>,
  module: WgslModule,
): readonly (Layout & { readonly name: string; readonly type: Type; readonly offset: number })[] {
  let end = 0;
  return type.members.map(({ name, type: memberType }) => {
    const natural = layoutOf(memberType, module);
    const declared = type.structElem && memberAttributes(type.structElem, name, module);
    const align = declared?.align ?? natural.align;
    const size = declared?.size ?? natural.size;
    const offset = roundUp(align, end);
    end = offset + size;
    return { name, type: memberType, size, align, offset };
  });
}

function memberAttributes(struct: StructElem, name: string, module: WgslModule) {
  const found: { align?: number; size?: number } = {};
  const member = struct.members.find((candidate) => candidate.name.name === name);
  for (const { attribute } of member?.attributes ?? []) {
    if (attribute.kind !== '@attribute' || (attribute.name !== 'align' && attribute.name !== 'size'))
      continue;
    const parameter = attribute.params?.[0];
    found[attribute.name] = (parameter && constantNumber(parameter.expression, module)) ?? Number.NaN;
  }
  return found;
}
