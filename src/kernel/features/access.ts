import { layoutOf } from '../layout.ts';
import { declarationOf, type ExpressionElem, typeOf } from '../wesl.ts';
import { addressOf } from './address.ts';
import { arrivals, type Frame } from './frame.ts';
import type { Counter } from './tally.ts';
import type { Count } from './walk.ts';

type Space = 'storage' | 'uniform' | 'workgroup' | 'private';

/** Banks of workgroup memory, each 4 bytes wide; 32 on NVIDIA and AMD. */
const banks = 32;

/** Whether an expression names memory rather than a register: private variables count only where arrays are indexed. */
export function isMemory(expression: ExpressionElem, { frame }: Count): boolean {
  return spaceOf(expression, frame, notYet) !== null;
}

/** Counts a load of what the expression names. */
export function countLoad(expression: ExpressionElem, count: Count): void {
  countAccess(expression, count, 'Load');
}

/** Counts a store to what the expression names. */
export function countStore(expression: ExpressionElem, count: Count): void {
  countAccess(expression, count, 'Store');
}

function countAccess(
  expression: ExpressionElem,
  { tally, frame, times }: Count,
  what: 'Load' | 'Store',
): void {
  const space = spaceOf(expression, frame, notYet);
  if (space === null) return;
  if (space === 'uniform') {
    tally.add('uniformLoads', times);
    return;
  }
  tally.add(`${space}${what}s`, times);
  if (space === 'private') return;
  const bytes = layoutOf(typeOf(expression, frame.facts.module), frame.facts.module).size;
  tally.add(`${space}${what}Bytes`, bytes * times);
  const stride = strideOf(expression, frame);
  if (space === 'storage') tally.add(pattern(stride, bytes), bytes * times);
  else tally.add('workgroupConflicts', conflicts(stride, bytes) * times);
}

/** What has been met on the way from an expression's outside in. */
interface Path {
  /** A part has been taken of what comes next: by index or by member. */
  readonly parted: boolean;
  /** An array has been indexed. */
  readonly indexed: boolean;
}

const notYet: Path = { parted: false, indexed: false };

/** The address space of the memory an expression names; null for values and registers. */
function spaceOf(expression: ExpressionElem, frame: Frame, path: Path): Space | null {
  const { module } = frame.facts;
  switch (expression.kind) {
    case 'parenthesized-expression':
      return spaceOf(expression.expression, frame, path);
    case 'component-member-expression':
      return spaceOf(expression.base, frame, { ...path, parted: true });
    case 'component-expression': {
      const base = typeOf(expression.base, module);
      const indexes = base.kind === 'array' || (base.kind === 'ptr' && base.elem.kind === 'array');
      return spaceOf(expression.base, frame, { parted: true, indexed: path.indexed || indexes });
    }
    case 'unary-expression':
      return expression.operator.value === '*' ? spaceOfPointer(expression.expression, frame, path) : null;
    case 'ref': {
      const declaration = declarationOf(expression.ident, module);
      const element = declaration?.declElem;
      if (element?.kind === 'gvar') return namedSpace(element.template?.[0]?.name ?? 'private', path);
      if (element?.kind === 'var') return namedSpace('function', path);
      // A pointer itself is a register; what it points at is memory once a part of it is taken.
      return path.parted ? spaceOfPointer(expression, frame, path) : null;
    }
    default:
      return null;
  }
}

function spaceOfPointer(pointer: ExpressionElem, frame: Frame, path: Path): Space | null {
  const type = typeOf(pointer, frame.facts.module);
  return type.kind === 'ptr' ? namedSpace(type.space, path) : null;
}

function namedSpace(name: string, { indexed }: Path): Space | null {
  if (name === 'storage' || name === 'uniform' || name === 'workgroup') return name;
  return indexed && (name === 'function' || name === 'private') ? 'private' : null;
}

/** Bytes between the addresses of neighbouring invocations; null if unknown. */
function strideOf(expression: ExpressionElem, frame: Frame): number | null {
  const [first, second] = arrivals.map((view) => addressOf(expression, view, frame));
  return first === undefined || second === undefined || first === null || second === null
    ? null
    : second - first;
}

function pattern(stride: number | null, bytes: number): Counter {
  if (stride === null) return 'irregularBytes';
  if (stride === 0) return 'broadcastBytes';
  return Math.abs(stride) <= bytes ? 'contiguousBytes' : 'stridedBytes';
}

/** How many times longer an access takes because neighbours fall into the same bank; NaN if unknown. */
function conflicts(stride: number | null, bytes: number): number {
  if (stride === null) return Number.NaN;
  const words = Math.abs(stride) / 4;
  if (words === 0 || !Number.isInteger(words)) return 1;
  let a = words;
  let b = banks;
  while (b > 0) [a, b] = [b, a % b];
  return Math.max(1, a / Math.max(1, bytes / 4));
}
