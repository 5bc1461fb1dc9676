import type { ScalarType } from '../../manifest/index.ts';
import { arrayStride, layoutOf, numbersOf, structMembers } from '../layout.ts';
import type { Type, WgslModule } from '../wesl.ts';

/** One scalar of a structure, as a host writes it. */
export interface DataSlot {
  /** `rows`, `scale.x`, `taps[2]`; empty for a bare scalar. */
  readonly path: string;
  readonly scalar: ScalarType;
  readonly offsetBytes: number;
}

/** What a buffer has to hold. */
export interface DataShape {
  /** The only scalar type in it; null if there are several, or one that no buffer can hold. */
  readonly scalar: ScalarType | null;
  /** Bytes without the elements of a runtime-sized array at its end; NaN if unknown. */
  readonly fixedBytes: number;
  /** Bytes of each element of the runtime-sized array; 0 without one, NaN if unknown. */
  readonly elementBytes: number;
}

const scalarTypes: readonly string[] = ['f32', 'f16', 'i32', 'u32'] satisfies readonly ScalarType[];

/** The shape of a bound variable's type. */
export function dataShape(type: Type, module: WgslModule): DataShape {
  const scalars = new Set<string>();
  collectScalars(type, scalars);
  const [only = ''] = scalars;
  return {
    scalar: scalars.size === 1 && scalarTypes.includes(only) ? (only as ScalarType) : null,
    ...extent(type, module),
  };
}

function extent(type: Type, module: WgslModule): Pick<DataShape, 'fixedBytes' | 'elementBytes'> {
  if (type.kind === 'array' && type.count === undefined) {
    return { fixedBytes: 0, elementBytes: arrayStride(type.elem, numbersOf(module)) };
  }
  if (type.kind === 'struct') {
    const last = structMembers(type, numbersOf(module)).at(-1);
    if (last?.type.kind === 'array' && last.type.count === undefined) {
      return { fixedBytes: last.offset, elementBytes: arrayStride(last.type.elem, numbersOf(module)) };
    }
  }
  return { fixedBytes: layoutOf(type, numbersOf(module)).size, elementBytes: 0 };
}

function collectScalars(type: Type, found: Set<string>): void {
  switch (type.kind) {
    case 'scalar':
      found.add(type.scalar);
      break;
    case 'vector':
    case 'matrix':
    case 'array':
    case 'atomic':
      collectScalars(type.elem, found);
      break;
    case 'struct':
      for (const member of type.members) collectScalars(member.type, found);
      break;
    default:
      found.add(type.kind);
  }
}

/**
 * Every scalar of a type of fixed size, in order of offset; padding has none.
 *
 * @returns null if the type has no fixed size, holds something that no buffer can, or has more than `most` scalars.
 */
export function dataSlots(type: Type, module: WgslModule, most: number): readonly DataSlot[] | null {
  const slots: DataSlot[] = [];

  const repeat = (options: {
    readonly count: number;
    readonly strideBytes: number;
    readonly element: Type;
    readonly path: (index: number) => string;
    readonly offset: number;
  }): boolean => {
    for (let i = 0; i < options.count; i++) {
      if (slots.length > most) return false;
      if (!visit(options.element, options.path(i), options.offset + i * options.strideBytes)) return false;
    }
    return true;
  };

  const visit = (part: Type, path: string, offset: number): boolean => {
    switch (part.kind) {
      case 'scalar':
        if (!scalarTypes.includes(part.scalar)) return false;
        slots.push({ path, scalar: part.scalar as ScalarType, offsetBytes: offset });
        return slots.length <= most;
      case 'atomic':
        return visit(part.elem, path, offset);
      case 'vector': {
        const strideBytes = layoutOf(part.elem, numbersOf(module)).size;
        const name = (i: number) => `${path}.${'xyzw'[i]}`;
        return repeat({ count: part.size, strideBytes, element: part.elem, path: name, offset });
      }
      case 'matrix': {
        const column: Type = { kind: 'vector', size: part.rows, elem: part.elem };
        const strideBytes = arrayStride(column, numbersOf(module));
        const name = (i: number) => `${path}[${i}]`;
        return repeat({ count: part.cols, strideBytes, element: column, path: name, offset });
      }
      case 'array': {
        const strideBytes = arrayStride(part.elem, numbersOf(module));
        const name = (i: number) => `${path}[${i}]`;
        if (part.count === undefined) return false;
        return repeat({ count: part.count, strideBytes, element: part.elem, path: name, offset });
      }
      case 'struct':
        return structMembers(part, numbersOf(module)).every((member) =>
          visit(member.type, path === '' ? member.name : `${path}.${member.name}`, offset + member.offset),
        );
      default:
        return false;
    }
  };

  return visit(type, '', 0) && slots.every((slot) => Number.isFinite(slot.offsetBytes)) ? slots : null;
}
