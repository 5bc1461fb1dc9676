import type { ScalarType } from '../manifest/index.ts';
import { arrayLength, arrayStride, layoutOf, numbersOf, structMembers, type TypeNumbers } from './layout.ts';
import { canonicalTokens } from './tokens.ts';
import type { SizedArray, Type, WgslModule } from './wesl.ts';

/** One scalar of a structure, as a host writes it. */
export interface DataSlot {
  /** `rows`, `scale.x`, `taps[2]`; empty for a bare scalar. */
  readonly path: string;
  readonly scalar: ScalarType;
  readonly offsetBytes: number;
  /** Whether it only fills a gap: it is called so, and the program never names it. */
  readonly isPadding: boolean;
}

/** The members that a program names anywhere, by their last name. */
export type NamedMembers = ReadonlySet<string>;

/** The members that a program names anywhere. */
export function namedMembers(wgsl: string): NamedMembers {
  const tokens = canonicalTokens(wgsl);
  return new Set(tokens.filter((_, i) => tokens[i - 1] === '.'));
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

/** Bytes of one scalar element. */
export const bytesPerElement: Readonly<Record<ScalarType, number>> = { f32: 4, f16: 2, i32: 4, u32: 4 };

const scalarTypes: readonly string[] = Object.keys(bytesPerElement);

/** What programs call members that only fill a gap. */
const paddingName = /(?:^|_)(?:pad|padding|unused|reserved)[_\d]*$/i;

/** Whether a scalar fills a gap. What is called so and named all the same is a member like any other. */
function fillsGap(path: string, named: NamedMembers): boolean {
  const words = path.match(/[A-Za-z_]\w*/g) ?? [];
  return (
    words.some((word) => paddingName.test(word)) &&
    !words.some((word) => paddingName.test(word) && named.has(word))
  );
}

/** The shape of a bound variable's type. */
export function dataShape(type: Type, module: WgslModule): DataShape {
  const scalars = new Set<string>();
  collectScalars(type, scalars);
  const [only = ''] = scalars;
  return {
    scalar: scalars.size === 1 && scalarTypes.includes(only) ? (only as ScalarType) : null,
    ...extent(type, numbersOf(module)),
  };
}

function extent(type: Type, numbers: TypeNumbers): Pick<DataShape, 'fixedBytes' | 'elementBytes'> {
  if (type.kind === 'array' && isRuntimeSized(type)) {
    return { fixedBytes: 0, elementBytes: arrayStride(type.elem, numbers) };
  }
  if (type.kind === 'struct') {
    const last = structMembers(type, numbers).at(-1);
    if (last?.type.kind === 'array' && isRuntimeSized(last.type)) {
      return { fixedBytes: last.offset, elementBytes: arrayStride(last.type.elem, numbers) };
    }
  }
  return { fixedBytes: layoutOf(type, numbers).size, elementBytes: 0 };
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

/** Most scalars that are listed: a uniform buffer has 64 KiB. */
export const mostSlots = 16_384;

/**
 * Every scalar of a type, in order of offset; padding has none. Of a runtime-sized array as many as make `atLeast` in all.
 *
 * @returns null if something in the type is unknown, is nothing that a buffer can hold, or has more than `mostSlots` scalars.
 */
export function dataSlots(
  type: Type,
  { numbers, named }: { readonly numbers: TypeNumbers; readonly named: NamedMembers },
  atLeast = 0,
): readonly DataSlot[] | null {
  const slots: DataSlot[] = [];

  const repeat = (options: {
    readonly goesOn: (index: number) => boolean;
    readonly strideBytes: number;
    readonly element: Type;
    readonly path: (index: number) => string;
    readonly offset: number;
  }): boolean => {
    for (let i = 0; options.goesOn(i); i++) {
      const known = slots.length;
      if (!visit(options.element, options.path(i), options.offset + i * options.strideBytes)) return false;
      if (slots.length === known) return false;
    }
    return true;
  };

  const visit = (part: Type, path: string, offset: number): boolean => {
    switch (part.kind) {
      case 'scalar':
        if (!scalarTypes.includes(part.scalar)) return false;
        slots.push({
          path,
          scalar: part.scalar as ScalarType,
          offsetBytes: offset,
          isPadding: fillsGap(path, named),
        });
        return slots.length <= mostSlots && Number.isFinite(offset);
      case 'atomic':
        return visit(part.elem, path, offset);
      case 'vector': {
        const strideBytes = layoutOf(part.elem, numbers).size;
        const name = (i: number) => `${path}.${'xyzw'[i]}`;
        const goesOn = (i: number) => i < part.size;
        return repeat({ goesOn, strideBytes, element: part.elem, path: name, offset });
      }
      case 'matrix': {
        const column: Type = { kind: 'vector', size: part.rows, elem: part.elem };
        const strideBytes = arrayStride(column, numbers);
        const name = (i: number) => `${path}[${i}]`;
        const goesOn = (i: number) => i < part.cols;
        return repeat({ goesOn, strideBytes, element: column, path: name, offset });
      }
      case 'array': {
        const strideBytes = arrayStride(part.elem, numbers);
        const name = (i: number) => `${path}[${i}]`;
        const length = arrayLength(part, numbers);
        if (Number.isNaN(length) && !isRuntimeSized(part)) return false;
        const goesOn = (i: number) => (Number.isNaN(length) ? i === 0 || slots.length < atLeast : i < length);
        return repeat({ goesOn, strideBytes, element: part.elem, path: name, offset });
      }
      case 'struct':
        return structMembers(part, numbers).every((member) =>
          visit(member.type, path === '' ? member.name : `${path}.${member.name}`, offset + member.offset),
        );
      default:
        return false;
    }
  };

  return visit(type, '', 0) ? slots : null;
}

function isRuntimeSized({ count, countExpression }: SizedArray): boolean {
  return count === undefined && countExpression === undefined;
}

/** The scalars of a buffer whose values are listed. */
export interface ValueLayout {
  readonly slots: readonly DataSlot[];
  /** Bytes of the type; of a runtime-sized array with as many elements as the slots are of. */
  readonly byteLength: number;
}

/** Where the scalars of a type stand, of a runtime-sized array at least `count` in all; null if that is unknown. */
export function valueLayout(
  type: Type,
  program: Parameters<typeof dataSlots>[1],
  count: number,
): ValueLayout | null {
  const slots = dataSlots(type, program, count);
  const { fixedBytes, elementBytes } = extent(type, program.numbers);
  const end = slots?.at(-1)?.offsetBytes;
  if (slots === null || end === undefined) return null;
  const elements = elementBytes === 0 ? 0 : Math.floor((end - fixedBytes) / elementBytes) + 1;
  const byteLength = fixedBytes + elements * elementBytes;
  return Number.isFinite(byteLength) ? { slots, byteLength } : null;
}
